// SPDX-License-Identifier: BSD-3-Clause
// What records, and when; gradients inside gradients.
#include <xtape/autodiff/grad.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

TEST_CASE("a tape records from its construction to its end") {
    CHECK(!recording());
    {
        const Tape tape;
        CHECK(recording());
        CHECK(tape.size() == 0);
        const V w = variable(2.0);
        CHECK(tape.size() == 1);
        (void)(w * w + 1);
        CHECK(tape.size() == 3);
        const Variable<float> f = variable(2.0f);  // of either type
        (void)(f * f);
        CHECK(tape.size() == 5);
    }
    CHECK(!recording());
    CHECK(contains(thrown([] { (void)variable(1.0); }), at(__FILE__, __LINE__) + "[variable] a tape must record"));
}

TEST_CASE("what a tape recorded is freed at its end") {
    std::weak_ptr<const Array<double>> value;
    {
        const Tape tape;
        value = tanh(variable(array<double>({2}, {1, 2}))).handle();
        CHECK(value.use_count() == 1);  // kept, because tanh's derivative reads it
    }
    CHECK(value.expired());
}

TEST_CASE("a tape keeps only what derivatives read") {
    const Tape tape;
    const V x = variable(array<double>({2}, {1, 2}));
    std::weak_ptr<const Array<double>> sum, product, factor;
    {
        const V s = x + x, p = s * V(array<double>({2}, {3, 4}));
        const V c(array<double>({2}, {5, 6}));
        (void)(x * c);
        sum = s.handle(), product = p.handle(), factor = c.handle();
    }
    CHECK(sum.expired());  // the other factor is a constant, so that nobody reads s
    CHECK(product.expired());
    CHECK(factor.use_count() == 1);
}

TEST_CASE("nothing is recorded inside NoGrad, and it nests") {
    const Tape tape;
    const V w = variable(2.0);
    {
        const NoGrad off;
        const V y = w * w;
        CHECK(!y.tracked());
        CHECK(number(y.value()) == 4);
        {
            const NoGrad off_again;
            CHECK(!recording());
        }
        CHECK(!recording());
        CHECK(contains(thrown([] { (void)variable(1.0); }), "[variable] a tape must record"));
    }
    CHECK(recording());
    CHECK(tape.size() == 1);
    CHECK((w * w).tracked());
}

TEST_CASE("a tape begun inside a NoGrad records, and the NoGrad goes on after it") {
    const Tape outer;
    const V w = variable(3.0);
    const NoGrad off;
    {
        const Tape tape;
        CHECK(recording());
        const V x = variable(2.0);
        CHECK(number(backward(x * x * w, {x})[x]) == 12);
        CHECK(number(backward(x * x * w, {w})[w]) == 4);
    }
    CHECK(!recording());
    CHECK(!(w * w).tracked());
}

TEST_CASE("grad is the same inside a NoGrad") {
    const NoGrad off;
    CHECK(number(grad([](const V& x) { return x * x * x; })(2.0)) == 12);
}

TEST_CASE("a gradient inside a gradient is not confused with it") {
    // d/dx (x d/dy (x + y)) = 1; taking y's perturbation for x's gives 2
    auto outer = [](const V& x) { return x * grad([&](const V& y) { return x + y; })(V(x)); };
    CHECK(number(grad(outer)(1.0)) == 1);
    // d/dx (x d/dy (x y)) = d/dx x^2 = 2x
    auto product = [](const V& x) { return x * grad([&](const V& y) { return x * y; })(x); };
    CHECK(number(grad(product)(3.0)) == 6);
    // d/dx (d/dy (x y^2) at y = x) = d/dx 2x^2 = 4x
    auto square = [](const V& x) { return grad([&](const V& y) { return x * y * y; })(x); };
    CHECK(number(grad(square)(3.0)) == 12);
    // and at y = a constant: d/dx 2 x 5 = 10
    auto elsewhere = [](const V& x) { return grad([&](const V& y) { return x * y * y; })(V(5.0)); };
    CHECK(number(grad(elsewhere)(3.0)) == 10);
}

TEST_CASE("gradients nest to any depth: the fifth derivative of x^6") {
    auto f = [](const V& x) { return x * x * x * x * x * x; };
    CHECK(number(grad(grad(grad(grad(grad(f)))))(1.5)) == doctest::Approx(720 * 1.5));
}

TEST_CASE("value_and_grad, for one input and several") {
    auto f = [](const V& x, const V& y) { return sum(x * x * y); };
    const auto x = array<double>({2}, {1, 2}), y = array<double>({2}, {3, 5});
    const auto [value, g] = value_and_grad(f)(x, y);
    CHECK(number(value) == 23);
    CHECK(same_bits(g[0], array<double>({2}, {6, 20})));
    CHECK(same_bits(g[1], array<double>({2}, {1, 4})));
    const auto one = grad([](const V& v) { return sum(v * v); })(x);
    CHECK(same_bits(one, array<double>({2}, {2, 4})));
}

TEST_CASE("vjp, jvp, hvp, jacobian and hessian against what they are") {
    // f(x, y) = (x^2 y, 5 x + sin-free y^2); J = [2xy x^2; 5 2y] at (3, 2): [12 9; 5 4]
    auto f = [](const V& v) {
        const V x = select(v, 0, 0), y = select(v, 0, 1);
        return stack<double>({x * x * y, 5 * x + y * y});
    };
    const auto at_point = array<double>({2}, {3, 2});
    CHECK(same_bits(jacobian(f)(at_point), array<double>({2, 2}, {12, 9, 5, 4})));
    CHECK(same_bits(vjp(f, at_point, array<double>({2}, {1, 10})), array<double>({2}, {62, 49})));
    CHECK(same_bits(jvp(f, at_point, array<double>({2}, {1, 10})), array<double>({2}, {102, 45})));
    // g = x^2 y: H = [2y 2x; 2x 0] = [4 6; 6 0]
    auto g = [&](const V& v) { return select(f(v), 0, 0); };
    CHECK(same_bits(hessian(g)(at_point), array<double>({2, 2}, {4, 6, 6, 0})));
    CHECK(same_bits(hvp(g, at_point, array<double>({2}, {1, 10})), array<double>({2}, {64, 6})));
}

TEST_CASE("derivatives of a constant function, and of a linear one, are zeros") {
    auto constant = [](const V&) { return V(7.0); };
    auto linear = [](const V& x) { return sum(3 * x); };
    const auto x = array<double>({2}, {1, 2});
    const auto nothing = zeros<double>({2});
    CHECK(same_bits(grad(constant)(x), nothing));
    CHECK(same_bits(hvp(constant, x, x), nothing));
    CHECK(same_bits(hvp(linear, x, x), nothing));
    CHECK(same_bits(hessian(linear)(x), zeros<double>({2, 2})));
    CHECK(number(jvp(constant, x, x)) == 0);
}

TEST_CASE("a gradient of variables needs a tape that records them") {
    V x;
    const Tape tape;
    x = variable(1.0);
    const NoGrad off;
    const std::string text = thrown([&] { (void)grad([](const V& v) { return v * v; })(x); });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[grad]"));
}

TEST_CASE("functions of functions report their caller's line") {
    const auto x = array<double>({2}, {1, 2}), wrong = array<double>({3}, {1, 2, 3});
    auto f = [](const V& v) { return v * v; };  // not one number
    auto says = [&](const std::string& text, int line) { CHECK(contains(text, at(__FILE__, line) + "[backward]")); };
    says(thrown([&] { (void)grad(f)(x); }), __LINE__);
    says(thrown([&] { (void)value_and_grad(f)(x); }), __LINE__);
    says(thrown([&] { (void)vjp(f, x, wrong); }), __LINE__);
    says(thrown([&] { (void)jvp(f, x, wrong); }), __LINE__);
    says(thrown([&] { (void)hvp(f, x, x); }), __LINE__);
    says(thrown([&] { (void)hessian(f)(x); }), __LINE__);
}

}  // namespace
}  // namespace xtape::test
