// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pictures.hpp"

namespace xtape::apps {

// index.html: the numbers of the run and the pictures, each explained; reads nothing but what is beside it. With the
// trouble there was with the pictures, it says how to make them.
std::string page(const Path& folder, const Run& run, const Evaluation& e, const std::vector<Picture>& pictures,
                 const std::string& trouble);

}  // namespace xtape::apps
