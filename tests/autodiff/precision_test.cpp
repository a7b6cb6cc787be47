// SPDX-License-Identifier: BSD-3-Clause
// Sums that do not lose, infinities and NaN that are neither hidden nor made, conventions at kinks.
#include <xtape/autodiff/grad.hpp>

#include <functional>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

TEST_CASE("2e7 ones in float add up to 2e7, by every way that there is") {
    constexpr std::size_t n = 20'000'000;
    const Array<float> ones = filled<float>({n}, 1.0f);
    const Variable<float> many(ones);
    CHECK(number(sum(many).value()) == 2e7f);
    CHECK(number(mean(many).value()) == 1.0f);
    const Tape tape;
    const Variable<float> x = variable(1.0f);  // its gradient is a sum of n
    CHECK(number(backward(broadcast_to(x, {n}), {x}, ones)[x]) == 2e7f);
    if (sanitized) return;  // twenty seconds more
    CHECK(number(sum(many, 0).value()) == 2e7f);
    CHECK(number(sum_to(many, {1}).value()) == 2e7f);
    CHECK(number(backward(x + many, {x}, ones)[x]) == 2e7f);
    CHECK(number(backward(x * many, {x}, ones)[x]) == 2e7f);
}

TEST_CASE("columns of ones add up too, whatever stands beside them") {
    for (const std::size_t inner : sanitized ? std::vector<std::size_t>{2} : std::vector<std::size_t>{2, 3, 8}) {
        const std::size_t n = 17'000'000 + 3;  // past 2^24, where adding one by one to a float stops
        const Variable<float> x(filled<float>({n, inner}, 1.0f));
        CHECK(same_bits(sum(x, 0).value(), filled<float>({inner}, float(n))));
    }
}

TEST_CASE("the mean of a tenth is a tenth") {
    const Variable<float> x(filled<float>({1 << 22}, 0.1f));
    CHECK(std::abs(number(mean(x).value()) - 0.1f) <= 0.1f * 1e-6f);
}

TEST_CASE("zeros in float have their logarithm of softmax, -log of their number, however many there are") {
    const std::size_t n = sanitized ? 3'000'000 : 3u << 24;  // past 2^24, where adding one by one to a float stops
    const float expected = float(-std::log(double(n)));
    const Variable<float> row(filled<float>({1, n}, 0.0f));
    CHECK(log_softmax(row).value().data()[n - 1] == doctest::Approx(expected).epsilon(1e-6));
    CHECK(cross_entropy(row, Indices{5}).item() == doctest::Approx(-expected).epsilon(1e-6));
    if (!sanitized)  // along an axis whose elements are apart
        CHECK(log_softmax(reshape(row, {n, 1}), 0).value().data()[1] == doctest::Approx(expected).epsilon(1e-6));
    const Variable<float> scores(random_array<float>({1, 1'000'000}, 5, -3, 3));
    double sum = 0;
    for (const float x : scores.value()) sum += std::exp(double(x));
    const float first = float(double(scores.value().data()[0]) - std::log(sum));
    CHECK(log_softmax(scores).value().data()[0] == doctest::Approx(first).epsilon(1e-6));
}

TEST_CASE("NaN goes through every elementwise operation, wherever it stands in a vector register") {
    for (std::size_t place = 0; place < 19; ++place) {
        Array<float> a = filled<float>({19}, 0.5f);
        a.data()[place] = std::nanf("");
        const Variable<float> x(a);
        for (const auto& y : {relu(x), tanh(x), sigmoid(x), exp(x), log(x), sqrt(x), x + x, x * 0, x / x, -x, square(x),
                              log_softmax(x), softmax(x), where(filled<float>({19}, 1.0f), x, x)})
            CHECK(std::isnan(y.value().data()[place]));
        CHECK(std::isnan(number(sum(x).value())));
        CHECK(std::isnan(number(matmul(x, filled<float>({19}, 0.0f)).value())));
    }
}

TEST_CASE("relu at NaN has the derivative 1, so that it is seen, and at 0 none") {
    const auto x = array<double>({5}, {nan, 0, -0.0, -1, 1});
    const auto g = grad([](const V& v) { return sum(relu(v)); })(x);
    CHECK(same_bits(g, array<double>({5}, {1, 0, 0, 0, 1})));
    CHECK(same_bits(hvp([](const V& v) { return sum(relu(v)); }, x, filled<double>({5}, 1)), zeros<double>({5})));
    const Tape tape;  // and a NaN that comes in stays one
    const V v = variable(array<double>({2}, {-1, 1}));
    const auto through = backward(relu(v), {v}, array<double>({2}, {nan, nan}))[v];
    CHECK(through.data()[0] == 0);
    CHECK(std::isnan(through.data()[1]));
}

double at_point(auto f, double x) { return number(grad(f)(x)); }
double again_at(auto f, double x) { return number(grad(grad(f))(x)); }

TEST_CASE("derivatives at the edges are those of the table") {
    auto root = [](const V& x) { return sqrt(x); };
    CHECK(at_point(root, 0) == inf);
    CHECK(again_at(root, 0) == -inf);
    auto ln = [](const V& x) { return log(x); };
    CHECK(number(log(V(0.0)).value()) == -inf);
    CHECK(at_point(ln, 0) == inf);
    CHECK(again_at(ln, 0) == -inf);
    for (const double x : {-1000.0, 1000.0}) {
        CHECK(number(tanh(V(x)).value()) == (x > 0 ? 1 : -1));
        CHECK(number(sigmoid(V(x)).value()) == (x > 0 ? 1 : 0));
        for (const auto& f : {tanh<double>, sigmoid<double>}) {
            auto g = [f](const V& v) { return f(v, Where{}); };
            CHECK(at_point(g, x) == 0);
            CHECK(again_at(g, x) == 0);
        }
    }
    CHECK(number(mean(V(zeros<double>({0}))).value()) != number(mean(V(zeros<double>({0}))).value()));
    CHECK(number(sum(V(zeros<double>({0}))).value()) == 0);
}

TEST_CASE("the side that where does not choose gets no gradient, where its own derivative is finite") {
    const Tape tape;
    const V x = variable(array<double>({3}, {-1, 0, 4})), z = variable(array<double>({3}, {nan, inf, 0}));
    const V y = where(array<double>({3}, {1, 0, 1}), x, z);
    const auto g = backward(y, {x, z}, array<double>({3}, {inf, nan, 2}));
    CHECK(g[x].data()[0] == inf);
    CHECK(same_bits(slice(V(g[x]), 0, 1, 3).value(), array<double>({2}, {0, 2})));
    CHECK(g[z].data()[0] == 0);
    CHECK(std::isnan(g[z].data()[1]));
    CHECK(g[z].data()[2] == 0);
}

TEST_CASE("NaN in a mask is not 0, so that x is chosen, wherever it stands in a vector register") {
    const std::size_t n = 19;  // the last ones are in no vector register
    const auto all = filled<double>({n}, 1), none = zeros<double>({n}), mask = filled<double>({n}, nan);
    const auto seed = random_array<double>({n}, 6), direction = random_array<double>({n}, 7);
    const Tape tape;
    const V x = variable(filled<double>({n}, 3)), z = variable(filled<double>({n}, 4)), y = where(mask, x, z);
    CHECK(same_bits(y.value(), x.value()));
    const auto g = backward(y, {x, z}, seed);
    CHECK(same_bits(g[x], seed));
    CHECK(same_bits(g[z], none));
    CHECK(same_bits(masked_fill(x, mask, 5.0).value(), filled<double>({n}, 5)));
    const auto loss = [&](const Array<double>& m) {
        return [&, m](const V& v) { return sum(softmax(v * v, m) * V(seed)); };
    };
    CHECK(same_bits(grad(loss(mask))(direction), grad(loss(all))(direction)));
    CHECK(same_bits(hvp(loss(mask), direction, seed), hvp(loss(all), direction, seed)));
}

TEST_CASE("the side that where does not choose gets no gradient, where its own derivative is infinite") {
    struct Case {
        std::function<V(const V&)> f;
        double at, slope, curvature;  // at a place that is chosen
    };
    const std::vector<Case> cases{{[](const V& x) { return sqrt(x); }, 4, 0.25, -1.0 / 32},
                                  {[](const V& x) { return log(x); }, 4, 0.25, -1.0 / 16},
                                  {[](const V& x) { return 1 / x; }, 4, -1.0 / 16, 1.0 / 32},
                                  {[](const V& x) { return x / (x - x); }, 4, 0, 0},  // chosen nowhere
                                  {[](const V& x) { return exp(1e4 - 1e4 * x); }, 1, -1e4, 1e8}};
    for (const Case& c : cases) {
        const bool nowhere = c.slope == 0;
        auto f = [&](const V& x) {
            Array<double> chosen = zeros<double>(x.shape());
            for (std::size_t i = 0; i < chosen.size(); ++i) chosen.data()[i] = !nowhere && x.value().data()[i] > 0;
            return sum(where(chosen, c.f(x), V(zeros<double>(x.shape()))));
        };
        const auto x = array<double>({3}, {-1, 0, c.at});
        CAPTURE(c.at);
        CHECK(distance(grad(f)(x), array<double>({3}, {0, 0, c.slope})) < 1e-14);
        CHECK(distance(hvp(f, x, filled<double>({3}, 1)), array<double>({3}, {0, 0, c.curvature})) < 1e-14);
    }
    CHECK(std::isinf(number(grad([](const V& x) { return sqrt(x); })(0.0))));  // and where it flows it is infinite
    CHECK(std::isinf(number(jvp([](const V& x) { return sqrt(x); }, 0.0, 1.0))));
}

TEST_CASE("log_softmax of large numbers is exact, and its gradients sum to zero") {
    const auto x = array<double>({2, 3}, {1e4, 0, -1e4, -1e4, -1e4, -1e4});
    const auto y = log_softmax(V(x)).value();
    const double third = std::log(3.0);
    CHECK(distance(y, array<double>({2, 3}, {0, -1e4, -2e4, -third, -third, -third})) < 1e-15);
    const Tape tape;
    const V v = variable(x);
    const auto g = backward(log_softmax(v), {v}, random_array<double>({2, 3}, 3))[v];
    for (const std::size_t row : {0u, 1u}) {
        const double* r = g.data() + row * 3;
        CHECK(std::abs(r[0] + r[1] + r[2]) < 1e-15);
    }
    const auto one = backward(select(select(log_softmax(v), 0, 0), 0, 1), {v})[v];
    CHECK(same_bits(one, array<double>({2, 3}, {-1, 1, 0, 0, 0, 0})));
}

TEST_CASE("rows of log_softmax's gradient sum to zero in float, at every length") {
    constexpr unsigned seed = 77;
    CAPTURE(seed);
    for (std::size_t n = 1; n <= 67; ++n) {
        const Tape tape;
        const Variable<float> x = variable(random_array<float>({3, n}, seed, -20, 20));
        const auto g = backward(log_softmax(x), {x}, random_array<float>({3, n}, seed + 1))[x];
        for (std::size_t i = 0; i < 3; ++i) {
            float sum = 0;
            for (std::size_t j = 0; j < n; ++j) sum += g.data()[i * n + j];
            CHECK(std::abs(sum) < 1e-6f * float(n + 1));
        }
    }
}

TEST_CASE("log_softmax where nothing is finite stays loud") {
    const auto y = log_softmax(V(array<double>({2, 2}, {-inf, -inf, -inf, 0}))).value();
    CHECK(std::isnan(y.data()[0]));
    CHECK(std::isnan(y.data()[1]));
    CHECK(y.data()[2] == -inf);
    CHECK(y.data()[3] == 0);
}

}  // namespace
}  // namespace xtape::test
