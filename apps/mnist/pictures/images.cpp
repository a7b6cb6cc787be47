// SPDX-License-Identifier: BSD-3-Clause
#include "images.hpp"

#include "apps/text.hpp"

namespace xtape::apps {

std::string pixels_csv(const Images& images, std::size_t image, std::size_t place) {
    std::string csv;
    const std::uint8_t* pixel = images.pixels.data() + image * images.rows * images.columns;
    for (std::size_t row = 1; row <= images.rows; ++row)
        for (std::size_t column = 1; column <= images.columns; ++column)
            csv += formatted("%zu,%zu,%zu,%d\n", place, row, column, *pixel++);
    return csv;
}

}  // namespace xtape::apps
