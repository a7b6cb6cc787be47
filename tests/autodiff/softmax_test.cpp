// SPDX-License-Identifier: BSD-3-Clause
// Softmax at the edges: what is masked is 0 whatever it holds, what is infinite or NaN elsewhere is seen.
#include <xtape/autodiff/autodiff.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

TEST_CASE("what is masked is 0 and has no gradient, whatever it holds, at every order") {
    const auto mask = array<double>({3, 4}, {1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1}), v = random_array<double>({3, 4}, 2);
    Array<double> clean = random_array<double>({3, 4}, 1);
    Array<double> dirty = clean;
    const double bad[] = {nan, inf, -inf, nan, inf, nan};
    for (std::size_t i = 0, k = 0; i < 12; ++i)
        if (mask.data()[i] == 0) dirty.data()[i] = bad[k++];
    auto f = [&](const V& x) {
        const V y = softmax(x, mask);
        return sum(y * y * V(v));
    };
    const auto y = softmax(V(dirty), mask).value(), g = grad(f)(dirty), h = hvp(f, dirty, v);
    CHECK(same_bits(y, softmax(V(clean), mask).value()));
    CHECK(same_bits(g, grad(f)(clean)));
    CHECK(same_bits(h, hvp(f, clean, v)));
    for (std::size_t i = 0; i < 12; ++i) {
        if (mask.data()[i] != 0) continue;
        CHECK(y.data()[i] == 0);
        CHECK(g.data()[i] == 0);
        CHECK(h.data()[i] == 0);
    }
    CHECK(y.data()[0] + y.data()[2] == doctest::Approx(1));
    CHECK(g.data()[0] != 0);
    CHECK(h.data()[0] != 0);
}

TEST_CASE("a gradient that comes in at a masked place is not read") {
    const Tape tape;
    const V x = variable(array<double>({3}, {1, 2, 3})), y = softmax(x, array<double>({3}, {1, 1, 0}));
    const auto g = backward(y, {x}, array<double>({3}, {1, 0, nan}))[x];
    const double p = 1 / (1 + std::exp(1.0));
    CHECK(distance(g, array<double>({3}, {p * (1 - p), -p * (1 - p), 0})) < 1e-15);
}

TEST_CASE("a mask of truth values, and one that is an expression") {
    const Tape tape;
    const V x = variable(array<double>({2, 2}, {0, 1, 2, 3}));
    const xt::xarray<bool> mask{true, false};
    for (const V& y : {softmax(x, mask), softmax(x, xt::equal(x.value(), 0.0) || xt::equal(x.value(), 2.0), 1)})
        CHECK(same_bits(y.value(), array<double>({2, 2}, {1, 0, 1, 0})));
}

TEST_CASE("softmax of large numbers is exact, its gradients sum to zero, and nothing finite is loud") {
    const auto x = array<double>({3, 3}, {1e4, 0, -1e4, -1e300, -1e300, -1e300, 1e300, 1e300, -1e300});
    const auto y = softmax(V(x)).value();
    CHECK(distance(y, array<double>({3, 3}, {1, 0, 0, 1. / 3, 1. / 3, 1. / 3, 0.5, 0.5, 0})) < 1e-15);
    const Tape tape;
    const V v = variable(x);
    const auto g = backward(softmax(v), {v}, random_array<double>({3, 3}, 3))[v];
    for (const double* r : {g.data(), g.data() + 3, g.data() + 6}) CHECK(std::abs(r[0] + r[1] + r[2]) < 1e-15);
    for (const auto& bad :
         {array<double>({2}, {-inf, -inf}), array<double>({2}, {nan, 0}), array<double>({2}, {inf, 0})})
        CHECK(std::isnan(softmax(V(bad)).value().data()[0]));
    CHECK(same_bits(softmax(V(array<double>({2}, {-inf, 0}))).value(), array<double>({2}, {0, 1})));
}

TEST_CASE("softmax's bits depend neither on the length of the batch nor on what stands beside a row") {
    const auto all = random_array<float>({9, 37}, 4, -5, 5);
    const auto y = softmax(Variable<float>(all)).value();
    for (std::ptrdiff_t i = 0; i < 9; ++i)
        CHECK(same_bits(softmax(select(Variable<float>(all), 0, i)).value(), select(Variable<float>(y), 0, i).value()));
}

TEST_CASE("logsumexp where infinities stand") {
    auto f = [](const V& x) { return logsumexp(x); };
    const auto none = array<double>({2}, {-inf, -inf}), top = array<double>({2}, {inf, 0}),
               one = array<double>({2}, {-inf, 3});
    CHECK(f(V(none)).item() == -inf);
    CHECK(f(V(top)).item() == inf);
    CHECK(f(V(one)).item() == 3);
    CHECK(std::isnan(f(V(array<double>({2}, {nan, 0}))).item()));
    CHECK(same_bits(grad(f)(none), array<double>({2}, {0, 0})));
    CHECK(same_bits(grad(f)(top), array<double>({2}, {1, 0})));
    CHECK(same_bits(grad(f)(one), array<double>({2}, {0, 1})));
    CHECK(f(V(array<double>({2}, {1e10, 1e10}))).item() == doctest::Approx(1e10 + std::log(2.0)));
    for (const double x : {1e10, 1e50, 1e-40, -1e50})  // the derivative to both together is 1
        CHECK(grad([](const V& v) { return logsumexp(stack({v, v})); })(x) == doctest::Approx(1));
    CHECK(same_bits(grad(f)(array<double>({3}, {inf, inf, 0})), array<double>({3}, {0.5, 0.5, 0})));
}

TEST_CASE("rows of weight 0 change neither the loss nor any gradient, whatever they hold") {
    const auto three = random_array<double>({3, 4}, 1), v = random_array<double>({3, 4}, 2);
    const auto put_between = [](const Array<double>& rows, double other) {  // behind the first and the last
        const V x(rows), none(filled<double>({1, 4}, other));
        return concatenate({slice(x, 0, 0, 1), none, slice(x, 0, 1, 3), none}).value();
    };
    const xt::xarray<bool> mask{true, false, true, true, false};
    for (const double smoothing : {0.0, 0.3}) {
        auto clean = [&](const V& x) { return cross_entropy(x, Indices{3, 0, 2}, {.smoothing = smoothing}); };
        auto f = [&](const V& x) {
            return cross_entropy(x, Indices{3, -100, 0, 2, 99}, {.smoothing = smoothing, .weights = mask});
        };
        for (const double bad : {nan, inf, 1e300}) {
            const auto x = put_between(three, bad), along = put_between(v, 0);
            CHECK(f(V(x)).item() == doctest::Approx(clean(V(three)).item()).epsilon(1e-15));
            CHECK(distance(grad(f)(x), put_between(grad(clean)(three), 0)) < 1e-15);
            CHECK(distance(hvp(f, x, along), put_between(hvp(clean, three, v), 0)) < 1e-15);
        }
    }
}

TEST_CASE("a smoothed loss is least where the target says, not at infinity") {
    const double p = 0.1;  // of three classes: the target is 0.9 + p / 3 and p / 3 twice
    const auto best = array<double>({1, 3}, {std::log(0.9 + p / 3), std::log(p / 3), std::log(p / 3)});
    CHECK(distance(grad([p](const V& x) { return cross_entropy(x, {0}, {.smoothing = p}); })(best),
                   zeros<double>({1, 3})) < 1e-15);
}

}  // namespace
}  // namespace xtape::test
