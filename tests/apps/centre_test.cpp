// SPDX-License-Identifier: BSD-3-Clause
// Images of any size become what MNIST's are.
#include "apps/data/centre.hpp"

#include <cmath>
#include <random>

#include "apps/data/mnist.hpp"
#include "idx_files.hpp"

using namespace idx_files;
using namespace xtape::apps;

namespace {

const Mnist mnist = load_mnist(XTAPE_TEST_DATA "/mnist-subset");

Images image_of(std::size_t rows, std::size_t columns, std::uint8_t level) {
    return {1, rows, columns, Bytes(rows * columns, level)};
}

std::uint8_t& at(Images& image, std::size_t row, std::size_t column) {
    return image.pixels[row * image.columns + column];
}

void fill(Images& image, std::size_t top, std::size_t left, std::size_t rows, std::size_t columns, std::uint8_t level) {
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) at(image, top + i, left + j) = level;
}

// A digit of MNIST in two levels, each pixel a square, somewhere in a larger image
Images enlarged(std::size_t digit, std::size_t side, std::uint8_t ground, std::uint8_t ink) {
    const Images& all = mnist.train.images;
    Images out = image_of(28 * side + 11, 28 * side + 30, ground);
    for (std::size_t i = 0; i < 28; ++i)
        for (std::size_t j = 0; j < 28; ++j)
            if (all.pixels[(digit * 28 + i) * 28 + j] > 127) fill(out, 9 + i * side, 2 + j * side, side, side, ink);
    return out;
}

// Means of the same parts, added in another order, may be rounded another way.
bool alike(const Bytes& a, const Bytes& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](int x, int y) { return std::abs(x - y) <= 1; });
}

Bytes centred_pixels(const Images& image) { return centred(image, "it").pixels; }

// The means of a whole image over equal parts, by counting each pixel often enough for parts to hold whole ones
std::vector<double> means(const Images& image, std::size_t rows, std::size_t columns) {
    std::vector<double> sums(rows * columns);
    for (std::size_t i = 0; i < image.rows * rows; ++i)
        for (std::size_t j = 0; j < image.columns * columns; ++j)
            sums[i / image.rows * columns + j / image.columns] +=
                image.pixels[i / rows * image.columns + j / columns] / double(image.rows * image.columns);
    return sums;
}

}  // namespace

TEST_CASE("MNIST's own images stay as they are") {
    CHECK(centred_pixels(mnist.train.images) == mnist.train.images.pixels);
    CHECK(centred_pixels(mnist.test.images) == mnist.test.images.pixels);
}

TEST_CASE("neither size nor place, neither levels nor which is the darker one matter") {
    for (std::size_t digit = 0; digit < 50; ++digit) {
        CAPTURE(digit);
        const Bytes expected = centred_pixels(enlarged(digit, 1, 0, 255));
        for (const std::size_t side : {2u, 5u, 20u})
            CHECK(alike(centred_pixels(enlarged(digit, side, 0, 255)), expected));
        CHECK(alike(centred_pixels(enlarged(digit, 3, 255, 0)), expected));
        CHECK(alike(centred_pixels(enlarged(digit, 4, 180, 100)), expected));
        CHECK(alike(centred_pixels(enlarged(digit, 4, 100, 180)), expected));
        CHECK(alike(centred_pixels(enlarged(digit, 1, 254, 255 - 17)), expected));
    }
}

TEST_CASE("the longer side becomes 20 pixels, the ratio stays, the centre of mass comes to the middle") {
    Images bar = image_of(90, 300, 255);
    fill(bar, 20, 40, 10, 200, 0);
    Images expected = image_of(28, 28, 0);
    fill(expected, 14, 4, 1, 20, 255);
    CHECK(centred_pixels(bar) == expected.pixels);

    Images hook = image_of(100, 100, 0);  // 40 x 40, its centre of mass 13.6 from the left and 26.4 from the top
    fill(hook, 5, 5, 40, 10, 255), fill(hook, 35, 15, 10, 30, 255);
    Images hooked = image_of(28, 28, 0);  // 20 x 20, and 6.8 and 13.2
    fill(hooked, 1, 8, 20, 5, 255), fill(hooked, 16, 13, 5, 15, 255);
    CHECK(centred_pixels(hook) == hooked.pixels);
}

TEST_CASE("an article's longer side becomes 28 pixels, its middle comes to the middle, its levels stay") {
    Images coat = image_of(200, 150, 255);  // dark on light, 140 x 70
    fill(coat, 50, 3, 140, 70, 155), fill(coat, 50, 3, 70, 70, 225);
    Images expected = image_of(28, 28, 0);  // 28 x 14
    fill(expected, 0, 7, 28, 14, 100), fill(expected, 0, 7, 14, 14, 30);
    CHECK(fitted(coat, "it").pixels == expected.pixels);

    Images own = image_of(28, 28, 0);
    fill(own, 1, 2, 5, 3, 77);
    CHECK(fitted(own, "it").pixels == own.pixels);
    CHECK(complaint("it", [&] { fitted(image_of(9, 9, 3), "it"); }) == "expected an article; found a blank image");
}

TEST_CASE("a pixel is the mean of what it covers") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int repeat = 0; repeat < 30; ++repeat) {
        const std::size_t rows = 20 + random() % 80, columns = 1 + random() % rows;
        Images inner = image_of(rows, columns, 255);
        for (std::uint8_t& pixel : inner.pixels) pixel = random() % 4 ? 255 : std::uint8_t(128 + random() % 128);
        Images outer = image_of(rows + 6, columns + 6, 0);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j) at(outer, i + 3, j + 3) = at(inner, i, j);
        const auto width = std::size_t(std::max(1l, std::lround(20. * double(columns) / double(rows))));
        const std::vector<double> expected = means(inner, 20, width);
        const double most = *std::max_element(expected.begin(), expected.end());
        Bytes found;
        for (const std::uint8_t pixel : centred_pixels(outer))
            if (pixel) found.push_back(pixel);
        REQUIRE(found.size() == expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i] * 255 / most) < 0.51);
    }
}

TEST_CASE("a digit whose mass is at its edge is not cut off") {
    Images image = image_of(60, 60, 0);
    fill(image, 10, 10, 40, 1, 255), fill(image, 49, 10, 1, 40, 255), fill(image, 10, 10, 15, 15, 255);
    const Bytes pixels = centred_pixels(image);
    std::size_t rows = 0;
    for (std::size_t i = 0; i < 28; ++i)
        rows += std::any_of(pixels.begin() + std::ptrdiff_t(28 * i), pixels.begin() + std::ptrdiff_t(28 * i + 28),
                            [](auto pixel) { return pixel > 0; });
    CHECK(rows == 20);
}

TEST_CASE("paper in uneven light, with grain, is no digit") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (std::size_t digit = 0; digit < 20; ++digit) {
        Images photo = enlarged(digit, 4, 0, 1);
        for (std::size_t i = 0; i < photo.rows; ++i)
            for (std::size_t j = 0; j < photo.columns; ++j) {
                const std::size_t paper = 170 + 20 * i / photo.rows + 20 * j / photo.columns + random() % 9;
                at(photo, i, j) = std::uint8_t(at(photo, i, j) ? 60 + random() % 9 : paper);
            }
        const Bytes found = centred_pixels(photo), expected = centred_pixels(enlarged(digit, 4, 0, 255));
        for (std::size_t i = 0; i < 784; ++i) CHECK(std::abs(found[i] - expected[i]) < 64);
    }
}

TEST_CASE("an image with nothing in it is refused, by its index if there are others") {
    const auto refusal = [](const Images& images) { return complaint("a file", [&] { centred(images, "a file"); }); };
    CHECK(refusal(image_of(28, 28, 0)) == "expected a digit; found a blank image");
    CHECK(refusal(image_of(1, 1, 9)) == "expected a digit; found a blank image");
    Images faint = image_of(30, 30, 200);
    fill(faint, 10, 10, 9, 9, 200 - 15);
    CHECK(refusal(faint) == "expected a digit; found a blank image");
    Images two{2, 28, 28, Bytes(mnist.test.images.pixels.begin(), mnist.test.images.pixels.begin() + 784)};
    two.pixels.resize(2 * 784);
    CHECK(refusal(two) == "expected a digit; found a blank image at index 1");
}
