// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/rnn.hpp>
#include "cells.hpp"

namespace {

using Lengths = std::vector<std::size_t>;

// Steps that are missing at the end, at the start, and in between; the second row has none at all.
const xt::xarray<double> holes{{0, 0, 1, 1}, {1, 0, 1, 0}, {1, 0, 0, 1}, {0, 0, 1, 0}, {1, 0, 1, 0}};
const std::vector<xt::xarray<double>> masks{by_hand::mask_of<double>({3, 0, 5, 1}, 5), holes};

// The loss that counts real steps only.
template <class Cell> void mask_loss(Sequence<Cell>& s) {
    const xt::xarray<double>& mask = *s.reading.mask;
    const std::size_t H = s.d_h.shape()[2];
    for (std::size_t i = 0; i < s.d_h.size(); ++i) s.d_h.data()[i] *= mask.data()[i / H];
}

// Row i of x (T, B, F) without the steps that the mask leaves out: (length, 1, F)
xt::xarray<double> alone(const xt::xarray<double>& x, const xt::xarray<double>& mask, std::size_t i) {
    const std::size_t F = x.shape()[2];
    std::vector<double> kept;
    for (std::size_t t = 0; t < x.shape()[0]; ++t)
        if (mask(t, i) != 0) kept.insert(kept.end(), &x(t, i, 0), &x(t, i, 0) + F);
    xt::xarray<double> one = xt::zeros<double>({kept.size() / F, std::size_t(1), F});
    std::copy(kept.begin(), kept.end(), one.begin());
    return one;
}
template <class S> S row(S state, std::size_t i) {
    for (auto& field : state) {
        xt::xarray<double> one = xt::zeros<double>({std::size_t(1), field.shape()[1]});
        std::copy_n(&field(i, 0), one.size(), one.data());
        field = one;
    }
    return state;
}

// The same problem for row i alone, without padding.
template <class Cell> Sequence<Cell> alone(const Sequence<Cell>& s, std::size_t i) {
    const xt::xarray<double>& mask = *s.reading.mask;
    return {s.cell,          alone(s.x, mask, i), row(s.first, i), {{}, s.reading.reverse}, alone(s.d_h, mask, i),
            row(s.d_last, i)};
}

// Adds the gradients of one row to the parameters' sum and checks the row's own.
template <class Cell>
void check_row(const Sequence<Cell>& s, const by_hand::SequenceGradients<Cell>& d, std::size_t i, Cell& sum) {
    const Sequence<Cell> one = alone(s, i);
    if (one.x.size() == 0) {  // nothing was read: the state is the first one
        for (std::size_t k = 0; k < d.first.size(); ++k) CHECK(row(d.first, i)[k] == one.d_last[k]);
        return;
    }
    auto d_one = bptt(one);
    CHECK(distance(alone(d.x, *s.reading.mask, i), d_one.x) <= 1e-12);
    for (std::size_t k = 0; k < d.first.size(); ++k) CHECK(distance(row(d.first, i)[k], d_one.first[k]) <= 1e-12);
    CHECK(distance(alone(run(s).h, *s.reading.mask, i), run(one).h) <= 1e-12);
    std::vector<xt::xarray<double>> parts;
    d_one.parameters.visit([&](const char*, auto& g) { parts.push_back(g); });
    std::size_t k = 0;
    sum.visit([&](const char*, auto& g) { g += parts[k++]; });
}

double masked_x(const xt::xarray<double>& d_x, const xt::xarray<double>& mask) {
    double largest = 0;
    for (std::size_t i = 0; i < d_x.size(); ++i)
        if (mask.data()[i / d_x.shape()[2]] == 0) largest = worse(largest, std::abs(d_x.data()[i]));
    return largest;
}

// f(sequence) for each kind of cell, each mask, both directions and both losses: of real steps, and of the last state.
template <class F> void for_each_masked(unsigned seed, const F& f) {
    for_each_kind<double>([&](const auto& kind) {
        for (const auto& mask : masks)
            for (const bool reverse : {false, true})
                for (const bool last : {false, true}) {
                    auto s = random_sequence(kind, 5, 4, ++seed);
                    INFO(kind.name << ", reverse " << reverse << ", loss of last state " << last << ", seed " << seed);
                    s.reading = {mask, reverse};
                    mask_loss(s);
                    if (last)
                        s.d_h.fill(0);
                    else
                        s.d_last = by_hand::no_state(s.d_last);
                    f(s);
                }
    });
}

}  // namespace

TEST_CASE("masked sequences: central differences, for the loss of real steps and for that of the carried last state") {
    for_each_masked(300, [](auto& s) { check_claims(claims(s, bptt(s)), [&] { return loss(s); }); });
}

TEST_CASE("a masked batch gives what its rows give alone, without their padding") {
    for_each_masked(500, [](auto& s) {
        const auto d = bptt(s);
        auto sum = by_hand::no_gradients(s.cell);
        for (std::size_t i = 0; i < s.x.shape()[1]; ++i) check_row(s, d, i, sum);
        Claims whole, rows;
        claim(whole, "", s.cell, d.parameters);
        claim(rows, "", s.cell, sum);
        CHECK(worst_distance(whole, rows) <= 1e-12);
        CHECK(masked_x(d.x, *s.reading.mask) == 0);
    });
}

TEST_CASE("reading backwards is reading what is reversed within each length") {
    unsigned seed = 700;
    const Lengths lengths{5, 2, 0, 4};
    for_each_kind<double>([&](const auto& kind) {
        ++seed;
        INFO(kind.name << ", seed " << seed);
        auto s = random_sequence(kind, 5, 4, seed);
        s.reading = {by_hand::mask_of<double>(lengths, 5), true};
        mask_loss(s);
        auto turned = s;
        turned.x = by_hand::reversed(s.x, lengths);
        turned.d_h = by_hand::reversed(s.d_h, lengths);
        turned.reading.reverse = false;
        const auto d = bptt(s);
        auto d_turned = bptt(turned);
        d_turned.x = by_hand::reversed(d_turned.x, lengths);
        CHECK(worst_distance(claims(s, d), claims(s, d_turned)) <= 1e-12);
        CHECK(loss(s) == doctest::Approx(loss(turned)).epsilon(1e-13));
    });
}

TEST_CASE("through the generic driver the tanh RNN has the gradients of the network that was derived in one piece") {
    std::mt19937 random(800);
    const std::size_t T = 6, B = 3, K = 4;
    const by_hand::RnnCell<double> cell = random_rnn(features, random, by_hand::Activation::tanh);
    const by_hand::Rnn<double> rnn{cell.wx, cell.wh, cell.b, random_array(random, {hidden, K}),
                                   random_array(random, {K})};
    for (const bool every_step : {false, true}) {
        by_hand::Batch<double> batch{random_array(random, {T, B, features}), random_array(random, {B, hidden}), {}};
        batch.labels =
            every_step ? xt::xarray<int>(xt::zeros<int>({T, B}) + 1) : xt::xarray<int>(xt::zeros<int>({B}) + 2);
        const auto network = by_hand::forward(rnn, batch);
        const auto expected = by_hand::bptt(rnn, batch, network);
        const auto run = by_hand::unroll(cell, batch.x, {batch.h0});
        // dH_t = (w_t / B) (P_t - Y_t) V', element by element
        xt::xarray<double> d_h = xt::zeros<double>({T, B, hidden});
        for (std::size_t t = every_step ? 0 : T - 1; t < T; ++t)
            for (std::size_t i = 0; i < B; ++i)
                for (std::size_t k = 0; k < K; ++k)
                    for (std::size_t j = 0; j < hidden; ++j)
                        d_h(t, i, j) += (network.p(t, i, k) - (k == (every_step ? 1 : 2))) * rnn.v(j, k) /
                                        static_cast<double>(B * (every_step ? T : 1));
        const auto d = by_hand::bptt(cell, run, d_h, {xt::zeros<double>({B, hidden})});
        CHECK(distance(d.parameters.wx, expected.parameters.wx) <= 1e-14);
        CHECK(distance(d.parameters.wh, expected.parameters.wh) <= 1e-14);
        CHECK(distance(d.parameters.b, expected.parameters.b) <= 1e-14);
        CHECK(distance(d.x, expected.x) <= 1e-14);
        CHECK(distance(d.first[0], expected.h0) <= 1e-14);
    }
}

TEST_CASE("sequences that do not fit are refused and named") {
    std::mt19937 random(900);
    const by_hand::RnnCell<double> cell = random_rnn(features, random, by_hand::Activation::tanh);
    const auto x = random_array(random, {4, 3, features});
    const by_hand::State<double> first = random_state<double>(random, 3, {hidden});
    const auto run = by_hand::unroll(cell, x, first);
    const auto refused = [](const auto& f, const char* message) {
        CHECK_THROWS_WITH_AS(f(), message, std::invalid_argument);
    };
    refused(
        [&] {
            by_hand::unroll(cell, random_array(random, {4, 3}), first);
        },
        "[analytic] x must have shape (T, B, I), none of them 0; got (4, 3)");
    refused(
        [&] {
            by_hand::unroll(cell, random_array(random, {4, 3, 5}), first);
        },
        "[analytic] x must have shape (3, 2); got (3, 5)");
    refused([&] { by_hand::unroll(cell, x, {}); }, "[analytic] a state must have this many fields: 1; got 0");
    refused([&] { by_hand::unroll(cell, x, random_state<double>(random, 2, {hidden})); },
            "[analytic] h must have shape (3, 3); got (2, 3)");
    refused(
        [&] {
            by_hand::unroll(cell, x, first, {random_array(random, {3, 4}), false});
        },
        "[analytic] mask must have shape (4, 3); got (3, 4)");
    refused(
        [&] {
            by_hand::bptt(cell, run, random_array(random, {3, 3, hidden}), first);
        },
        "[analytic] d_h must have shape (4, 3, 3); got (3, 3, 3)");
    refused([&] { by_hand::bptt(cell, run, run.h, {}); },
            "[analytic] d_last must have as many fields as a state, 1; got 0");
    refused([&] { by_hand::truncated_bptt(cell, run, run.h, first, 0, 1); },
            "[analytic] blocks and depth must have steps; got every = 0, depth = 1");
    refused([&] { by_hand::mask_of<double>({5}, 4); }, "[analytic] lengths must be at most 4; got 5");
    refused([&] { by_hand::reversed(x, {1, 5, 2}); }, "[analytic] lengths must be at most 4; got 5");
}
