// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>
#include <xtape/nn/analytic/rnn.hpp>

#include "bench/limit/rnn_step.hpp"

using xtape::bench::RnnStep;
namespace analytic = xtape::nn::analytic;

namespace {

using Floats = std::vector<float>;

// B T I H K: one of everything, whole and broken panels of columns, rows left over by every tile, short and long sums,
// steps large enough to be finished tile by tile.
const std::vector<RnnStep::Sizes> all_sizes{{1, 1, 1, 1, 1},     {1, 28, 28, 32, 10},  {1, 9, 5, 81, 3},
                                            {13, 1, 3, 5, 7},    {2, 3, 5, 16, 4},     {7, 5, 1, 33, 40},
                                            {32, 12, 64, 64, 5}, {39, 11, 28, 48, 10}, {45, 4, 9, 128, 10}};

struct Problem {
    RnnStep::Weights weights;
    Floats x;                 // (T, B, I)
    std::vector<int> labels;  // (B)
};

std::string text(const RnnStep::Sizes& n, unsigned seed) {
    std::string out = "seed " + std::to_string(seed) + ", B T I H K";
    for (const int size : {n.B, n.T, n.I, n.H, n.K}) out += " " + std::to_string(size);
    return out;
}

Problem random_problem(const RnnStep::Sizes& n, unsigned seed) {
    std::mt19937 random(seed);
    const auto normal = [&](int size, int fan_in) {
        std::normal_distribution<float> one(0, 1 / std::sqrt(static_cast<float>(fan_in)));
        Floats out(static_cast<std::size_t>(size));
        for (float& value : out) value = one(random);
        return out;
    };
    Problem p{{normal(n.I * n.H, n.I), normal(n.H * n.H, n.H), normal(n.H, 4), normal(n.H * n.K, n.H), normal(n.K, 4)},
              normal(n.T * n.B * n.I, 1),
              {}};
    std::uniform_int_distribution<int> label(0, n.K - 1);
    for (int i = 0; i < n.B; ++i) p.labels.push_back(label(random));
    return p;
}

xt::xarray<float> array(const Floats& values, const std::vector<int>& shape) {
    xt::xarray<float> a(xt::xarray<float>::shape_type(shape.begin(), shape.end()));
    std::copy(values.begin(), values.end(), a.begin());
    return a;
}

// |a - b| <= tolerance |b|, by the norm of the whole
template <class A, class B> bool close(const A& a, const B& b, double tolerance) {
    REQUIRE(a.size() == b.size());
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a.data()[i]), y = static_cast<double>(b.data()[i]);
        difference += (x - y) * (x - y);
        norm += y * y;
    }
    return std::sqrt(difference) <= tolerance * std::sqrt(norm);
}

bool close(const RnnStep::Weights& a, const RnnStep::Weights& b, double tolerance) {
    return close(a.wx, b.wx, tolerance) && close(a.wh, b.wh, tolerance) && close(a.b, b.b, tolerance) &&
           close(a.v, b.v, tolerance) && close(a.c, b.c, tolerance);
}

void check_gradients(const RnnStep::Sizes& n, const Problem& p) {
    const RnnStep::Weights& w = p.weights;
    const analytic::Rnn<float> rnn{array(w.wx, {n.I, n.H}), array(w.wh, {n.H, n.H}), array(w.b, {n.H}),
                                   array(w.v, {n.H, n.K}), array(w.c, {n.K})};
    const Floats h0(static_cast<std::size_t>(n.B * n.H));  // zeros, (B, H)
    analytic::Batch<float> batch{array(p.x, {n.T, n.B, n.I}), array(h0, {n.B, n.H}), {}};
    batch.labels.resize({p.labels.size()});
    std::copy(p.labels.begin(), p.labels.end(), batch.labels.begin());
    const auto run = analytic::forward(rnn, batch);
    const analytic::Rnn<float> d = analytic::bptt(rnn, batch, run).parameters;

    RnnStep step(n, w);
    for (int twice = 0; twice < 2; ++twice)  // nothing may be left over from the first time
        CHECK(step.differentiate(p.x.data(), p.labels.data()) == doctest::Approx(run.loss).epsilon(1e-5));
    const RnnStep::Weights g = step.gradients();
    CHECK(close(g.wx, d.wx, 1e-5));
    CHECK(close(g.wh, d.wh, 1e-5));
    CHECK(close(g.b, d.b, 1e-5));
    CHECK(close(g.v, d.v, 1e-5));
    CHECK(close(g.c, d.c, 1e-5));
    CHECK(close(step.parameters(), w, 0));
}

// Adam as it is written, one number at a time, in double.
struct Adam {
    void operator()(Floats& w, const Floats& g, int n) {
        mean.resize(w.size());
        square.resize(w.size());
        for (std::size_t i = 0; i < w.size(); ++i) {
            const double d = static_cast<double>(g[i]);
            mean[i] = 0.9 * mean[i] + 0.1 * d;
            square[i] = 0.999 * square[i] + 0.001 * d * d;
            const double m = mean[i] / (1 - std::pow(0.9, n)), s = square[i] / (1 - std::pow(0.999, n));
            w[i] = static_cast<float>(static_cast<double>(w[i]) - 0.01 * m / (std::sqrt(s) + 1e-8));
        }
    }
    std::vector<double> mean, square;
};

}  // namespace

TEST_CASE("the limit's gradients are those of the analytic network") {
    unsigned seed = 100;
    for (const RnnStep::Sizes& n : all_sizes) {
        ++seed;
        INFO(text(n, seed));
        const Problem p = random_problem(n, seed);
        check_gradients(n, p);
    }
}

TEST_CASE("the limit's update is Adam, step after step") {
    const RnnStep::Sizes n{5, 4, 3, 19, 6};
    INFO(text(n, 121));
    const Problem p = random_problem(n, 121);
    RnnStep step(n, p.weights, 0.01f);
    RnnStep::Weights w = p.weights;
    Adam wx, wh, b, v, c;
    for (int i = 1; i <= 20; ++i) {
        step.differentiate(p.x.data(), p.labels.data());
        const RnnStep::Weights g = step.gradients();
        step.update();
        wx(w.wx, g.wx, i);
        wh(w.wh, g.wh, i);
        b(w.b, g.b, i);
        v(w.v, g.v, i);
        c(w.c, g.c, i);
        CHECK(close(step.parameters(), w, 1e-6));
        w = step.parameters();  // so that only the moments carry differences on
    }
}

TEST_CASE("repeated steps of the limit learn the batch") {
    const RnnStep::Sizes n{16, 7, 5, 24, 4};
    INFO(text(n, 131));
    const Problem p = random_problem(n, 131);
    RnnStep step(n, p.weights, 0.01f);
    const float first = step(p.x.data(), p.labels.data());
    float loss = first;
    for (int i = 0; i < 100; ++i) loss = step(p.x.data(), p.labels.data());
    CHECK(loss < 0.1f * first);
}

TEST_CASE("the limit refuses parameters of other sizes") {
    Problem p = random_problem({2, 3, 4, 5, 6}, 141);
    p.weights.wh.pop_back();
    CHECK_THROWS_WITH_AS(RnnStep({2, 3, 4, 5, 6}, p.weights), "[RnnStep] wh must hold 5 x 5 numbers; got 24",
                         std::invalid_argument);
}
