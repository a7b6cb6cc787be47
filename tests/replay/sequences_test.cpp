// SPDX-License-Identifier: BSD-3-Clause
// Bugs of other libraries around what reads sequences: views, masks and loops. Gradients are compared with those
// derived by hand.
#include <xtape/autodiff/grad.hpp>

#include "stacks.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// cuDNN took the incoming gradient for one block of memory: a bidirectional LSTM trained with wrong gradients whenever
// its output was transposed, sliced or expanded.
TEST_CASE("pytorch 619, 620: a bidirectional LSTM whose gradient comes in transposed, sliced, reversed and broadcast") {
    constexpr std::size_t T = 5, B = 3, H = 8;
    const auto w1 = random_array<double>({B, T, H}, 601), w2 = random_array<double>({B, T}, 602),
               w3 = random_array<double>({2, B, 3}, 603), w4 = random_array<double>({T, B, H}, 604);
    const Tape tape;
    Stack stack(lstm, {.layers = 2, .bidirectional = true}, T, 600);
    const V y = stack.read().outputs(), rows_first = transpose(y, {1, 0, 2});
    const std::vector<V> losses{sum(rows_first * w1), sum(sum(rows_first, 2) * w2),
                                sum(slice(slice(y, 0, 2, 4), 2, 4, 7) * w3), sum(flip(y, 0) * w4)};
    std::vector<Plain> d_y(5, hand::zeros<double>({T, B, H}));
    for (std::size_t t = 0; t < T; ++t)
        for (std::size_t b = 0; b < B; ++b)
            for (std::size_t k = 0; k < H; ++k) {
                d_y[0](t, b, k) = w1(b, t, k);
                d_y[1](t, b, k) = w2(b, t);
                if (t >= 2 && t < 4 && k >= 4 && k < 7) d_y[2](t, b, k) = w3(t - 2, b, k - 4);
                d_y[3](t, b, k) = w4(T - 1 - t, b, k);
            }
    V all = 0.0;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        CAPTURE(i);
        CHECK(stack.off_by(y, backward(losses[i]), d_y[i]) <= 1e-12);
        all = all + losses[i], d_y[4] += d_y[i];
    }
    CHECK(stack.off_by(y, backward(all), d_y[4]) <= 1e-12);
}

// With a mask, LSTM and GRU gave now and then other numbers, outputs included.
TEST_CASE("tensorflow 60192: masked LSTM and GRU are right for any mask, with gaps, with empty rows and steps") {
    for (unsigned seed = 800; seed < 820; ++seed) {
        CAPTURE(seed);
        Plain mask = hand::zeros<double>({6, 3});
        std::mt19937 generator(seed);
        for (std::size_t t = 0; t < 6; ++t)
            for (std::size_t row = 0; row < 3; ++row)
                mask(t, row) = generator() % 3 > 0 && !(seed % 4 == 0 && row == 1) && !(seed % 4 == 1 && t == 2);
        const auto w = random_array<double>({6, 3, 8}, seed);
        const auto masked_off = [&](const auto& make) {
            const Tape tape;
            Stack stack(make, {.layers = 2, .bidirectional = true}, 6, seed, mask);
            const V y = stack.read().outputs();
            return stack.off_by(y, backward(sum(y * w)), w);
        };
        CHECK(masked_off(lstm) <= 1e-12);
        CHECK(masked_off(gru) <= 1e-12);
    }
}

// The gradient of a scan by the sequence that it reads was 0.
TEST_CASE("jax 753: a running sum's Jacobian by what it reads is lower triangular") {
    const auto running = [](const V& x, const V& s) { return s + 2 * x; };
    const auto f = [&](const V& xs) { return nn::unroll(running, xs, zeros<double>({1, 1})).outputs(); };
    const auto j = jacobian(f)(random_array<double>({5, 1, 1}, 900));
    for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t k = 0; k < 5; ++k) CHECK(j.data()[i * 5 + k] == (k <= i ? 2 : 0));
}

// A loop that ends early, written as a scan with a branch, gave 324 for the derivative of x^4 at 3, which is 108.
TEST_CASE("jax 5900: steps that a branch leaves out do not count") {
    const auto power = [](const V& x) {
        const auto times_x = [&](const V& left, const V& y) { return where(left.value() > 0.0, y * x, y); };
        return nn::unroll(times_x, V(array<double>({6, 1, 1}, {4, 3, 2, 1, 0, 0})), filled<double>({1, 1}, 1)).last;
    };
    CHECK(power(V(3.0)).item() == 81);
    CHECK(grad(power)(3.0) == 108);
    CHECK(grad(grad(power))(3.0) == 108);  // 12 x^2
}

}  // namespace
}  // namespace xtape::test
