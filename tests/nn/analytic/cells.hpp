// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every kind of cell with random parameters, and a random sequence for it.

#include <functional>
#include <xtape/nn/analytic/gru.hpp>
#include <xtape/nn/analytic/layer_norm.hpp>
#include <xtape/nn/analytic/lstm.hpp>
#include <xtape/nn/analytic/rnn_cells.hpp>
#include <xtape/nn/analytic/sequence.hpp>
#include "plain.hpp"

namespace by_hand = xtape::nn::analytic;

inline constexpr std::size_t features = 2, hidden = 3, projected = 2;

template <class Cell> struct Kind {
    std::string name;
    std::function<Cell(std::size_t inputs, std::mt19937&)> make;
    std::vector<std::size_t> widths = {hidden};  // of the fields of the state
};

template <class Real = double>
by_hand::RnnCell<Real> random_rnn(std::size_t inputs, std::mt19937& random, by_hand::Activation activation) {
    return {random_array<Real>(random, {inputs, hidden}), random_array<Real>(random, {hidden, hidden}),
            random_array<Real>(random, {hidden}), activation};
}

template <class Real = double>
by_hand::IndRnnCell<Real> random_indrnn(std::size_t inputs, std::mt19937& random, by_hand::Activation activation) {
    return {random_array<Real>(random, {inputs, hidden}), random_array<Real>(random, {hidden}),
            random_array<Real>(random, {hidden}), activation};
}

struct Parts {
    bool peepholes = false, coupled = false, projection = false;
};

template <class Real = double>
by_hand::LstmCell<Real> random_lstm(std::size_t inputs, std::mt19937& random, const Parts& parts) {
    const std::size_t width = (parts.coupled ? 3 : 4) * hidden, said = parts.projection ? projected : hidden;
    by_hand::LstmCell<Real> cell{random_array<Real>(random, {inputs, width}), random_array<Real>(random, {said, width}),
                                 random_array<Real>(random, {width})};
    cell.coupled = parts.coupled;
    if (parts.peepholes && !parts.coupled) cell.pi = random_array<Real>(random, {hidden});
    if (parts.peepholes) cell.pf = random_array<Real>(random, {hidden}), cell.po = random_array<Real>(random, {hidden});
    if (parts.projection) cell.wp = random_array<Real>(random, {hidden, projected});
    return cell;
}

template <class Real = double>
by_hand::LayerNormLstmCell<Real> random_layer_norm_lstm(std::size_t inputs, std::mt19937& random) {
    const auto array = [&](const std::vector<std::size_t>& shape) { return random_array<Real>(random, shape); };
    return {array({inputs, 4 * hidden}),
            array({hidden, 4 * hidden}),
            array({4 * hidden}),
            array({4 * hidden}),
            array({4 * hidden}),
            array({hidden}),
            array({hidden}),
            Real(1e-2)};
}

template <class Real = double>
by_hand::GruCell<Real> random_gru(std::size_t inputs, std::mt19937& random, bool reset_after) {
    return {random_array<Real>(random, {inputs, 3 * hidden}), random_array<Real>(random, {hidden, 3 * hidden}),
            random_array<Real>(random, {3 * hidden}), random_array<Real>(random, {hidden}), reset_after};
}

// f(kind) for each kind of cell
template <class Real, class F> void for_each_kind(const F& f) {
    using namespace by_hand;
    for (const auto activation : {Activation::tanh, Activation::relu}) {
        const std::string name = activation == Activation::tanh ? " with tanh" : " with relu";
        f(Kind<RnnCell<Real>>{"RNN" + name, [=](std::size_t inputs, std::mt19937& random) {
                                  return random_rnn<Real>(inputs, random, activation);
                              }});
        f(Kind<IndRnnCell<Real>>{"IndRNN" + name, [=](std::size_t inputs, std::mt19937& random) {
                                     return random_indrnn<Real>(inputs, random, activation);
                                 }});
    }
    for (int bits = 0; bits < 8; ++bits) {
        const Parts parts{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
        const std::string name = std::string("LSTM") + (parts.peepholes ? ", peepholes" : "") +
                                 (parts.coupled ? ", coupled" : "") + (parts.projection ? ", projection" : "");
        const auto make = [=](std::size_t inputs, std::mt19937& random) {
            return random_lstm<Real>(inputs, random, parts);
        };
        f(Kind<LstmCell<Real>>{name, make, {parts.projection ? projected : hidden, hidden}});
    }
    f(Kind<LayerNormLstmCell<Real>>{"LSTM with layer norm", random_layer_norm_lstm<Real>, {hidden, hidden}});
    for (const bool after : {true, false})
        f(Kind<GruCell<Real>>{
            after ? "GRU, reset after" : "GRU, reset before",
            [=](std::size_t inputs, std::mt19937& random) { return random_gru<Real>(inputs, random, after); }});
}

// f(kind) for one cell with the state {h} and one with {h, c} of two widths: drivers see no more of a cell.
template <class F> void for_each_state(const F& f) {
    const Parts parts{.peepholes = true, .coupled = false, .projection = true};
    f(Kind<by_hand::GruCell<double>>{"GRU", [](std::size_t n, auto& random) { return random_gru(n, random, true); }});
    f(Kind<by_hand::LstmCell<double>>{
        "LSTM", [=](std::size_t n, auto& random) { return random_lstm(n, random, parts); }, {projected, hidden}});
}

template <class Real>
by_hand::State<Real> random_state(std::mt19937& random, std::size_t B, const std::vector<std::size_t>& widths) {
    by_hand::State<Real> state;
    for (const std::size_t width : widths) state.push_back(random_array<Real>(random, {B, width}));
    return state;
}

// A cell, what it reads, and the gradient of the loss L = sum(d_h * h) + sum(d_last * last state).
template <class Cell> struct Sequence {
    using Real = typename Cell::value_type;
    Cell cell;
    xt::xarray<Real> x;
    by_hand::State<Real> first;
    by_hand::Reading<Real> reading;
    xt::xarray<Real> d_h;
    by_hand::State<Real> d_last;
};

template <class Cell>
Sequence<Cell> random_sequence(const Kind<Cell>& kind, std::size_t T, std::size_t B, unsigned seed) {
    using Real = typename Cell::value_type;
    std::mt19937 random(seed);
    Cell cell = kind.make(features, random);
    return {cell, random_array<Real>(random, {T, B, features}),       random_state<Real>(random, B, kind.widths),
            {},   random_array<Real>(random, {T, B, kind.widths[0]}), random_state<Real>(random, B, kind.widths)};
}

template <class Cell> by_hand::Unrolled<Cell> run(const Sequence<Cell>& s) {
    return by_hand::unroll(s.cell, s.x, s.first, s.reading);
}
template <class Cell> by_hand::SequenceGradients<Cell> bptt(const Sequence<Cell>& s) {
    return by_hand::bptt(s.cell, run(s), s.d_h, s.d_last);
}

template <class Cell> double loss(const Sequence<Cell>& s) {
    const auto r = run(s);
    double sum = inner(s.d_h, r.h);
    for (std::size_t k = 0; k < s.d_last.size(); ++k) sum += inner(s.d_last[k], r.states.back()[k]);
    return sum;
}

template <class Cell> Claims claims(Sequence<Cell>& s, const by_hand::SequenceGradients<Cell>& d) {
    Claims all{{"x", &s.x, d.x}};
    for (std::size_t k = 0; k < s.first.size(); ++k)
        all.push_back({"first state " + std::to_string(k), &s.first[k], d.first[k]});
    claim(all, "", s.cell, d.parameters);
    return all;
}
