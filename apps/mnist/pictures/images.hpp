// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "apps/data/idx.hpp"

// Images as data and as parts of scripts.
namespace xtape::apps {

inline const std::string pixels_header = "place,row,column,pixel\n";

// A line for each pixel of one image: row and column from 1, and 0 to 255.
std::string pixels_csv(const Images& images, std::size_t image, std::size_t place);

// Dark strokes on white; background pixels are not drawn, which keeps the picture small.
inline const std::string digit_palette =
    "set palette defined (0 \"white\", 1 \"black\")\nset cbrange [0:255]\nunset colorbox\n";
inline const std::string draw_digit =
    "skip 1 using ($4 > 0 ? $3 : NaN):2:(0.52):(0.52):4 with boxxyerror fs solid noborder lc palette";

}  // namespace xtape::apps
