// SPDX-License-Identifier: BSD-3-Clause
// Normalisation over features, and modules one after the other.
#include <sstream>
#include <xtape/nn/dropout.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/norm.hpp>
#include <xtape/nn/sequential.hpp>
#include <xtape/nn/summary.hpp>

#include "cells.hpp"
#include "check_module.hpp"

namespace xtape::test {
namespace {

// By plain loops, in long double.
template <class T> Array<T> normalised(const Array<T>& x, const Array<T>& g, const Array<T>* b, long double epsilon) {
    const std::size_t n = g.size();
    Array<T> y = x;
    for (std::size_t i = 0; i < x.size(); i += n) {
        long double mean = 0, squares = 0;
        if (b)
            for (std::size_t k = 0; k < n; ++k) mean += x.data()[i + k] / (long double)(n);
        for (std::size_t k = 0; k < n; ++k) squares += (x.data()[i + k] - mean) * (x.data()[i + k] - mean);
        const long double scale = 1 / std::sqrt(squares / (long double)(n) + epsilon);
        for (std::size_t k = 0; k < n; ++k)
            y.data()[i + k] = T((x.data()[i + k] - mean) * scale * g(k) + (b ? (*b)(k) : 0));
    }
    return y;
}

template <class T> void check_norms(double tolerance) {
    for (const Shape& shape :
         {Shape{5}, Shape{3, 5}, Shape{2, 3, 5}, Shape{1, 5}, Shape{0, 5}, Shape{4, 1}, Shape{2, 0}}) {
        INFO("shape ", text(shape), ", seeds 1 and 2");
        nn::LayerNorm<T> layer(shape.back());
        nn::RMSNorm<T> rms(shape.back(), T(1e-3));
        randomise(layer, 2), randomise(rms, 2);
        const Array<T> x = random_array<T>(shape, 1, -3, 5);
        CHECK(distance(layer(x).value(), normalised(x, layer.g.value(), &layer.b.value(), 1e-5L)) <= tolerance);
        CHECK(distance(rms(x).value(), normalised<T>(x, rms.g.value(), nullptr, 1e-3L)) <= tolerance);
        const Tape tape;
        const Variable<T> v = variable(x);
        const auto g = backward(sum(square(layer(v)) + rms(v)));
        CHECK(g[v].shape() == shape);
        for (const T number : g[v]) CHECK(std::isfinite(number));
        for (const T number : g[layer.g]) CHECK(std::isfinite(number));
    }
}

TEST_CASE("LayerNorm and RMSNorm are their formulas, for any leading axes, one feature, no rows and no features") {
    check_norms<double>(1e-14);
    check_norms<float>(2e-5);
}

TEST_CASE("one feature alone has no variance: LayerNorm gives b, and no gradient") {
    nn::LayerNorm<double> norm(1);
    norm.b.set(filled<double>({1}, 3));
    const Tape tape;
    const Variable<double> x = variable(random_array<double>({4, 1}, 1));
    const Variable<double> y = norm(x);
    CHECK(same_bits(y.value(), filled<double>({4, 1}, 3)));
    CHECK(distance(backward(sum(square(y)))[x], zeros<double>({4, 1})) == 0);
}

TEST_CASE("gradients of the norms at both orders, by inputs and parameters") {
    const auto call = [](const auto& module, const auto& in) { return module(in[0]); };
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 4}, Shape{4}}) {
        nn::LayerNorm<double> layer(4);
        nn::RMSNorm<double> rms(4);
        randomise(layer, 2), randomise(rms, 2);
        const auto a = check_module(layer, {random_array<double>(shape, 1)}, call);
        const auto b = check_module(rms, {random_array<double>(shape, 1)}, call);
        INFO(text(shape), a.text, b.text);
        CHECK((a.passed && b.passed));
    }
    const nn::LayerNorm<float> floats(4);
    const auto c = check_module(floats, {random_array<float>({2, 4}, 1, -3, 3)}, call, {.order = 1});
    INFO(c.text);
    CHECK(c.passed);
}

TEST_CASE("an epsilon out of range is refused") {
    for (const double bad : {-1e-5, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
        CHECK(contains(thrown([&] { (void)nn::LayerNorm<double>(4, bad); }),
                       "[LayerNorm] epsilon must be finite, and 0 or more; got "));
        CHECK(contains(thrown([&] { (void)nn::RMSNorm<float>(4, float(bad)); }),
                       "[RMSNorm] epsilon must be finite, and 0 or more; got "));
    }
    CHECK(thrown([] { (void)nn::RMSNorm<double>(4, 0.0); }) == "");
}

TEST_CASE("features that do not fit are refused, with the path of the module") {
    nn::Generator bits(1);
    const nn::Sequential model{nn::Linear<double>(3, 4, bits), nn::LayerNorm<double>(5)};
    CHECK(contains(thrown([&] {
                       (void)model(Variable<double>(zeros<double>({2, 3})));
                   }),
                   "[LayerNorm] the last axis must have 5 features; got shape (2, 4) (in Sequential > 1 > LayerNorm)"));
    CHECK(contains(thrown([&] {
                       (void)model(Variable<double>(zeros<double>({2, 2})));
                   }),
                   "(in Sequential > 0 > Linear)"));
    CHECK(contains(thrown([&] { (void)nn::RMSNorm<double>(5)(1.0); }),
                   "[RMSNorm] the last axis must have 5 features; got shape () (in RMSNorm)"));
}

auto network(nn::Generator& bits) {
    return nn::Sequential{nn::Linear<double>(3, 4, bits), [](const auto& x) { return tanh(x); }, nn::Dropout(0.5, 1),
                          nn::LayerNorm<double>(4), nn::Linear<double>(4, 2, bits)};
}

TEST_CASE("Sequential runs its modules and functions in order; parameters are named by place; braces keep the order") {
    nn::Generator bits(3), same(3);
    const auto model = network(bits);
    CHECK(paths(model) == std::vector<std::string>{"0.w", "0.b", "3.g", "3.b", "4.w", "4.b"});
    CHECK(std::get<0>(model.layers).w.name() == "0.w");
    const nn::Linear<double> first(3, 4, same), last(4, 2, same);
    const nn::LayerNorm<double> norm(4);
    const Variable<double> x(random_array<double>({5, 2, 3}, 1));
    CHECK(same_bits(model(x).value(), last(norm(tanh(first(x)))).value()));
    const nn::Training training({.seed = 2});
    const nn::Dropout drop(0.5, 1);
    CHECK(same_bits(model(x, 7).value(), last(norm(drop(tanh(first(x)), 7))).value()));  // the step is passed on
    const auto report = check_module(model, {x.value()}, [](const auto& m, const auto& in) { return m(in[0]); });
    INFO(report.text);
    CHECK(report.passed);
    const nn::Sequential outer{network(bits), nn::Linear<double>(2, 1, bits)};
    CHECK(paths(outer).front() == "0.0.w");
    CHECK(paths(outer).back() == "1.b");
}

TEST_CASE("a summary lists paths, shapes and counts, and prints them in columns") {
    nn::Generator bits(3);
    const auto model = network(bits);
    const nn::Summary all = nn::summary(model);
    REQUIRE(all.rows.size() == 6);
    CHECK(all.rows[4].path == "4.w");
    CHECK(all.rows[4].shape == Shape{4, 2});
    CHECK(all.rows[4].count == 8);
    CHECK(all.total == nn::count(model));
    std::ostringstream out;
    out << nn::summary(nn::RNN<float>({28, 128, 10}, 1));
    CHECK(out.str() ==
          "parameter  shape       count\n"
          "cell.wx    (28, 128)    3584\n"
          "cell.wh    (128, 128)  16384\n"
          "cell.b     (128,)        128\n"
          "readout.v  (128, 10)    1280\n"
          "readout.c  (10,)          10\n"
          "total                  21386\n");
}

}  // namespace
}  // namespace xtape::test
