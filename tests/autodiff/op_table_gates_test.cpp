// SPDX-License-Identifier: BSD-3-Clause
// The rows of fused gates, from their equations.
#include "references.hpp"

namespace xtape::test {
namespace {

using namespace reference;

double squash(double x) { return 1 / (1 + std::exp(-x)); }

A memory(const A& z, const A& c) {
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    A y = A::from_shape({B, H});
    for (std::size_t b = 0; b < B; ++b)
        for (std::size_t k = 0; k < H; ++k) {
            const double* const gate = z.data() + b * 4 * H + k;
            y.data()[b * H + k] = squash(gate[H]) * c.data()[b * H + k] + squash(gate[0]) * std::tanh(gate[2 * H]);
        }
    return y;
}
A output(const A& z, const A& c) {
    const std::size_t B = c.shape()[0], H = c.shape()[1];
    A y = A::from_shape({B, H});
    for (std::size_t b = 0; b < B; ++b)
        for (std::size_t k = 0; k < H; ++k)
            y.data()[b * H + k] = squash(z.data()[b * 4 * H + 3 * H + k]) * std::tanh(c.data()[b * H + k]);
    return y;
}
A gru(const A& x, const A& m, const A& h, const A& bias) {
    const std::size_t B = h.shape()[0], H = h.shape()[1];
    A y = A::from_shape({B, H});
    for (std::size_t b = 0; b < B; ++b)
        for (std::size_t k = 0; k < H; ++k) {
            const double *const u = x.data() + b * 3 * H + k, *const v = m.data() + b * 3 * H + k;
            const double r = squash(u[0] + v[0]), z = squash(u[H] + v[H]),
                         n = std::tanh(u[2 * H] + r * (v[2 * H] + bias.data()[k]));
            y.data()[b * H + k] = (1 - z) * n + z * h.data()[b * H + k];
        }
    return y;
}
// Any batch and size, with shapes(B, H)
std::vector<Shapes> sizes(const std::function<Shapes(std::size_t, std::size_t)>& shapes) {
    std::vector<Shapes> all;
    for (const auto& [B, H] : {std::pair<std::size_t, std::size_t>{3, 4}, {1, 1}, {0, 3}, {2, 0}, {1, 32}, {5, 17}})
        all.push_back(shapes(B, H));
    return at_lengths([&](std::size_t n) { return n % 2 ? shapes(2, n) : shapes(1, n); }, all);
}

}  // namespace

std::vector<Row> gate_rows() {
    return {
        row(
            "lstm_memory", "", [](const auto& x) { return lstm_memory(x[0], x[1]); },
            [](const As& x) { return memory(x[0], x[1]); }, sizes([](std::size_t B, std::size_t H) {
                return Shapes{{B, 4 * H}, {B, H}};
            })),
        row(
            "lstm_output", "", [](const auto& x) { return lstm_output(x[0], x[1]); },
            [](const As& x) { return output(x[0], x[1]); }, sizes([](std::size_t B, std::size_t H) {
                return Shapes{{B, 4 * H}, {B, H}};
            })),
        row(
            "gru_gates", "", [](const auto& x) { return gru_gates(x[0], x[1], x[2], x[3]); },
            [](const As& x) { return gru(x[0], x[1], x[2], x[3]); }, sizes([](std::size_t B, std::size_t H) {
                return Shapes{{B, 3 * H}, {B, 3 * H}, {B, H}, {H}};
            })),
    };
}

}  // namespace xtape::test
