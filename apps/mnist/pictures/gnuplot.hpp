// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pictures.hpp"

namespace xtape::apps {

// Has gnuplot make the pictures by their scripts, all at the same time; what went wrong, or nothing.
std::string draw(const Path& folder, const std::vector<Picture>& pictures);

}  // namespace xtape::apps
