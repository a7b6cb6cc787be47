// SPDX-License-Identifier: BSD-3-Clause
// Graphs of any shape: loops whose length depends on values, chains of a million, one operation for several.
#include <xtape/autodiff/grad.hpp>
#include <xtape/autodiff/gradcheck.hpp>

#include "fused.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

TEST_CASE("a while loop whose length depends on values differentiates") {
    int steps = 0;
    auto f = [&](const V& x) {  // x^(2^k) for the first k that makes it exceed 100
        V y = x;
        steps = 0;
        while (number(y.value()) < 100) y = y * y, ++steps;
        return y;
    };
    for (const auto& [x, n] : {std::pair(11.0, 1), {4.0, 2}, {2.0, 3}, {1.5, 4}, {1.1, 6}}) {
        const double slope = number(grad(f)(x)), power = std::ldexp(1, n);
        CHECK(steps == n);
        CHECK(slope == doctest::Approx(power * std::pow(x, power - 1)));
        CHECK(number(grad(grad(f))(x)) == doctest::Approx(power * (power - 1) * std::pow(x, power - 2)));
    }
}

TEST_CASE("Newton's iteration until it stands differentiates to the root's derivatives") {
    auto root = [](const V& a) {
        V x(1.0), before(0.0);
        while (std::abs(number(x.value()) - number(before.value())) > 1e-14) before = x, x = (x + a / x) / 2;
        return x;
    };
    CHECK(number(root(V(2.0)).value()) == doctest::Approx(std::sqrt(2)));
    CHECK(number(grad(root)(2.0)) == doctest::Approx(1 / (2 * std::sqrt(2))));
    CHECK(number(grad(grad(root))(2.0)) == doctest::Approx(-1 / (8 * std::sqrt(2))).epsilon(1e-6));
}

TEST_CASE("branches that depend on values, and recursion") {
    std::function<V(const V&, int)> power = [&](const V& x, int n) -> V {
        if (n == 0) return V(1.0);
        const V half = power(x, n / 2);
        return n % 2 ? half * half * x : half * half;
    };
    for (const int n : {1, 2, 7, 13})
        CHECK(number(grad([&](const V& x) { return power(x, n); })(1.3)) == doctest::Approx(n * std::pow(1.3, n - 1)));
}

// CTest also runs this one alone with a stack of 64 kB.
TEST_CASE("a chain of 10^6 operations, differentiated and freed") {
    constexpr int n = sanitized ? 100'000 : 1'000'000;  // either is deep enough for the small stack to see recursion
    const Tape tape;
    const V x = variable(0.5);
    V y = x;
    for (int i = 0; i < n; ++i) y = y * 0.999999;
    CHECK(tape.size() == n + 1);
    CHECK(number(backward(y, {x})[x]) == doctest::Approx(std::pow(0.999999, n)).epsilon(1e-9));
    V z = x;  // and at second order
    for (int i = 0; i < n / 10; ++i) z = z + x * x;
    CHECK(number(backward(recorded_backward(z, {x})[x], {x})[x]) == n / 5);
}

TEST_CASE("affine equals its composition, in value, gradient and Hessian-vector product") {
    for (const auto& [B, I, J, H] :
         {std::array<std::size_t, 4>{3, 4, 5, 6}, {1, 28, 32, 32}, {1, 1, 1, 1}, {70, 3, 17, 33}}) {
        const std::vector<Array<double>> inputs{random_array<double>({B, I}, 1), random_array<double>({I, H}, 2),
                                                random_array<double>({B, J}, 3), random_array<double>({J, H}, 4),
                                                random_array<double>({H}, 5)};
        check_equal([](const auto& x) { return tanh(affine(x[0], x[1], x[2], x[3], x[4])); },
                    [](const auto& x) { return tanh(matmul(x[0], x[1]) + matmul(x[2], x[3]) + x[4]); }, inputs);
    }
}

TEST_CASE("cross_entropy equals its definition, in value, gradient and Hessian-vector product") {
    const auto scores = random_array<double>({5, 4}, 1, -3, 3), v = random_array<double>({5, 4}, 2);
    const Indices labels{3, 0, 0, 2, 1};
    Array<double> one_hot = zeros<double>({5, 4});
    for (std::size_t i = 0; i < 5; ++i) one_hot.data()[i * 4 + std::size_t(labels[i])] = 1;
    auto ours = [&](const V& x) { return cross_entropy(x, labels); };
    auto defined = [&](const V& x) { return -sum(one_hot * log(exp(x) / sum(exp(x), 1, true))) / 5; };
    CHECK(distance(ours(V(scores)).value(), defined(V(scores)).value()) < 1e-14);
    CHECK(distance(grad(ours)(scores), grad(defined)(scores)) < 1e-14);
    CHECK(distance(hvp(ours, scores, v), hvp(defined, scores, v)) < 1e-14);
}

}  // namespace
}  // namespace xtape::test
