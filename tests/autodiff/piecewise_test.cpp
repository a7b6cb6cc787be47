// SPDX-License-Identifier: BSD-3-Clause
// Where functions have kinks, poles and NaN: the conventions of NumPy and PyTorch, tested one by one.
#include <xtape/autodiff/autodiff.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

TEST_CASE("maximum and minimum of NaN are NaN, on either side, wherever it stands in a vector register") {
    for (std::size_t place = 0; place < 19; ++place) {
        Array<float> a = filled<float>({19}, 0.5f);
        a.data()[place] = std::nanf("");
        const Variable<float> x(a), one(filled<float>({19}, 1)), none(0.0f);
        for (const auto& y : {maximum(x, one), maximum(one, x), maximum(x, none), maximum(none, x), minimum(x, one),
                              minimum(one, x), minimum(x, x), abs(x), pow(x, 2), masked_fill(x, Array<float>(0.0f), 1)})
            CHECK(std::isnan(y.value().data()[place]));
        CHECK(maximum(x, one).value().data()[(place + 1) % 19] == 1);
        CHECK(minimum(x, one).value().data()[(place + 1) % 19] == 0.5f);
    }
}

TEST_CASE("of two that are equal each gets half, also of infinities; of NaN both get all") {
    const Tape tape;
    const V x = variable(array<double>({6}, {1, 2, 2, inf, -inf, nan})),
            y = variable(array<double>({6}, {2, 1, 2, inf, -inf, 1}));
    const auto seed = array<double>({6}, {2, 4, 8, 16, 32, 64});
    const auto most = backward(maximum(x, y), {x, y}, seed), least = backward(minimum(x, y), {x, y}, seed);
    CHECK(same_bits(most[x], array<double>({6}, {0, 4, 4, 8, 16, 64})));
    CHECK(same_bits(most[y], array<double>({6}, {2, 0, 4, 8, 16, 64})));
    CHECK(same_bits(least[x], array<double>({6}, {2, 0, 4, 8, 16, 64})));
    CHECK(same_bits(least[y], array<double>({6}, {0, 4, 4, 8, 16, 64})));
    CHECK(grad([](const V& v) { return maximum(v, v); })(3.0) == 1);
    const auto loser = backward(maximum(x, y), {x, y}, filled<double>({6}, inf));  // chosen, not multiplied by 0
    CHECK(loser[x].data()[0] == 0);
}

TEST_CASE("abs at 0 has the derivative 0, and no second one") {
    const auto x = array<double>({5}, {-2, -0.0, 0, 3, nan});
    auto f = [](const V& v) { return sum(abs(v)); };
    CHECK(same_bits(abs(V(slice(V(x), 0, 0, 4).value())).value(), array<double>({4}, {2, 0, 0, 3})));
    CHECK(same_bits(grad(f)(x), array<double>({5}, {-1, 0, 0, 1, 1})));
    CHECK(same_bits(hvp(f, x, filled<double>({5}, 1)), zeros<double>({5})));
}

TEST_CASE("powers at their special values, alone and in a vector register") {
    struct Case {
        double x, p, value, slope, curvature;
    };
    for (const Case& c : {Case{0, 0, 1, 0, 0},
                          {0, 1, 0, 1, 0},
                          {0, 2, 0, 0, 2},
                          {0, 0.5, 0, inf, -inf},
                          {0, -1, inf, -inf, inf},
                          {-2, 3, -8, 12, -12},
                          {inf, 0, 1, 0, 0},
                          {nan, 0, 1, 0, 0},
                          {4, 0.5, 2, 0.25, -1. / 32}}) {
        CAPTURE(c.x);
        CAPTURE(c.p);
        for (const std::size_t n : {1u, 19u}) {
            const auto x = filled<double>({n}, c.x);
            auto f = [&](const V& v) { return sum(pow(v, c.p)); };
            CHECK(same_bits(pow(V(x), c.p).value(), filled<double>({n}, c.value)));
            CHECK(distance(grad(f)(x), filled<double>({n}, c.slope)) < 1e-15);
            if (c.p != 0) CHECK(distance(hvp(f, x, filled<double>({n}, 1)), filled<double>({n}, c.curvature)) < 1e-15);
        }
    }
    CHECK(std::isnan(pow(V(-2.0), 0.5).item()));
    auto chosen = [](const V& x) { return sum(where(x.value() > 0.0, pow(x, 0.5), 0)); };  // no 0 times infinity
    CHECK(same_bits(grad(chosen)(array<double>({2}, {0, 4})), array<double>({2}, {0, 0.25})));
}

TEST_CASE("what masked_fill fills has no gradient, whatever it holds") {
    const Tape tape;
    const V x = variable(array<double>({2, 2}, {1, nan, inf, 4}));
    const xt::xarray<bool> mask{{false, true}, {true, false}};
    const V y = masked_fill(x, mask, -7);
    CHECK(same_bits(y.value(), array<double>({2, 2}, {1, -7, -7, 4})));
    CHECK(same_bits(backward(sum(y * y), {x})[x], array<double>({2, 2}, {2, 0, 0, 8})));
}

}  // namespace
}  // namespace xtape::test
