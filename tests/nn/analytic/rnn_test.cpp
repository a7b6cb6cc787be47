// SPDX-License-Identifier: BSD-3-Clause
#include <stdexcept>
#include <utility>
#include <xtape/nn/analytic/rnn.hpp>

#include "plain.hpp"

using namespace xtape::nn::analytic;

namespace {

struct Sizes {
    std::size_t T, B, I, H, K;
    bool every_step;
};

// One of everything, batch and sequence of one, one class only, and H smaller and larger than I and K.
const std::vector<Sizes> all_sizes{{1, 1, 1, 1, 1, false}, {1, 1, 1, 1, 1, true}, {1, 3, 2, 4, 3, false},
                                   {6, 1, 3, 5, 2, false}, {6, 1, 3, 5, 2, true}, {5, 4, 3, 2, 3, false},
                                   {5, 4, 3, 2, 3, true},  {7, 2, 1, 6, 4, true}, {9, 3, 4, 1, 2, true}};

std::string text(const Sizes& n, unsigned seed) {
    std::string out = "seed " + std::to_string(seed) + ", T B I H K";
    for (const std::size_t size : {n.T, n.B, n.I, n.H, n.K}) out += " " + std::to_string(size);
    return out + (n.every_step ? ", every step" : ", last step");
}

template <class Real> struct Problem {
    Rnn<Real> rnn;
    Batch<Real> batch;
};

template <class Real> Problem<Real> random_problem(const Sizes& n, unsigned seed) {
    std::mt19937 random(seed);
    const auto array = [&](const std::vector<std::size_t>& shape) { return random_array<Real>(random, shape, 0.7); };
    Problem<Real> p{{array({n.I, n.H}), array({n.H, n.H}), array({n.H}), array({n.H, n.K}), array({n.K})},
                    {array({n.T, n.B, n.I}), array({n.B, n.H}), {}}};
    if (n.every_step)
        p.batch.labels.resize({n.T, n.B});
    else
        p.batch.labels.resize({n.B});
    std::uniform_int_distribution<int> label(0, static_cast<int>(n.K) - 1);
    for (int& l : p.batch.labels) l = label(random);
    return p;
}

// Everything the loss depends on, beside its gradient.
template <class Real>
std::vector<std::pair<xt::xarray<Real>*, const xt::xarray<Real>*>> pairs(Problem<Real>& p, const Gradients<Real>& g) {
    const Rnn<Real>& d = g.parameters;
    return {{&p.rnn.wx, &d.wx}, {&p.rnn.wh, &d.wh}, {&p.rnn.b, &d.b},    {&p.rnn.v, &d.v},
            {&p.rnn.c, &d.c},   {&p.batch.x, &g.x}, {&p.batch.h0, &g.h0}};
}
const char* const names[]{"wx", "wh", "b", "v", "c", "x", "h0"};

template <class Real> double worst_distance(const Gradients<Real>& a, const Gradients<Real>& b) {
    const Rnn<Real>&p = a.parameters, &q = b.parameters;
    double worst = 0;
    for (const double d : {distance(p.wx, q.wx), distance(p.wh, q.wh), distance(p.b, q.b), distance(p.v, q.v),
                           distance(p.c, q.c), distance(a.x, b.x), distance(a.h0, b.h0)})
        worst = worse(worst, d);
    return worst;
}

Gradients<double> bptt(const Problem<double>& p) { return bptt(p.rnn, p.batch, forward(p.rnn, p.batch)); }

// What must be refused, and how.
struct Breakage {
    void (*change)(Problem<double>&);
    const char* message;
};
const std::vector<Breakage> breakages{
    {[](auto& p) {
         p.rnn.wx.resize({5, 7});
     },
     "[analytic] wx must have shape (4, 5); got (5, 7)"},
    {[](auto& p) {
         p.rnn.wh.resize({5, 7});
     },
     "[analytic] wh must have shape (5, 5); got (5, 7)"},
    {[](auto& p) {
         p.rnn.b.resize({5, 1});
     },
     "[analytic] b must have shape (5,); got (5, 1)"},
    {[](auto& p) { p.rnn.c.resize({5}); }, "[analytic] c must have shape (6,); got (5,)"},
    {[](auto& p) { p.rnn.v.resize({6}); }, "[analytic] v must have shape (H, K), none of them 0; got (6,)"},
    {[](auto& p) {
         p.batch.x.resize({0, 3, 4});
     },
     "[analytic] x must have shape (T, B, I), none of them 0; got (0, 3, 4)"},
    {[](auto& p) {
         p.batch.x.resize({2, 4});
     },
     "[analytic] x must have shape (T, B, I), none of them 0; got (2, 4)"},
    {[](auto& p) {
         p.batch.h0.resize({2, 5});
     },
     "[analytic] h0 must have shape (3, 5); got (2, 5)"},
    {[](auto& p) {
         p.batch.labels.resize({3, 2});
     },
     "[analytic] labels must have shape (2, 3); got (3, 2)"},
    {[](auto& p) { p.batch.labels(1, 2) = 6; }, "[analytic] labels must lie in 0..5; got 6"},
    {[](auto& p) { p.batch.labels(0, 0) = -1; }, "[analytic] labels must lie in 0..5; got -1"}};

}  // namespace

TEST_CASE("backpropagation through time equals central differences for every parameter, input and initial state") {
    unsigned seed = 11;
    for (const Sizes& n : all_sizes) {
        ++seed;
        INFO(text(n, seed));
        Problem<double> p = random_problem<double>(n, seed);
        const Gradients<double> g = bptt(p);
        std::size_t i = 0;
        for (const auto& [array, gradient] : pairs(p, g)) {
            INFO(names[i]);
            CHECK(distance(*gradient, differences([&] { return forward(p.rnn, p.batch).loss; }, *array)) <= 1e-7);
            ++i;
        }
    }
}

TEST_CASE("the recursive form, the double sum and forward sensitivities are the same gradient") {
    unsigned seed = 31;
    for (const Sizes& n : all_sizes) {
        ++seed;
        INFO(text(n, seed));
        const Problem<double> p = random_problem<double>(n, seed);
        const Forward<double> run = forward(p.rnn, p.batch);
        const Gradients<double> g = bptt(p.rnn, p.batch, run);
        CHECK(worst_distance(double_sum(p.rnn, p.batch, run), g) <= 1e-12);
        CHECK(worst_distance(rtrl(p.rnn, p.batch, run), g) <= 1e-12);
    }
}

TEST_CASE("the loss of every step is the mean of the last-step losses of the sequence's beginnings") {
    const Sizes n{4, 3, 2, 5, 3, true};
    INFO(text(n, 51));
    const Problem<double> p = random_problem<double>(n, 51);
    double mean = 0;
    for (std::size_t T = 1; T <= n.T; ++T) {
        Problem<double> start = random_problem<double>({T, n.B, n.I, n.H, n.K, false}, 51);
        start.rnn = p.rnn;
        start.batch.h0 = p.batch.h0;
        std::copy_n(p.batch.x.data(), start.batch.x.size(), start.batch.x.data());
        std::copy_n(p.batch.labels.data() + (T - 1) * n.B, n.B, start.batch.labels.data());
        mean += forward(start.rnn, start.batch).loss / static_cast<double>(n.T);
    }
    CHECK(forward(p.rnn, p.batch).loss == doctest::Approx(mean).epsilon(1e-14));
}

TEST_CASE("floats follow doubles, over a long batch too") {
    const Sizes n{3, 30000, 2, 3, 4, true};
    INFO(text(n, 61));
    const Problem<double> p = random_problem<double>(n, 61);
    const Problem<float> q = random_problem<float>(n, 61);
    const Forward<float> run = forward(q.rnn, q.batch);
    CHECK(static_cast<double>(run.loss) == doctest::Approx(forward(p.rnn, p.batch).loss).epsilon(2e-7));
    const Gradients<double> exact = bptt(p);
    const Gradients<float> g = bptt(q.rnn, q.batch, run);
    CHECK(distance(g.parameters.b, exact.parameters.b) <= 1e-6);
    CHECK(distance(g.parameters.c, exact.parameters.c) <= 1e-6);
    CHECK(distance(g.parameters.wh, exact.parameters.wh) <= 1e-5);
}

TEST_CASE("large outputs neither overflow nor lose the loss") {
    Problem<double> p = random_problem<double>({2, 1, 1, 1, 2, false}, 71);
    p.rnn.v.fill(0);
    p.rnn.c(0) = 2000;
    p.rnn.c(1) = -2000;
    p.batch.labels(0) = 1;
    CHECK(forward(p.rnn, p.batch).loss == 4000);
    CHECK(bptt(p).parameters.c(1) == -1);
}

TEST_CASE("sizes that do not fit are refused and named") {
    const Problem<double> good = random_problem<double>({2, 3, 4, 5, 6, true}, 81);
    Forward<double> run = forward(good.rnn, good.batch);
    for (const auto& [change, message] : breakages) {
        Problem<double> p = good;
        change(p);
        CHECK_THROWS_WITH_AS(forward(p.rnn, p.batch), message, std::invalid_argument);
        CHECK_THROWS_WITH_AS(rtrl(p.rnn, p.batch, run), message, std::invalid_argument);
    }
    run.h.resize({2, 3, 5});
    const char* const message = "[analytic] run.h must have shape (3, 3, 5); got (2, 3, 5)";
    CHECK_THROWS_WITH_AS(bptt(good.rnn, good.batch, run), message, std::invalid_argument);
}
