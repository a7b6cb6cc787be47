// SPDX-License-Identifier: BSD-3-Clause
#include "cells.hpp"

// Cells that are special cases of each other, and what can be said without a computer.

namespace {

// The same sequence, read by another cell.
template <class Cell, class Other> Sequence<Other> read_by(const Sequence<Cell>& s, Other cell) {
    return {cell, s.x, s.first, s.reading, s.d_h, s.d_last};
}

template <class Cell> Sequence<Cell> sequence_of(const Cell& cell, const std::vector<std::size_t>& widths) {
    return random_sequence(Kind<Cell>{"", [&](std::size_t, auto&) { return cell; }, widths}, 5, 3, 2100);
}

// The gradients of x and the first state are the same for both.
template <class A, class B> void check_same_outside(const Sequence<A>& a, const Sequence<B>& b) {
    const auto d_a = bptt(a);
    const auto d_b = bptt(b);
    CHECK(distance(run(a).h, run(b).h) <= 1e-13);
    CHECK(distance(d_a.x, d_b.x) <= 1e-13);
    for (std::size_t k = 0; k < d_a.first.size(); ++k) CHECK(distance(d_a.first[k], d_b.first[k]) <= 1e-13);
}

}  // namespace

TEST_CASE("an LSTM with open gates adds up what it reads, and passes its memory's gradient back unchanged") {
    std::mt19937 random(2000);
    by_hand::LstmCell<double> cell = random_lstm(features, random, {});
    cell.wh.fill(0);
    for (std::size_t gate : Counts{0, 1, 3})  // i, f and o: sigma(50) is 1 in double
        for (std::size_t j = 0; j < hidden; ++j) {
            for (std::size_t k = 0; k < features; ++k) cell.wx(k, gate * hidden + j) = 0;
            cell.b(gate * hidden + j) = 50;
        }
    auto s = sequence_of(cell, {hidden, hidden});
    s.d_h.fill(0);
    s.d_last[0].fill(0);
    const auto r = run(s);
    const auto d = bptt(s);
    xt::xarray<double> sum = s.first[1];
    for (std::size_t t = 0; t < 5; ++t) sum += r.saved[t].g;
    CHECK(distance(r.states.back()[1], sum) <= 1e-15);
    CHECK(d.first[1] == s.d_last[1]);
    // dW_g is the double sum's term of each step, and nothing goes through W_h: d(sum_t tanh a_t)/dW_g
    xt::xarray<double> d_b = xt::zeros<double>({hidden});
    for (std::size_t t = 0; t < 5; ++t)
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < hidden; ++j)
                d_b(j) += s.d_last[1](i, j) * (1 - r.saved[t].g(i, j) * r.saved[t].g(i, j));
    CHECK(distance(by_hand::part(d.parameters.b, 2, hidden), d_b) <= 1e-15);
}

TEST_CASE("peepholes of 0 and the identity as projection are the LSTM itself") {
    std::mt19937 random(2200);
    const by_hand::LstmCell<double> plain = random_lstm(features, random, {});
    by_hand::LstmCell<double> more = plain;
    more.pi = more.pf = more.po = xt::zeros<double>({hidden});
    more.wp = xt::eye<double>(hidden);
    const auto s = sequence_of(plain, {hidden, hidden});
    check_same_outside(s, read_by(s, more));
}

TEST_CASE("coupled gates are an LSTM whose input gate has the forget gate's weights with the other sign") {
    std::mt19937 random(2300);
    const by_hand::LstmCell<double> coupled = random_lstm(features, random, {.peepholes = true, .coupled = true});
    by_hand::LstmCell<double> plain = coupled;
    plain.coupled = false;
    const auto four = [](const xt::xarray<double>& w) {
        const auto f = by_hand::part(w, 0, hidden);
        return by_hand::side_by_side<double>({-f, f, by_hand::part(w, 1, hidden), by_hand::part(w, 2, hidden)});
    };
    plain.wx = four(coupled.wx), plain.wh = four(coupled.wh), plain.b = four(coupled.b), plain.pi = -*coupled.pf;
    const auto s = sequence_of(coupled, {hidden, hidden});
    const auto t = read_by(s, plain);
    check_same_outside(s, t);
    const auto d = bptt(s).parameters, d_plain = bptt(t).parameters;
    const xt::xarray<double> d_f = by_hand::part(d_plain.wh, 1, hidden) - by_hand::part(d_plain.wh, 0, hidden);
    CHECK(distance(by_hand::part(d.wh, 0, hidden), d_f) <= 1e-13);
}

TEST_CASE("a GRU that resets nothing does not care where the reset is") {
    std::mt19937 random(2400);
    by_hand::GruCell<double> after = random_gru(features, random, true);
    after.bn.fill(0);
    for (std::size_t j = 0; j < hidden; ++j) after.b(j) = 100;  // r = 1
    by_hand::GruCell<double> before = after;
    before.reset_after = false;
    const auto s = sequence_of(after, {hidden});
    check_same_outside(s, read_by(s, before));
}

TEST_CASE("an IndRNN is an RNN whose recurrent weights are a diagonal") {
    std::mt19937 random(2500);
    const auto ind = random_indrnn(features, random, by_hand::Activation::tanh);
    by_hand::RnnCell<double> full{ind.wx, xt::diag(ind.u), ind.b, by_hand::Activation::tanh};
    const auto s = sequence_of(ind, {hidden});
    const auto t = read_by(s, full);
    check_same_outside(s, t);
    CHECK(distance(bptt(s).parameters.u, xt::xarray<double>(xt::diagonal(bptt(t).parameters.wh))) <= 1e-13);
}
