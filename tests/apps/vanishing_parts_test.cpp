// SPDX-License-Identifier: BSD-3-Clause
// What the figures of vanishing_gradient are measured with, beside the same by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "apps/vanishing_gradient/credit.hpp"
#include "apps/vanishing_gradient/figure.hpp"
#include "apps/vanishing_gradient/initials.hpp"
#include "apps/vanishing_gradient/kinds.hpp"
#include "apps/vanishing_gradient/numbers.hpp"
#include "apps/vanishing_gradient/profile.hpp"
#include "apps/vanishing_gradient/spectrum.hpp"

using namespace xtape;
using namespace xtape::apps;

namespace {

Array<double> drawn(std::size_t steps, std::size_t batch, std::size_t inputs) {
    nn::Generator generator(3);
    return normal_inputs({steps, batch, inputs}, generator);
}

}  // namespace

TEST_CASE("lengths lose nothing that is small, and singular values, radius and rate are those of known matrices") {
    CHECK(norm(Array<double>{3e-200, -4e-200}) == doctest::Approx(5e-200));
    CHECK(norm(Array<double>{3e200, 4e200}) == doctest::Approx(5e200));
    CHECK(norm(zeros<double>({3})) == 0);
    const Array<double> nilpotent{{0, 8}, {0, 0}}, turn{{0, -2}, {2, 0}};
    CHECK(singular_values(nilpotent) == std::vector<double>{8, 0});
    CHECK(spectral_radius(nilpotent) == doctest::Approx(0));
    CHECK(spectral_radius(turn) == doctest::Approx(2));
    CHECK(factor_per_step(std::vector<double>{99, 1, 2, 4, 8}) == doctest::Approx(0.5));  // of the last half
    CHECK(median({5, 1, 3}) == 3);
}

TEST_CASE("the terms of a gradient by the steps at which weights are used sum to it, for all cells") {
    const std::size_t steps = 5, batch = 3;
    const Array<double> xs = drawn(steps, batch, 2);
    Indices labels;
    for (std::size_t i = 0; i < steps * batch; ++i) labels.push_back(std::int64_t(i % 3));
    for (const Kind& kind : kinds()) {
        CAPTURE(kind.name);
        nn::Generator generator(1);
        const Network network = kind.make({2, 4, 3}, generator);
        const auto terms = credit_terms(network, xs, labels);
        for (std::size_t s = 0; s < steps; ++s) {
            const Tape tape;
            const Reading reading = read(network, xs);
            const auto first = labels.begin() + std::ptrdiff_t(s * batch);
            const V loss = cross_entropy(network.readout(reading.h[s]), Indices(first, first + std::ptrdiff_t(batch)));
            const V wh = std::visit([](const auto& cell) -> V { return cell.wh; }, network.cell);
            const Array<double> tied = backward(loss, {wh})[wh];
            Array<double> total = zeros<double>(tied.shape());
            REQUIRE(terms[s].size() == s + 1);
            for (const Array<double>& term : terms[s]) total += term;
            CHECK(norm(total - tied) <= 1e-14 * norm(tied) + 1e-300);
        }
    }
}

TEST_CASE("a Jacobian is the product of recurrent weights and slopes") {
    const std::size_t steps = 6, hidden = 5, k = 4;
    nn::Generator generator(2);
    const Network network = uniform_tanh({2, hidden, 1}, generator);
    const auto& cell = std::get<nn::RNNCell<double>>(network.cell);
    const Array<double> xs = drawn(steps, 1, 2), j = jacobian(cell, xs, k);
    const Reading reading = read(network, xs);
    Array<double> product =
        xt::eye<double>(hidden);  // of W_hh D_t from the left to the right: dh_t = dh_{t-1} W_hh D_t
    for (std::size_t t = steps - k; t < steps; ++t) {
        product = matmul(V(product), cell.wh).value();
        for (std::size_t a = 0; a < hidden; ++a)
            for (std::size_t b = 0; b < hidden; ++b) {
                const double h = reading.h[t].value()(0, b);
                product(a, b) *= 1 - h * h;
            }
    }
    for (std::size_t a = 0; a < hidden; ++a)
        for (std::size_t b = 0; b < hidden; ++b) CHECK(j(b, a) == doctest::Approx(product(a, b)).epsilon(1e-12));
}

TEST_CASE("without recurrent weights the product of forget gates is all of a memory's gradient") {
    nn::Generator generator(4);
    const Lesson lesson{.lag = 7, .steps = 0};
    Network network = uniform_lstm({4, 6, 4}, generator, 1);
    const Profile with = profile(network, lesson);
    auto& wh = std::get<nn::LSTMCell<double>>(network.cell).wh;
    wh.set(zeros<double>(wh.shape()));
    const Profile without = profile(network, lesson);
    REQUIRE(without.c.size() == 8);
    for (std::size_t t = 0; t < 8; ++t) CHECK(without.c[t] == doctest::Approx(without.gates[t]).epsilon(1e-12));
    CHECK(std::abs(with.c[0] / with.gates[0] - 1) > 0.01);  // other ways count, too
    CHECK(profile(orthogonal_tanh({4, 6, 4}, generator), lesson).gates.empty());
}

TEST_CASE("an element's own factor is tanh', the forget gate or the gate that keeps") {
    nn::Generator generator(5);
    const Array<double> xs = zeros<double>({2, 1, 3});
    const auto factor = [&](const Network& network) { return own_factors(network, xs, read(network, xs))[1](0, 0); };
    const double open = 1 / (1 + std::exp(-2.0));
    CHECK(factor(orthogonal_tanh({3, 4, 2}, generator)) == 1);  // of a state that is 0
    CHECK(factor(uniform_lstm({3, 4, 2}, generator, 2)) == doctest::Approx(open));
    CHECK(factor(uniform_gru({3, 4, 2}, generator, 2)) == doctest::Approx(open));
}

TEST_CASE("first weights have the deviations that their names say") {
    for (const Initial& initial : initials()) {
        CAPTURE(initial.name);
        nn::Generator generator(6);
        const Network network = initial.make({28, 64, 10}, generator);
        const Array<double> wh = std::visit([](const auto& cell) { return cell.wh.value(); }, network.cell);
        const double deviation = norm(wh) / std::sqrt(double(wh.size())) * 8;  // times sqrt H: a matrix's gain
        const std::string& name = initial.name;
        const bool uniform = name.find("U(") != name.npos || name[0] == 'L' || name[0] == 'G';
        const double gain = uniform                            ? 1 / std::sqrt(3.0)
                            : name.find("0.5 x") != name.npos  ? 0.5
                            : name.find("1.5 x") != name.npos  ? 1.5
                            : name.find("[I + H") != name.npos ? 8 * std::sqrt(2.0 / (28 + 128))
                                                               : 1;
        CHECK(deviation == doctest::Approx(gain).epsilon(0.04));
    }
}

TEST_CASE("a table has blanks for what is not there, and its range covers all but the first column") {
    const std::vector<Column> columns{{"t", {1, 2, 3000}}, {"x", {0.02, NAN}}, {"y", {4e-320, 5, 50}}};
    CHECK(csv(columns) == "t,x,y\n1,0.02,0\n2,,5\n3000,,50\n");
    CHECK(range_of(columns) == "set yrange [1e-300:1e2]\n");
}
