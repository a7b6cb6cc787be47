// SPDX-License-Identifier: BSD-3-Clause
// Statistics of a batch, and how they come into a model that many threads read.
#include <xtape/autodiff/checkpoint.hpp>
#include <xtape/nn/batch_norm.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/sequential.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"
#include "check_module.hpp"

namespace xtape::test {
namespace {

struct Expected {
    std::vector<double> mean, variance, unbiased;
};
template <class T> Expected moments(const Array<T>& x, std::size_t features) {
    Expected e{std::vector<double>(features), std::vector<double>(features), std::vector<double>(features)};
    const std::size_t n = x.size() / features;
    for (std::size_t i = 0; i < x.size(); ++i) e.mean[i % features] += double(x.data()[i]) / double(n);
    for (std::size_t i = 0; i < x.size(); ++i)
        e.variance[i % features] += std::pow(double(x.data()[i]) - e.mean[i % features], 2) / double(n);
    for (std::size_t k = 0; k < features; ++k) e.unbiased[k] = e.variance[k] * double(n) / double(n - 1);
    return e;
}

template <class T> void check_training(double tolerance) {
    nn::BatchNorm<T> norm(3, {.momentum = 0.2});
    randomise(norm, 5);
    for (const Shape& shape : {Shape{7, 3}, Shape{4, 5, 3}}) {
        const Array<T> x = random_array<T>(shape, 1, -2, 4);
        const Expected e = moments(x, 3);
        const Array<T> mean = norm.mean, variance = norm.variance;
        nn::Statistics statistics;
        Array<T> y;
        {
            const nn::Training training({.statistics = &statistics});
            y = norm(x).value();
        }
        CHECK(y.shape() == shape);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t k = i % 3;
            const double z = (double(x.data()[i]) - e.mean[k]) / std::sqrt(e.variance[k] + 1e-5);
            CHECK(double(y.data()[i]) ==
                  doctest::Approx(double(norm.g.value()(k)) * z + double(norm.b.value()(k))).epsilon(tolerance));
        }
        CHECK(same_bits(norm.mean, mean));  // nothing in the model changes before update
        nn::update(norm, statistics);
        CHECK(statistics.layers() == 0);
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK(double(norm.mean(k)) == doctest::Approx(0.8 * double(mean(k)) + 0.2 * e.mean[k]).epsilon(tolerance));
            CHECK(double(norm.variance(k)) ==
                  doctest::Approx(0.8 * double(variance(k)) + 0.2 * e.unbiased[k]).epsilon(tolerance));
        }
        const Array<T> kept = norm(x).value();  // an evaluation
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t k = i % 3;
            const double z = (double(x.data()[i]) - double(norm.mean(k))) / std::sqrt(double(norm.variance(k)) + 1e-5);
            CHECK(double(kept.data()[i]) ==
                  doctest::Approx(double(norm.g.value()(k)) * z + double(norm.b.value()(k))).epsilon(tolerance));
        }
    }
}

TEST_CASE("in a training it is normalised by the batch, elsewhere by what update keeps of batches") {
    check_training<double>(1e-12);
    check_training<float>(1e-4);
}

TEST_CASE("gradients at both orders, by inputs and parameters, through the statistics of the batch and without") {
    nn::BatchNorm<double> norm(3);
    randomise(norm, 5);
    norm.mean = random_array<double>({3}, 6);
    const auto call = [](const auto& m, const auto& in) { return m(in[0]); };
    const Array<double> x = random_array<double>({2, 4, 3}, 1);
    const auto kept = check_module(norm, {x}, call);
    nn::Statistics statistics;
    const nn::Training training({.statistics = &statistics});
    const auto active = check_module(norm, {x}, call);
    INFO(kept.text, active.text);
    CHECK((kept.passed && active.passed));
}

TEST_CASE("no rows add nothing; one row has no variance: the output is b, and only the mean is kept") {
    nn::BatchNorm<double> norm(2);
    norm.b.set(filled<double>({2}, 3));
    nn::Statistics statistics;
    for (const std::size_t rows : {0u, 1u}) {
        const Tape tape;
        const nn::Training training({.statistics = &statistics});
        const Variable<double> x = variable(filled<double>({rows, 2}, 5));
        const Variable<double> y = norm(x);
        CHECK(same_bits(y.value(), filled<double>({rows, 2}, 3)));
        const auto g = backward(sum(square(y)));
        CHECK(distance(g[x], zeros<double>({rows, 2})) == 0);
        CHECK(distance(g[norm.g], zeros<double>({2})) == 0);
        CHECK(statistics.layers() == rows);
        nn::update(norm, statistics);
        CHECK(distance(norm.mean, filled<double>({2}, double(rows) * 0.5)) <= 1e-15);
        CHECK(same_bits(norm.variance, filled<double>({2}, 1)));
    }
}

auto network() {
    nn::Generator bits(3);
    return nn::Sequential{nn::Linear<double>(3, 4, bits), nn::BatchNorm<double>(4), nn::Linear<double>(4, 2, bits),
                          nn::BatchNorm<double>(2)};
}

TEST_CASE("statistics of shards are those of the batch, to the same bits on any number of threads") {
    const Array<double> x = random_array<double>({11, 3}, 1);
    const auto kept = [&](std::size_t threads, std::size_t rows) {
        auto model = network();
        nn::Statistics statistics;
        const nn::Training training({.statistics = &statistics});
        const auto loss = [&](std::size_t begin, std::size_t end) {
            return mean(square(model(slice(Variable<double>(x), 0, std::ptrdiff_t(begin), std::ptrdiff_t(end)))));
        };
        (void)nn::parallel_grad(model, 11, loss, {threads, rows});
        nn::update(model, statistics);
        return std::pair(std::get<1>(model.layers).mean, std::get<1>(model.layers).variance);
    };
    const auto [mean, variance] = kept(1, 11);
    for (const std::size_t rows : {1u, 2u, 4u, 11u}) {
        const auto one = kept(1, rows);
        CHECK(distance(one.first, mean) <= 1e-15);
        CHECK(distance(one.second, variance) <= 1e-15);
        for (const std::size_t threads : {2u, 3u})
            for (int again = 0; again < 5; ++again) {
                const auto more = kept(threads, rows);
                CHECK((same_bits(more.first, one.first) && same_bits(more.second, one.second)));
            }
    }
}

TEST_CASE("a checkpoint that is computed again is not counted again") {
    const nn::BatchNorm<double> norm(3);
    nn::Statistics statistics;
    const Tape tape;
    const nn::Training training({.statistics = &statistics});
    const Variable<double> x = variable(random_array<double>({4, 3}, 1));
    const auto y = checkpoint<double>([&](const Variable<double>& v) { return norm(v); }, x);
    (void)backward(sum(square(y)));
    CHECK(statistics.of(&norm).count == 4);
}

TEST_CASE("cut off, the steps that a block runs again are not counted again") {
    const nn::BatchNorm<double> norm(3);
    const auto cell = [&](const Variable<double>& x, const Variable<double>& h) { return norm(x) + h; };
    const Variable<double> xs(random_array<double>({6, 3, 3}, 1)), h(zeros<double>({3, 3}));
    for (const nn::Truncation& k : std::vector<nn::Truncation>{{1, 1}, {1, 3}, {2, 5}, {3, 2}, {6, 6}}) {
        nn::Statistics statistics;
        const nn::Training training({.statistics = &statistics});
        (void)nn::truncated(cell, xs, h, k);
        INFO("every ", k.every, ", depth ", k.depth);
        CHECK(statistics.of(&norm).count == 18);
    }
}

TEST_CASE("running statistics are buffers of the model: named, copied, saved, and no parameters") {
    auto model = network();
    CHECK(paths(model) == std::vector<std::string>{"0.w", "0.b", "1.g", "1.b", "2.w", "2.b", "3.g", "3.b"});
    std::vector<std::string> names;
    for (const auto& [path, buffer] : nn::buffers(model)) names.push_back(path);
    CHECK(names == std::vector<std::string>{"1.mean", "1.variance", "3.mean", "3.variance"});
    auto copy = model;
    *nn::buffers(copy)[0].buffer = filled<double>({4}, 7);
    CHECK(std::get<1>(copy.layers).mean(0) == 7);
    CHECK(std::get<1>(model.layers).mean(0) == 0);
}

TEST_CASE("options out of range are refused") {
    CHECK(contains(thrown([] { (void)nn::BatchNorm<double>(4, {.epsilon = -1}); }),
                   "[BatchNorm] epsilon must be finite, and 0 or more; got -1"));
    for (const double bad : {-0.5, 1.5, std::nan("")})
        CHECK(contains(thrown([&] { (void)nn::BatchNorm<double>(4, {.momentum = bad}); }),
                       "[BatchNorm] the momentum must be in [0, 1]; got "));
    CHECK(thrown([] { (void)nn::BatchNorm<double>(4, {.epsilon = 0, .momentum = 1}); }) == "");
}

TEST_CASE("what does not fit is refused, and nothing is changed") {
    auto model = network();
    const auto copy = model;
    const Variable<double> x(random_array<double>({4, 3}, 1)), bad(filled<double>({4, 3}, std::nan("")));
    nn::Statistics statistics;
    {
        const nn::Training training(1, 0);
        CHECK(contains(thrown([&] { (void)model(x); }),
                       "[BatchNorm] a training needs a place for statistics; got none; try Training({.statistics = "
                       "&statistics}) and update (in Sequential > 1 > BatchNorm)"));
    }
    CHECK(contains(thrown([&] { (void)nn::BatchNorm<double>(4)(x); }),
                   "[BatchNorm] the last axis must have 4 features; got shape (4, 3) (in BatchNorm)"));
    const auto see = [&](const auto& m, const Variable<double>& v) {
        const nn::Training training({.statistics = &statistics});
        (void)m(v);
    };
    see(copy, x);
    const int line = __LINE__ + 1;
    const std::string other = thrown([&] { nn::update(model, statistics); });
    CHECK(contains(other, at(__FILE__, line) + "[update] statistics must be of this model's layers; got those of 2 "));
    statistics.clear();
    see(model, bad);
    CHECK(contains(thrown([&] { nn::update(model, statistics); }),
                   "[update] statistics must be finite; those of 1 are not"));
    CHECK(same_bits(std::get<1>(model.layers).mean, zeros<double>({4})));
    CHECK(statistics.layers() == 2);
}

}  // namespace
}  // namespace xtape::test
