// SPDX-License-Identifier: BSD-3-Clause
// What the network is shown: rows as time steps, and images that are moved at random.
#include "apps/data/samples.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <set>

namespace {

using namespace xtape::apps;

// The pixel at (row, column) of an image moved down and right, from 0 to 1
float moved(const Images& images, std::size_t image, int row, int column, int down, int right) {
    const int r = row - down, k = column - right, rows = int(images.rows), columns = int(images.columns);
    if (r < 0 || r >= rows || k < 0 || k >= columns) return 0;
    return float(images.pixels[(image * images.rows + std::size_t(r)) * images.columns + std::size_t(k)]) / 255;
}

// Whether column n of the sequences is this image, moved so far
bool is_moved(const xtape::Array<float>& xs, std::size_t n, const Images& images, std::uint32_t image, int down,
              int right) {
    for (std::size_t t = 0; t < images.rows; ++t)
        for (std::size_t k = 0; k < images.columns; ++k)
            if (xs(t, n, k) != moved(images, image, int(t), int(k), down, right)) return false;
    return true;
}

const Images images = load_mnist(XTAPE_TEST_DATA "/mnist-subset").train.images;

}  // namespace

TEST_CASE("an image's rows are time steps, in the order asked for") {
    const std::vector<std::uint32_t> chosen{5, 0, 799, 5};
    const xtape::Array<float> xs = sequences(images, chosen);
    CHECK(xs.shape() == xtape::Shape{28, 4, 28});
    for (std::size_t n = 0; n < 4; ++n) CHECK(is_moved(xs, n, images, chosen[n], 0, 0));
}

TEST_CASE("a moved image is whole or cut at the border, and all places occur") {
    std::vector<std::uint32_t> all(images.count);
    std::iota(all.begin(), all.end(), 0u);
    for (const int most : {1, 2, 28}) {
        CAPTURE(most);
        const xtape::Array<float> xs = sequences(images, all, {std::size_t(most), 3, 1});
        std::set<std::pair<int, int>> places;
        for (std::size_t n = 0; n < all.size(); ++n) {
            const auto before = places.size();
            bool found = false;
            for (int down = -most; down <= most && !found; ++down)
                for (int right = -most; right <= most && !found; ++right)
                    if (is_moved(xs, n, images, all[n], down, right)) places.insert({down, right}), found = true;
            CHECK_MESSAGE(found, n);
            if (most == 28 && before > 20) break;  // enough: 3,249 places to look at
        }
        if (most < 28) CHECK(places.size() == std::size_t((2 * most + 1) * (2 * most + 1)));
    }
}

TEST_CASE("where an image is moved to depends on seed and epoch, not on its company") {
    const std::vector<std::uint32_t> three{7, 8, 9}, one{9};
    const xtape::Array<float> xs = sequences(images, three, {3, 1, 0}), alone = sequences(images, one, {3, 1, 0});
    for (std::size_t t = 0; t < 28; ++t)
        for (std::size_t k = 0; k < 28; ++k) REQUIRE(xs(t, 2, k) == alone(t, 0, k));
    int as_first = 0, as_seed = 0;
    for (std::size_t other = 1; other <= 20; ++other) {
        as_first += sequences(images, one, {3, 1, other}) == alone;
        as_seed += sequences(images, one, {3, 1 + other, 0}) == alone;
    }
    CHECK(as_first < 10);
    CHECK(as_seed < 10);
}
