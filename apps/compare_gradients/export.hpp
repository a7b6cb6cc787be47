// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "compare.hpp"

namespace xtape::apps {

// All arrays of a comparison under the names that docs/comparing.md has; a planted mistake's gradients among them.
// Says on the standard error what it wrote. Throws Error if the file cannot be written.
void save(const std::filesystem::path& path, const Study& study, const Comparison& comparison, const Planted& planted);

}  // namespace xtape::apps
