// SPDX-License-Identifier: BSD-3-Clause
// What a user types is accepted: every operation of several operands takes each mixture of variables with arrays,
// xtensor's containers, views, expressions and numbers.
#include <xtape/autodiff/autodiff.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

const Array<double> x0 = array<double>({2, 2}, {1, 2, 3, 4}), w0 = array<double>({2, 2}, {5, 6, 7, 8}),
                    b0 = array<double>({2}, {9, 10}), m0 = random_array<double>({2, 6}, 1);

// f's value and its gradient to w are the same whatever x is given as
template <class F> void any_kind(const char* name, const F& f) {
    CAPTURE(name);
    const Tape tape;
    const V w = variable(w0), expected = f(V(x0), w);
    const auto gradient = backward(sum(expected), {w})[w];
    const xt::xarray<double> dynamic = x0;
    const xt::xtensor<double, 2> fixed = x0;
    const xt::xtensor<float, 2> of_float = x0;
    const xt::xtensor<int, 2, xt::layout_type::column_major> of_int = x0;
    const xt::xarray<double> wide{{1, 2, 0}, {3, 4, 0}};
    const auto same = [&](const auto& x) {
        const V y = f(x, w);
        CHECK(same_bits(y.value(), expected.value()));
        CHECK(same_bits(backward(sum(y), {w})[w], gradient));
    };
    same(x0);
    same(dynamic);
    same(fixed);
    same(of_float);
    same(of_int);
    same(xt::view(wide, xt::all(), xt::range(0, 2)));
    same(xt::transpose(xt::eval(xt::transpose(fixed))));
    same(fixed + 1 - xt::ones<double>({2, 2}));
    same(Parameter<double>("x", x0));
}

TEST_CASE("every operation of several operands takes arrays of every kind beside variables") {
    any_kind("add", [](const auto& x, const V& w) { return x + w + x; });
    any_kind("subtract", [](const auto& x, const V& w) { return x - w - x; });
    any_kind("multiply", [](const auto& x, const V& w) { return x * w * x; });
    any_kind("divide", [](const auto& x, const V& w) { return x / w / x; });
    any_kind("add by name", [](const auto& x, const V& w) { return add(add(x, w), x); });
    any_kind("subtract by name", [](const auto& x, const V& w) { return subtract(subtract(x, w), x); });
    any_kind("multiply by name", [](const auto& x, const V& w) { return multiply(multiply(x, w), x); });
    any_kind("divide by name", [](const auto& x, const V& w) { return divide(divide(x, w), x); });
    any_kind("matmul", [](const auto& x, const V& w) { return matmul(x, w); });
    any_kind("matmul, right", [](const auto& x, const V& w) { return matmul(w, x); });
    any_kind("linear", [](const auto& x, const V& w) { return linear(x, w, b0); });
    any_kind("linear, weights", [](const auto& x, const V& w) { return linear(w, x, b0); });
    any_kind("affine", [](const auto& x, const V& w) { return affine(x, x0, w, w0, b0); });
    any_kind("affine, state", [](const auto& x, const V& w) { return affine(w, w0, x, x0, b0); });
    any_kind("lstm_memory", [](const auto& x, const V& w) { return lstm_memory(concatenate({w, w, w, w}, 1), x); });
    any_kind("lstm_output", [](const auto& x, const V& w) { return lstm_output(concatenate({w, w, w, w}, 1), x); });
    any_kind("gru_gates", [](const auto& x, const V& w) { return gru_gates(concatenate({w, w, w}, 1), m0, x, b0); });
    any_kind("maximum", [](const auto& x, const V& w) { return maximum(x, w - 4); });
    any_kind("minimum", [](const auto& x, const V& w) { return minimum(w - 4, x); });
    any_kind("layer_norm", [](const auto& x, const V& w) { return layer_norm(x, select(w, 0, 0), b0); });
    any_kind("where", [](const auto& x, const V& w) { return where(x0 > 2.0, x, w); });
    any_kind("where, else", [](const auto& x, const V& w) { return where(w.value() > 6.0, w, x); });
    any_kind("stack", [](const auto& x, const V& w) { return stack<double>({x, w}); });
    any_kind("concatenate", [](const auto& x, const V& w) { return concatenate<double>({x, w}); });
}

TEST_CASE("a step of a sequence takes arrays") {
    const Tape tape;
    const xt::xtensor<double, 3> xs = xt::xtensor<double, 3>::from_shape({1, 2, 2}) * 0 + 1;
    const V w = variable(w0);
    CHECK(same_bits(affine(xs, 0, x0, w).value(), (matmul(x0, w) + 1).value()));
    CHECK(same_bits(backward(sum(affine(xs, 0, x0, w)), {w})[w], array<double>({2, 2}, {4, 4, 6, 6})));
}

// xsimd's add takes them too, and ends the program where it should throw
TEST_CASE("shapes that do not fit are an error by name, too") {
    const xt::xtensor<double, 2> wide{{1, 2, 3}};
    const V w(w0);
    const Parameter<double> p("w", w0);
    CHECK_THROWS_AS(add(wide, w), Error);
    CHECK_THROWS_AS(add(w, wide), Error);
    CHECK_THROWS_AS(add(wide + 1, p), Error);
    CHECK_THROWS_AS(add(p, wide), Error);
    CHECK_THROWS_AS(subtract(wide, w), Error);
}

TEST_CASE("where takes numbers of every type, and masks of truth values") {
    const Tape tape;
    const V w = variable(array<double>({3}, {-1, 0, 2}));
    const xt::xarray<bool> mask{false, false, true};
    for (const V& y : {where(w.value() > 0.0, w, 0), where(mask, w, 0.0f), where(mask, w, 0.0)}) {
        CHECK(same_bits(y.value(), array<double>({3}, {0, 0, 2})));
        CHECK(same_bits(backward(sum(y), {w})[w], array<double>({3}, {0, 0, 1})));
    }
    CHECK(same_bits(where(mask, 5, w).value(), array<double>({3}, {-1, 0, 5})));
}

// Each operator with a number on either side, in either type: as with that number as a variable
template <class T, class N> void beside(N n) {
    const Tape tape;
    const Variable<T> w = variable(array<T>({2}, {T(0.5), 3})), v(static_cast<T>(n));
    const auto same = [&](const Variable<T>& y, const Variable<T>& expected) {
        CHECK(same_bits(y.value(), expected.value()));
        CHECK(same_bits(backward(sum(y), {w})[w], backward(sum(expected), {w})[w]));
    };
    same(w + n, w + v), same(n + w, v + w);
    same(w - n, w - v), same(n - w, v - w);
    same(w * n, w * v), same(n * w, v * w);
    same(w / n, w / v), same(n / w, v / w);
}

TEST_CASE_TEMPLATE("numbers of every type on either side", T, float, double) {
    beside<T>(0.1);
    beside<T>(0.1F);
    beside<T>(7);
    beside<T>(7L);
    beside<T>(std::size_t(7));
}

TEST_CASE("lists of variables need no type") {
    const Tape tape;
    const V x = variable(b0), y = x * 2;
    CHECK(same_bits(stack({x, y}).value(), array<double>({2, 2}, {9, 10, 18, 20})));
    CHECK(same_bits(concatenate({x, y}, -1).value(), array<double>({4}, {9, 10, 18, 20})));
}

TEST_CASE("labels of any whole type") {
    const V x(x0);
    const double expected = cross_entropy(x, Indices{1, 0}).item();
    CHECK(cross_entropy(x, std::vector<int>{1, 0}).item() == expected);
    CHECK(cross_entropy(x, std::vector<unsigned char>{1, 0}).item() == expected);
    CHECK(cross_entropy(x, xt::xtensor<int, 1>{1, 0}).item() == expected);
    CHECK(cross_entropy(x, 1 - xt::xtensor<int, 1>{0, 1}).item() == expected);
    const V picked = pick(x, xt::xtensor<int, 1>{1, 0});
    CHECK(same_bits(picked.value(), array<double>({2}, {2, 3})));
    CHECK(same_bits(scatter(picked, std::vector<int>{1, 0}, 2).value(), array<double>({2, 2}, {0, 2, 3, 0})));
}

TEST_CASE("indices of any whole type; those of an array have its shape") {
    const V x(x0);
    const auto rows = take(x, Indices{1, 0, 1}).value();
    CHECK(same_bits(rows, array<double>({3, 2}, {3, 4, 1, 2, 3, 4})));
    CHECK(same_bits(take(x, std::vector<int>{1, 0, 1}).value(), rows));
    CHECK(same_bits(take(x, xt::xtensor<unsigned char, 1>{1, 0, 1}).value(), rows));
    CHECK(same_bits(take(x, 1 - xt::xtensor<int, 1>{0, 1, 0}).value(), rows));
    CHECK(same_bits(take(x, xt::xtensor<int, 2>{{1}, {0}, {1}}).value(), array<double>({3, 1, 2}, {3, 4, 1, 2, 3, 4})));
    const xt::xtensor<int, 2, xt::layout_type::column_major> by_columns{{1, 0}, {1, 1}};
    CHECK(same_bits(take(x, by_columns, 1).value(), array<double>({2, 2, 2}, {2, 1, 2, 2, 4, 3, 4, 4})));
}

TEST_CASE("float variables take double numbers and arrays, and keep their type") {
    const Tape tape;
    const Variable<float> w = variable(filled<float>({2}, 3));
    const xt::xarray<double> of_double{1, 2};
    const Variable<float> y = 0.5 * w * 2 + of_double - matmul(of_double, w);
    CHECK(same_bits(y.value(), array<float>({2}, {-5, -4})));
    CHECK(same_bits(backward(sum(y), {w})[w], array<float>({2}, {-1, -3})));
}

TEST_CASE("an error of mixed operands names the caller's line") {
    const Tape tape;
    const V w = variable(w0);
    const xt::xtensor<double, 2> three = xt::ones<double>({3, 3});
    const int line = __LINE__ + 1;
    const std::string text = thrown([&] { (void)matmul(three, w); });
    CHECK(text.starts_with(at(__FILE__, line) + "[matmul] inner sizes must match"));
}

// Callables of scalars, written for plain numbers
const auto wave = [](auto x) { return sin(x) * x; };

TEST_CASE("a generic callable of numbers gives numbers") {
    const double slope = grad(wave)(0.3);
    CHECK(slope == doctest::Approx(std::cos(0.3) * 0.3 + std::sin(0.3)).epsilon(1e-15));
    const float in_float = grad(wave)(0.3f);
    CHECK(in_float == doctest::Approx(slope));
    const double whole = grad(wave)(2);
    CHECK(whole == doctest::Approx(std::cos(2.0) * 2 + std::sin(2.0)));
    const std::pair<double, double> both = value_and_grad(wave)(0.3);
    CHECK(both.first == doctest::Approx(std::sin(0.3) * 0.3));
    CHECK(both.second == slope);
    const double twice = grad(grad(wave))(0.3), along = hvp(wave, 0.3, 1.0);
    CHECK(twice == doctest::Approx(2 * std::cos(0.3) - std::sin(0.3) * 0.3));
    CHECK(along == twice);
    const std::array<double, 2> of_two = grad([](auto x, auto y) { return x * x * y; })(3.0, 2.0);
    CHECK(of_two == std::array{12.0, 9.0});
    CHECK(grad([](auto) { return 5; })(1.0) == 0);
}

TEST_CASE("sine and cosine of large numbers are those of the standard library") {
    for (const double x : {1e3, 1e6, -1e9, 1e15, 1e22}) {
        CAPTURE(x);
        CHECK(sin(V(x)).item() == doctest::Approx(std::sin(x)).epsilon(1e-12));
        CHECK(cos(V(x)).item() == doctest::Approx(std::cos(x)).epsilon(1e-12));
        const Variable<float> row(filled<float>({16}, float(x)));
        CHECK(sin(row).value()(3) == doctest::Approx(std::sin(float(x))).epsilon(1e-5));
        CHECK(cos(row).value()(3) == doctest::Approx(std::cos(float(x))).epsilon(1e-5));
    }
}

}  // namespace
}  // namespace xtape::test
