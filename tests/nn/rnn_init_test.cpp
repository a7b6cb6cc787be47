// SPDX-License-Identifier: BSD-3-Clause
// How recurrent cells begin.
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using nn::Init;
constexpr std::size_t I = 300, H = 200;

struct Spread {
    double largest = 0, mean = 0, deviation = 0;
};
Spread spread(const Array<double>& a) {
    Spread s;
    for (const double x : a) {
        s.largest = std::max(s.largest, std::abs(x));
        s.mean += x / double(a.size());
        s.deviation += x * x / double(a.size());
    }
    s.deviation = std::sqrt(s.deviation);
    return s;
}

// U(-most, most) has the deviation most / sqrt 3
void check_uniform(const Array<double>& a, double most) {
    const Spread s = spread(a);
    CHECK((s.largest <= most && s.largest > 0.97 * most));
    CHECK(std::abs(s.mean) < 4 * s.deviation / std::sqrt(double(a.size())));
    CHECK(s.deviation == doctest::Approx(most / std::sqrt(3)).epsilon(a.size() > 1000 ? 0.01 : 0.1));
}

void check_normal(const Array<double>& a, double deviation) {
    const Spread s = spread(a);
    CHECK(s.deviation == doctest::Approx(deviation).epsilon(0.01));
    CHECK(std::abs(s.mean) < 4 * s.deviation / std::sqrt(double(a.size())));
    CHECK((s.largest > 3.5 * deviation && s.largest < 6 * deviation));
    std::size_t within = 0;
    for (const double x : a) within += std::abs(x) < deviation;
    CHECK(double(within) / double(a.size()) == doctest::Approx(0.6827).epsilon(0.02));
}

nn::RNNCell<double> cell(Init init, std::uint64_t seed = 61) {
    nn::Generator generator(seed);
    return {I, H, generator, {.init = init}};
}
const double glorot_wx = std::sqrt(6.0 / (I + H)), glorot_wh = std::sqrt(6.0 / (H + H));

TEST_CASE("a cell begins as its initialisation says (seed 61)") {
    const auto orthogonal = cell(Init::orthogonal), identity = cell(Init::identity), glorot = cell(Init::glorot);
    const auto normal = cell(Init::normal), uniform = cell(Init::uniform);
    check_uniform(orthogonal.wx.value(), glorot_wx / 2);
    check_uniform(identity.wx.value(), glorot_wx / 2);
    check_uniform(glorot.wx.value(), glorot_wx);
    check_uniform(glorot.wh.value(), glorot_wh);
    check_normal(normal.wx.value(), 1 / std::sqrt(double(I)));
    check_normal(normal.wh.value(), 1 / std::sqrt(double(H)));
    for (const Array<double>* a : {&uniform.wx.value(), &uniform.wh.value(), &uniform.b.value()})
        check_uniform(*a, 1 / std::sqrt(double(H)));
    for (const auto* one : {&orthogonal, &identity, &glorot, &normal})
        CHECK(same_bits(one->b.value(), zeros<double>({H})));
    CHECK(uniform.b.value().shape() == Shape{H});
    Array<double> squares = zeros<double>({H, H});  // wh' wh
    const Array<double>& q = orthogonal.wh.value();
    for (std::size_t k = 0; k < H; ++k)
        for (std::size_t i = 0; i < H; ++i)
            for (std::size_t j = 0; j < H; ++j) squares(i, j) += q(k, i) * q(k, j);
    CHECK(distance(squares, identity.wh.value()) <= 1e-12);
    for (std::size_t i = 0; i < H; ++i)
        for (std::size_t j = 0; j < H; ++j) REQUIRE(identity.wh.value()(i, j) == (i == j));
}

TEST_CASE("the same seed gives the same bits for every initialisation, another seed others") {
    for (const Init init : {Init::orthogonal, Init::identity, Init::glorot, Init::normal, Init::uniform}) {
        const auto one = cell(init, 1), same = cell(init, 1), other = cell(init, 2);
        CHECK(same_bits(one.wx.value(), same.wx.value()));
        CHECK(same_bits(one.wh.value(), same.wh.value()));
        CHECK(same_bits(one.b.value(), same.b.value()));
        CHECK_FALSE(same_bits(one.wx.value(), other.wx.value()));
        CHECK(same_bits(one.wh.value(), other.wh.value()) == (init == Init::identity));
    }
}

TEST_CASE("a network without options begins orthogonal, as with that option") {
    const nn::RNN<float> plain({3, 8, 2}, 62), same({3, 8, 2}, 62, {.init = Init::orthogonal});
    const auto one = nn::parameters(plain), other = nn::parameters(same);
    for (std::size_t i = 0; i < one.size(); ++i)
        CHECK(same_bits(one[i].parameter->value(), other[i].parameter->value()));
}

}  // namespace
}  // namespace xtape::test
