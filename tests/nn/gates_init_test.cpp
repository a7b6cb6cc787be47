// SPDX-License-Identifier: BSD-3-Clause
// How each gate of a cell begins.
#include <algorithm>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/indrnn.hpp>
#include <xtape/nn/layer_norm_lstm.hpp>
#include <xtape/nn/lstm.hpp>

#include "orthonormal.hpp"

namespace xtape::test {
namespace {

constexpr std::size_t I = 30, H = 40;
using LSTM = nn::LSTMCell<double>;

LSTM lstm(const nn::LSTMOptions& options, std::size_t hidden = H) {
    nn::Generator bits(71);
    return {I, hidden, bits, options};
}
// The k-th of n gates that lie side by side, in (nH) or (rows, nH).
Array<double> gate(const Array<double>& all, std::size_t k, std::size_t n) {
    const auto width = std::ptrdiff_t(all.shape().back() / n), begin = std::ptrdiff_t(k) * width;
    return slice(Variable<double>(all), -1, begin, begin + width).value();
}
bool all_are(const Array<double>& a, double x) { return same_bits(a, filled<double>(a.shape(), x)); }

void check_biases(const Array<double>& b, const std::vector<double>& of_gates) {
    REQUIRE(b.shape() == Shape{of_gates.size() * H});
    for (std::size_t k = 0; k < of_gates.size(); ++k) {
        INFO("gate ", k);
        CHECK(all_are(gate(b, k, of_gates.size()), of_gates[k]));
    }
}
// U(-a, a) with Glorot's a for the gate's own matrix, not for all that lie side by side.
void check_glorot(const Array<double>& w) {
    const double a = std::sqrt(6.0 / double(w.shape()[0] + w.shape()[1]));
    const double low = *std::min_element(w.begin(), w.end()), high = *std::max_element(w.begin(), w.end());
    CHECK((low >= -a && low < -0.97 * a));
    CHECK((high <= a && high > 0.97 * a));
}
void check_weights(const Array<double>& wx, const Array<double>& wh, std::size_t n) {
    REQUIRE(wx.shape() == Shape{I, n * H});
    REQUIRE(wh.shape() == Shape{wh.shape()[0], n * H});
    for (std::size_t k = 0; k < n; ++k) {
        INFO("gate ", k);
        check_glorot(gate(wx, k, n));
        CHECK(not_orthonormal(gate(wh, k, n), 1) <= 1e-12);
        CHECK((k == 0 || distance(gate(wh, k, n), gate(wh, k - 1, n)) > 0.1));  // drawn one by one
        CHECK((k == 0 || distance(gate(wx, k, n), gate(wx, k - 1, n)) > 0.1));
    }
}

TEST_CASE("the biases of forget gates begin at 1, or as told, and all others at 0") {
    nn::Generator bits(72);
    check_biases(lstm({}).b.value(), {0, 1, 0, 0});
    check_biases(LSTM(I, H, bits).b.value(), {0, 1, 0, 0});
    check_biases(nn::LayerNormLSTMCell<double>(I, H, bits).b.value(), {0, 1, 0, 0});
    for (const double bias : {-2.5, 0.0, 3.0}) {
        CAPTURE(bias);
        check_biases(lstm({.forget_bias = bias}).b.value(), {0, bias, 0, 0});
        check_biases(lstm({.forget_bias = bias, .coupled = true}).b.value(), {bias, 0, 0});
    }
    check_biases(lstm({.coupled = true}).b.value(), {1, 0, 0});
    check_biases(lstm({.projection = 8}).b.value(), {0, 1, 0, 0});
    for (const bool after : {true, false}) {
        const nn::GRUCell<double> gru(I, H, bits, {.reset_after = after});
        check_biases(gru.b.value(), {0, 0, 0});
        CHECK(all_are(gru.bn.value(), 0));
    }
}

TEST_CASE("chrono: forget biases are ln U(1, longest - 1), input biases the opposite, others 0 (seed 71)") {
    constexpr std::size_t hidden = 4000;
    for (const bool coupled : {false, true})
        for (const double longest : {50.0, 784.0}) {
            INFO("longest ", longest, ", coupled ", coupled);
            // a projection, so that no large matrix is drawn
            const nn::LSTMOptions options{
                .forget_bias = 9, .longest = std::size_t(longest), .coupled = coupled, .projection = 1};
            const Array<double> b = lstm(options, hidden).b.value();
            const std::size_t n = coupled ? 3 : 4, forget = n - 3;
            const Array<double> f = gate(b, forget, n);
            const double low = *std::min_element(f.begin(), f.end()), high = *std::max_element(f.begin(), f.end());
            CHECK((low >= 0 && low < std::log(1 + 0.01 * longest)));
            CHECK((high <= std::log(longest - 1) && high > std::log(0.99 * (longest - 1))));
            double mean = 0;
            for (const double x : f) mean += std::exp(x) / double(hidden);
            CHECK(std::abs(mean - longest / 2) < 4 * longest / std::sqrt(12.0 * double(hidden)));
            if (!coupled) CHECK(same_bits(gate(b, 0, n), Array<double>(-f)));
            CHECK(all_are(gate(b, n - 2, n), 0));
            CHECK(all_are(gate(b, n - 1, n), 0));
        }
    for (const std::size_t longest : {1u, 2u})  // there is but one lag to choose
        for (const double x : lstm({.longest = longest}).b.value()) CHECK(x == 0);
}

TEST_CASE("each gate's weights are Glorot's for inputs, and orthogonal for states (seeds 71 and 73)") {
    nn::Generator bits(73);
    const LSTM whole = lstm({}), coupled = lstm({.peepholes = true, .coupled = true}), narrow = lstm({.projection = 8});
    check_weights(whole.wx.value(), whole.wh.value(), 4);
    check_weights(coupled.wx.value(), coupled.wh.value(), 3);
    check_weights(narrow.wx.value(), narrow.wh.value(), 4);
    CHECK(narrow.wh.value().shape()[0] == 8);
    REQUIRE(narrow.wp->value().shape() == Shape{H, 8});
    check_glorot(narrow.wp->value());
    const LSTM peepholes = lstm({.peepholes = true});
    for (const auto* p : {&*peepholes.pi, &*peepholes.pf, &*peepholes.po}) {
        CHECK(p->value().shape() == Shape{H});
        CHECK(all_are(p->value(), 0));
    }
    const nn::LayerNormLSTMCell<double> normed(I, H, bits);
    check_weights(normed.wx.value(), normed.wh.value(), 4);
    for (const auto* gain : {&normed.gain_x, &normed.gain_h, &normed.gain_c}) CHECK(all_are(gain->value(), 1));
    CHECK(all_are(normed.bias_c.value(), 0));
    for (const bool after : {true, false}) {
        const nn::GRUCell<double> gru(I, H, bits, {.reset_after = after});
        check_weights(gru.wx.value(), gru.wh.value(), 3);
    }
}

TEST_CASE("an IndRNN's units begin with memories in U(0, 1), Glorot's inputs and no bias (seed 74)") {
    constexpr std::size_t hidden = 2000;
    nn::Generator bits(74);
    const nn::IndRNNCell<double> cell(I, hidden, bits);
    const Array<double>& u = cell.u.value();
    REQUIRE(u.shape() == Shape{hidden});
    double mean = 0, squares = 0;
    for (const double x : u) {
        CHECK((x >= 0 && x < 1));
        mean += x / double(hidden), squares += x * x / double(hidden);
    }
    CHECK(*std::min_element(u.begin(), u.end()) < 0.01);
    CHECK(*std::max_element(u.begin(), u.end()) > 0.99);
    CHECK(std::abs(mean - 0.5) < 4 / std::sqrt(12.0 * double(hidden)));
    CHECK(squares == doctest::Approx(1.0 / 3).epsilon(0.05));
    check_glorot(cell.wx.value());
    CHECK(all_are(cell.b.value(), 0));
}

}  // namespace
}  // namespace xtape::test
