// SPDX-License-Identifier: BSD-3-Clause
// What is dropped, when, and what flows through it.
#include <xtape/nn/dropout.hpp>

#include "check_module.hpp"

namespace xtape::test {
namespace {

template <class T> void check_values() {
    const Array<T> x = random_array<T>({4, 5, 3}, 1);
    const nn::Dropout drop(0.25, 6);
    const nn::VariationalDropout same(0.25, 6);
    const nn::Training training({.seed = 1, .step = 2, .row = 10});
    const Array<T> m = nn::bernoulli<T>({4, 5, 3}, 0.75, {1, 2, 10}, {.layer = 6, .axis = 1});
    const Array<T> y = drop(Variable<T>(x)).value();
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(y.data()[i] == doctest::Approx(m.data()[i] == 1 ? x.data()[i] / T(0.75) : T(0)));
    const Array<T> first = same(Variable<T>(filled<T>({4, 5, 3}, 1))).value();
    std::size_t dropped = 0;
    for (std::size_t t = 0; t < 4; ++t) {
        const auto at_step = [&](const auto& v) { return select(Variable<T>(v), 0, std::ptrdiff_t(t)); };
        CHECK(same_bits(drop(at_step(x), std::ptrdiff_t(t)).value(), Array<T>(at_step(y).value())));
        CHECK(same_bits(same(Variable<T>(filled<T>({5, 3}, 1))).value(), at_step(first).value()));
        for (const T v : at_step(first).value()) dropped += v == 0;
    }
    CHECK(dropped > 0);
    CHECK(dropped < 60);
    const Variable<T> late = slice(Variable<T>(x), 0, 2, 4);  // a block of a sequence, told where it begins
    CHECK(same_bits(drop(late, 2).value(), slice(Variable<T>(y), 0, 2, 4).value()));
}

TEST_CASE("dropout is the mask of its layer and step over 1 - p, step by step as at once; or one mask for all steps") {
    check_values<double>();
    check_values<float>();
}

TEST_CASE("outside of a training, and at rate 0, dropout is the identity and draws nothing") {
    const Variable<double> x(random_array<double>({2, 3, 4}, 1)), z(random_array<double>({2, 3, 4}, 2));
    CHECK(nn::Dropout(0.5, 1)(x).handle() == x.handle());
    CHECK(nn::VariationalDropout(0.5, 1)(x).handle() == x.handle());
    CHECK(nn::dropout(x, 0.5, {}).handle() == x.handle());
    const nn::Training training(1, 0);
    CHECK(nn::Dropout(0, 1)(x).handle() == x.handle());
    CHECK(nn::VariationalDropout(0, 1)(x).handle() == x.handle());
    CHECK(nn::zoneout(x, z, 0, {}).handle() == x.handle());
    const nn::Evaluation evaluation;
    CHECK(nn::Dropout(0.5, 1)(x).handle() == x.handle());
}

TEST_CASE("zoneout keeps what was before by its mask; outside of a training it is the expected mixture") {
    const Array<double> x = random_array<double>({6, 5}, 1), z = random_array<double>({6, 5}, 2);
    const auto out = [&](double p) { return nn::zoneout<double>(x, z, p, {.layer = 3, .time = 2}).value(); };
    CHECK(distance(out(0.3), Array<double>(0.3 * z + 0.7 * x)) <= 1e-15);
    Array<double> sum = zeros<double>({6, 5});
    const Array<double> expected = out(0.3);
    for (std::uint64_t step = 0; step < 2000; ++step) {
        const nn::Training training({.seed = 1, .step = step});
        const Array<double> y = out(0.3), m = nn::bernoulli<double>({6, 5}, 0.3, {1, step, 0}, {.layer = 3, .time = 2});
        for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y.data()[i] == (m.data()[i] == 1 ? z : x).data()[i]);
        sum += y;
    }
    CHECK(distance(Array<double>(sum / 2000.0), expected) < 0.1);  // seed 1: within 4.5 deviations of at most 1
}

TEST_CASE("gradients of dropout and zoneout at both orders, in a training and outside") {
    const Array<double> x = random_array<double>({4, 3, 2}, 1), z = random_array<double>({4, 3, 2}, 2);
    const auto f = [](const std::vector<Variable<double>>& v) {
        const Variable<double> y = nn::Dropout(0.4, 1)(v[0] * v[1]) + nn::VariationalDropout(0.3, 2)(sin(v[0]));
        return nn::zoneout(y * v[1], square(v[0]), 0.5, {.layer = 3, .axis = 1});
    };
    const auto report = gradcheck<double>(f, {x, z});
    INFO(report.text);
    CHECK(report.passed);
    const nn::Training training({.seed = 4});
    const auto active = gradcheck<double>(f, {x, z});
    INFO(active.text);
    CHECK(active.passed);
    const auto floats = gradcheck<float>([](const auto& v) { return nn::Dropout(0.4, 1)(v[0] * v[0]); },
                                         {random_array<float>({4, 3}, 1)});
    INFO(floats.text);
    CHECK(floats.passed);
}

TEST_CASE("no rows, no steps, no features, and one of each") {
    const nn::Training training({.seed = 4});
    for (const Shape& shape : {Shape{0, 3}, Shape{1, 1}, Shape{3, 0}, Shape{0, 2, 3}, Shape{2, 0, 3}, Shape{1, 1, 1}}) {
        const Tape tape;
        const Variable<double> x = variable(random_array<double>(shape, 1));
        const Variable<double> y = nn::VariationalDropout(0.3, 2)(nn::Dropout(0.3, 1)(x));
        CHECK(y.shape() == shape);
        CHECK(backward(sum(y))[x].shape() == shape);
        CHECK(nn::zoneout(y, x, 0.5, {}).shape() == shape);
    }
}

TEST_CASE("NaN and infinity are seen though they are dropped") {
    const nn::Training training({.seed = 4});
    const Variable<double> y = nn::dropout<double>(filled<double>({9, 9}, std::nan("")), 0.9, {});
    for (const double v : y.value()) CHECK(std::isnan(v));
}

TEST_CASE("rates outside of [0, 1) and states of other shapes are refused, with the caller's line") {
    for (const double p : {-0.1, 1.0, 1.5, std::nan("")}) {
        INFO("p ", p);
        const int line = __LINE__ + 1;
        const std::string text = thrown([&] { (void)nn::Dropout(p, 1); });
        CHECK(contains(text, at(__FILE__, line) + "[Dropout] the rate must be in [0, 1); got "));
        CHECK(contains(thrown([&] { (void)nn::VariationalDropout(p, 1); }),
                       "[VariationalDropout] the rate must be in [0, 1); got "));
        const Variable<double> x(1.0);
        CHECK(contains(thrown([&] { (void)nn::dropout(x, p, {}); }), "[dropout] the rate must be in [0, 1); got "));
        CHECK(contains(thrown([&] { (void)nn::zoneout(x, x, p, {}); }), "[zoneout] the rate must be in [0, 1); got "));
    }
    const Variable<double> x(zeros<double>({2, 3})), z(zeros<double>({2, 4}));
    CHECK(contains(thrown([&] { (void)nn::zoneout(x, z, 0.5, {}); }),
                   "[zoneout] states must have one shape; got (2, 3) and (2, 4)"));
}

}  // namespace
}  // namespace xtape::test
