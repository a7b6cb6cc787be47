// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "apps/data/idx.hpp"

// Images as data.
namespace xtape::apps {

inline const std::string pixels_header = "place,row,column,pixel\n";

// A line for each pixel of one image: row and column from 1, and 0 to 255.
std::string pixels_csv(const Images& images, std::size_t image, std::size_t place);

}  // namespace xtape::apps
