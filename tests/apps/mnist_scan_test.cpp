// SPDX-License-Identifier: BSD-3-Clause
#include "apps/mnist/scan.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace xtape;
using namespace xtape::apps;

namespace {

// Two images of r rows of c pixels, (r, 2, c): pixel (i, j) of image n is 100 n + 10 i + j.
Array<float> images(std::size_t r, std::size_t c) {
    Array<float> rows = Array<float>::from_shape({r, 2, c});
    for (std::size_t i = 0; i < r; ++i)
        for (std::size_t n = 0; n < 2; ++n)
            for (std::size_t j = 0; j < c; ++j) rows(i, n, j) = float(100 * n + 10 * i + j);
    return rows;
}

std::vector<float> steps_of_image(const Array<float>& xs, std::size_t n) {
    std::vector<float> all;
    for (std::size_t t = 0; t < xs.shape()[0]; ++t) all.push_back(xs(t, n, 0));
    return all;
}

}  // namespace

TEST_CASE("rows are as they are, columns are the image on its side") {
    const Array<float> rows = images(3, 4), columns = scanned(rows, "columns");
    CHECK(scanned(rows, "rows") == rows);
    CHECK(columns.shape() == Shape{4, 2, 3});
    CHECK(columns(3, 1, 2) == 123);
    CHECK(columns(1, 0, 0) == 1);
    CHECK(steps_of("columns", 3, 4).count == 4);
    CHECK(steps_of("columns", 3, 4).inputs == 3);
}

TEST_CASE("pixels are the means of 2 x 2, row by row, and of what there is at the edge of odd images") {
    const Array<float> even = scanned(images(4, 4), "pixels");
    CHECK(even.shape() == Shape{4, 2, 1});
    CHECK(steps_of_image(even, 0) == std::vector<float>{5.5, 7.5, 25.5, 27.5});
    CHECK(steps_of_image(even, 1) == std::vector<float>{105.5, 107.5, 125.5, 127.5});
    const Array<float> odd = scanned(images(3, 3), "pixels");
    CHECK(steps_of_image(odd, 0) == std::vector<float>{5.5, 7, 20.5, 22});
    CHECK(steps_of("pixels", 3, 3).count == 4);
    CHECK(steps_of("pixels", 28, 28).count == 196);
    CHECK(steps_of("permuted", 28, 28).inputs == 1);
}

TEST_CASE("permuted pixels are all of them, in another order, the same for every image and time") {
    const Array<float> rows = images(28, 28);
    std::vector<float> plain = steps_of_image(scanned(rows, "pixels"), 0),
                       first = steps_of_image(scanned(rows, "permuted"), 0);
    const std::vector<float> second = steps_of_image(scanned(rows, "permuted"), 1);
    CHECK(first != plain);
    for (std::size_t t = 0; t < 196; ++t) CHECK(second[t] == first[t] + 100);
    CHECK(std::vector<float>(first.begin(), first.begin() + 3) == std::vector<float>{229.5, 47.5, 85.5});  // fixed
    std::ranges::sort(first), std::ranges::sort(plain);
    CHECK(first == plain);
}
