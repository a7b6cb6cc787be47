// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>

#include <string>
#include <vector>

namespace xtape::apps {

// One way to read images as a sequence.
//     rows, columns   a row or a column of pixels at a step
//     pixels          one number at a step: the means of 2 x 2 pixels, row by row
//     permuted        the same numbers in an order that has nothing to do with the image, the same for every network
const std::vector<std::string>& scans_of(const std::string& scan);  // "both" is rows and columns; others one alone

// Images as rows of pixels, (R, B, C), read this way: (T, B, I).
Array<float> scanned(const Array<float>& rows, const std::string& scan);

// How many steps there are, and numbers at each.
struct Steps {
    std::size_t count, inputs;
};
Steps steps_of(const std::string& scan, std::size_t rows, std::size_t columns);

// What a step is, for texts: "row", "column", "pixel", and "step" where there are several.
std::string step_name(const std::string& scan);

}  // namespace xtape::apps
