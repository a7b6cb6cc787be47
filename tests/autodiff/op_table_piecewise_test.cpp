// SPDX-License-Identifier: BSD-3-Clause
// The rows of elementwise operations that choose, of powers, and of layer norm.
#include "references.hpp"

namespace xtape::test {
namespace {

using namespace reference;

A layer_normed(const A& x, const A& gain, const A& bias, double epsilon) {
    A y = x;
    const std::size_t n = gain.size();
    for (std::size_t row = 0; row < (n ? x.size() / n : 0); ++row) {
        double* const r = y.data() + row * n;
        const double mean = std::accumulate(r, r + n, 0.0) / double(n);
        double variance = 0;
        for (std::size_t k = 0; k < n; ++k) variance += (r[k] - mean) * (r[k] - mean) / double(n);
        for (std::size_t k = 0; k < n; ++k)
            r[k] = (r[k] - mean) / std::sqrt(variance + epsilon) * gain.data()[k] + bias.data()[k];
    }
    return y;
}

}  // namespace

std::vector<Row> piecewise_rows() {
    using enum Domain;
    auto powered = [](double p) {
        return row(
            "pow", std::to_string(p), [p](const auto& x) { return pow(x[0], p); },
            [p](const As& x) { return elementwise(x, [p](const auto& e) { return std::pow(e[0], p); }); },
            one_of_each(), p == std::floor(p) ? away_from_zero : positive);
    };
    return {
        unary(
            "abs", [](const auto& x) { return abs(x); }, [](double x) { return x < 0 ? -x : x; }, away_from_zero),
        binary(
            "maximum", [](const auto& x, const auto& y) { return maximum(x, y); },
            [](double x, double y) { return x > y ? x : y; }, apart),
        binary(
            "minimum", [](const auto& x, const auto& y) { return minimum(x, y); },
            [](double x, double y) { return x < y ? x : y; }, apart),
        powered(3),
        powered(-1),
        powered(1.5),
        row(
            "masked_fill", "", [](const auto& x) { return masked_fill(x[0], pattern<double>(x[0].shape()), 7); },
            [](const As& x) {
                return elementwise({x[0], pattern<double>(x[0].shape())},
                                   [](const auto& e) { return e[1] != 0 ? 7 : e[0]; });
            },
            one_of_each()),
        row(
            "layer_norm", "", [](const auto& x) { return layer_norm(x[0], x[1], x[2], 0.01); },
            [](const As& x) { return layer_normed(x[0], x[1], x[2], 0.01); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}, {n}, {n}};
                },
                {{{4}, {4}, {4}},
                 {{1}, {1}, {1}},
                 {{2, 3, 4}, {4}, {4}},
                 {{0, 3}, {3}, {3}},
                 {{3, 0}, {0}, {0}},
                 {{67, 5}, {5}, {5}},
                 {{2, 700}, {700}, {700}}})),
    };
}

}  // namespace xtape::test
