// SPDX-License-Identifier: BSD-3-Clause
#include "samples.hpp"

#include <numeric>
#include <random>

namespace xtape::apps {

std::vector<std::uint32_t> epoch_order(std::size_t n, std::uint64_t seed, std::size_t epoch) {
    std::seed_seq mixed{seed & 0xffffffff, seed >> 32, std::uint64_t{epoch}};
    std::mt19937_64 generator(mixed);
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    // Fisher and Yates by hand: every standard library shuffles in a way of its own.
    for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[generator() % i]);
    return order;
}

Array<float> sequences(const Images& images, Chosen chosen) {
    Array<float> xs = Array<float>::from_shape({images.rows, chosen.size(), images.columns});
    float* to = xs.data();
    for (std::size_t t = 0; t < images.rows; ++t)
        for (const std::uint32_t i : chosen) {
            const std::uint8_t* row = images.pixels.data() + (i * images.rows + t) * images.columns;
            for (std::size_t k = 0; k < images.columns; ++k) *to++ = static_cast<float>(row[k]) / 255;
        }
    return xs;
}

Indices labels(const Digits& digits, Chosen chosen) {
    Indices out;
    for (const std::uint32_t i : chosen) out.push_back(digits.labels[i]);
    return out;
}

Digits part(const Digits& digits, std::size_t begin, std::size_t end) {
    const auto cut = [&](const auto& all, std::size_t width) {
        const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i * width); };
        return std::vector(at(begin), at(end));
    };
    const auto& [count, rows, columns, pixels] = digits.images;
    return {{end - begin, rows, columns, cut(pixels, rows * columns)}, cut(digits.labels, 1)};
}

}  // namespace xtape::apps
