// SPDX-License-Identifier: BSD-3-Clause
#include "samples.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace xtape::apps {
namespace {

// Steele, Lea and Flood 2014: SplitMix64
std::uint64_t mixed(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

struct Move {
    std::ptrdiff_t down, right;
};
Move move_of(std::uint32_t image, const Shift& shift) {
    const std::uint64_t bits = mixed(mixed(mixed(shift.seed) + shift.epoch) + image), places = 2 * shift.most + 1;
    const auto most = static_cast<std::ptrdiff_t>(shift.most);
    return {static_cast<std::ptrdiff_t>((bits & 0xffffffff) % places) - most,
            static_cast<std::ptrdiff_t>((bits >> 32) % places) - most};
}

// Row t of an image that was moved
void copy_row(const Images& images, std::uint32_t i, std::size_t t, const Move& move, float* to) {
    std::fill_n(to, images.columns, 0.0f);
    const auto rows = static_cast<std::ptrdiff_t>(images.rows), columns = static_cast<std::ptrdiff_t>(images.columns);
    const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(t) - move.down;
    if (from < 0 || from >= rows) return;
    const std::uint8_t* row = images.pixels.data() + (i * rows + from) * columns;
    for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, move.right);
         k < columns + std::min<std::ptrdiff_t>(0, move.right); ++k)
        to[k] = static_cast<float>(row[k - move.right]) / 255;
}

}  // namespace

std::vector<std::uint32_t> epoch_order(std::size_t n, std::uint64_t seed, std::size_t epoch) {
    std::seed_seq mixed{seed & 0xffffffff, seed >> 32, std::uint64_t{epoch}};
    std::mt19937_64 generator(mixed);
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    // Fisher and Yates by hand: every standard library shuffles in a way of its own.
    for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[generator() % i]);
    return order;
}

Array<float> sequences(const Images& images, Chosen chosen, Shift shift) {
    Array<float> xs = Array<float>::from_shape({images.rows, chosen.size(), images.columns});
    std::vector<Move> moves;
    for (const std::uint32_t i : chosen) moves.push_back(move_of(i, shift));
    float* to = xs.data();
    for (std::size_t t = 0; t < images.rows; ++t)
        for (std::size_t n = 0; n < chosen.size(); ++n, to += images.columns)
            copy_row(images, chosen[n], t, moves[n], to);
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
