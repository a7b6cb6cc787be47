// SPDX-License-Identifier: BSD-3-Clause
// xtensor's containers, views and expressions stand beside variables on either side of every operator.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/ops.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// e holds (1, 2): each operator on both sides, its values, and its gradient to w = (3, 5)
template <class E> void both_sides(const E& e) {
    const Tape tape;
    const V w = variable(array<double>({2}, {3, 5}));
    auto is = [&](const V& y, double y0, double y1, double g0, double g1) {
        CHECK(distance(y.value(), array<double>({2}, {y0, y1})) < 1e-15);
        CHECK(distance(backward(sum(y), {w})[w], array<double>({2}, {g0, g1})) < 1e-15);
    };
    is(w + e, 4, 7, 1, 1);
    is(e + w, 4, 7, 1, 1);
    is(w - e, 2, 3, 1, 1);
    is(e - w, -2, -3, -1, -1);
    is(w * e, 3, 10, 1, 2);
    is(e * w, 3, 10, 1, 2);
    is(w / e, 3, 2.5, 1, 0.5);
    is(e / w, 1.0 / 3, 0.4, -1.0 / 9, -2.0 / 25);
}

TEST_CASE("containers, views and expressions on both sides of every operator") {
    const Array<double> own = array<double>({2}, {1, 2});
    const xt::xarray<double> dynamic{1, 2};
    const xt::xtensor<double, 1> fixed{1, 2};
    const xt::xarray<float> of_float{1, 2};
    const xt::xarray<int> of_int{1, 2};
    const xt::xarray<double, xt::layout_type::column_major> table{{0, 1, 9}, {0, 2, 9}};
    both_sides(own);
    both_sides(dynamic);
    both_sides(fixed);
    both_sides(of_float);
    both_sides(of_int);
    both_sides(xt::view(table, xt::all(), 1));
    both_sides(xt::view(dynamic, xt::range(0, 2)));
    both_sides(dynamic * 2 - fixed);
    both_sides(xt::ones<double>({2}) * dynamic);
    both_sides(V(own));
}

TEST_CASE("a column-major array keeps its elements' places") {
    const xt::xarray<double, xt::layout_type::column_major> a{{1, 2, 3}, {4, 5, 6}};
    const auto rows = array<double>({2, 3}, {1, 2, 3, 4, 5, 6});
    CHECK(same_bits(V(a).value(), rows));
    const Tape tape;
    CHECK(same_bits(variable(a).value(), rows));
    CHECK(same_bits(variable(xt::transpose(a)).value(), array<double>({3, 2}, {1, 4, 2, 5, 3, 6})));
}

template <class N> void numbers(N two) {
    const Tape tape;
    const V w = variable(3.0);
    for (const auto& [y, value, slope] : {std::tuple(w + two, 5.0, 1.0),
                                          {two + w, 5.0, 1.0},
                                          {w - two, 1.0, 1.0},
                                          {two - w, -1.0, -1.0},
                                          {w * two, 6.0, 2.0},
                                          {two * w, 6.0, 2.0},
                                          {w / two, 1.5, 0.5},
                                          {two / w, 2.0 / 3, -2.0 / 9},
                                          {-w, -3.0, -1.0}}) {
        CHECK(number(y.value()) == doctest::Approx(value));
        CHECK(number(backward(y, {w})[w]) == doctest::Approx(slope));
    }
}

TEST_CASE("numbers of every type on both sides of every operator") {
    numbers(2);
    numbers(2.0);
    numbers(2.0f);
    numbers(std::size_t(2));
    numbers(short(2));
}

TEST_CASE("a formula of everything at once") {
    const Tape tape;
    const V w = variable(2.0);
    const xt::xarray<double> ones = xt::ones<double>({1});
    const V y = 1 - 2.f * w * 3 + w * ones - ones / w;
    CHECK(number(backward(y, {w})[w]) == -5 + 0.25);
}

TEST_CASE("matmul and where take arrays beside variables") {
    const Tape tape;
    const xt::xtensor<double, 2> a{{1, 2}, {3, 4}};
    const V w = variable(array<double>({2}, {10, 20}));
    CHECK(same_bits(matmul(a, w).value(), array<double>({2}, {50, 110})));
    CHECK(same_bits(matmul(w, a).value(), array<double>({2}, {70, 100})));
    CHECK(same_bits(matmul(a * 2, w).value(), array<double>({2}, {100, 220})));
    CHECK(same_bits(backward(sum(matmul(a, w)), {w})[w], array<double>({2}, {4, 6})));
}

TEST_CASE("values and gradients go into xtensor's functions, and are safe as temporaries") {
    const Tape tape;
    const V x = variable(array<double>({3}, {1, 2, 3}));
    auto e = tanh(x).value() * 2;  // lazy: a reference to the temporary would be read after its end
    auto f = xt::exp(backward(sum(x * x))[x]) + 1;
    auto g = (x + 1.0).value() - V(array<double>({3}, {5, 5, 5})).value();
    for (int i = 0; i < 10; ++i) (void)tanh(x);  // takes the freed memory
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(e(i) == doctest::Approx(2 * std::tanh(double(i) + 1)));
        CHECK(f(i) == doctest::Approx(std::exp(2 * (double(i) + 1)) + 1));
        CHECK(g(i) == double(i) - 3);
    }
    CHECK(xt::sum(x.value())() == 6);
    const xt::xarray<double> copy = x.value();
    const xt::xtensor<double, 1> fixed = xt::view(x.value(), xt::range(1, 3));
    CHECK(copy(2) == 3);
    CHECK(fixed(0) == 2);
    CHECK(&x.value() == &x.value());  // not a copy of a variable that stays
}

TEST_CASE("xtensor's own operators and functions still work on arrays") {
    const Array<double> a = array<double>({2}, {1, 2}), b = a * 2 + 1;
    CHECK(same_bits(b, array<double>({2}, {3, 5})));
    const Array<double> chosen = xt::where(a > 1.5, a, b);
    CHECK(same_bits(chosen, array<double>({2}, {3, 2})));
}

}  // namespace
}  // namespace xtape::test
