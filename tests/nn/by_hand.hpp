// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Cells of the engine beside the same cells on plain arrays, whose gradients were derived by hand.

#include <xtape/nn/analytic/gru.hpp>
#include <xtape/nn/analytic/layer_norm.hpp>
#include <xtape/nn/analytic/lstm.hpp>
#include <xtape/nn/analytic/rnn_cells.hpp>

#include "cells.hpp"

namespace xtape::test {

namespace hand = nn::analytic;
using Plain = xt::xarray<double>;

inline hand::Activation plain(nn::Activation a) {
    return a == nn::Activation::relu ? hand::Activation::relu : hand::Activation::tanh;
}
inline hand::RnnCell<double> empty_like(const nn::RNNCell<double>& c) { return {{}, {}, {}, plain(c.activation)}; }
inline hand::IndRnnCell<double> empty_like(const nn::IndRNNCell<double>& c) {
    return {{}, {}, {}, plain(c.activation)};
}
inline hand::GruCell<double> empty_like(const nn::GRUCell<double>& c) { return {{}, {}, {}, {}, c.reset_after}; }
inline hand::LayerNormLstmCell<double> empty_like(const nn::LayerNormLSTMCell<double>&) { return {}; }
inline hand::LstmCell<double> empty_like(const nn::LSTMCell<double>& c) {
    hand::LstmCell<double> cell;
    cell.coupled = c.coupled;
    if (c.pi) cell.pi.emplace();
    if (c.pf) cell.pf.emplace(), cell.po.emplace();
    if (c.wp) cell.wp.emplace();
    return cell;
}

// The same cell on plain arrays: its parameters have the same names.
template <class Cell> auto by_hand(Cell& cell) {
    auto other = empty_like(cell);
    const auto from = nn::parameters(cell);
    other.visit([&](const std::string& name, Plain& to) {
        for (const auto& [path, parameter] : from)
            if (path == name) to = parameter->value();
    });
    return other;
}

template <class S> hand::State<double> plain_state(const S& state) {
    hand::State<double> all;
    (void)nn::map_state([&](const auto& v) { return all.emplace_back(v.value()), v; }, state);
    return all;
}
template <class S> S leaves(const S& state) {
    return nn::map_state([](const auto& v) { return variable(v.value()); }, state);
}
template <class S> Variable<double> weighed(const S& state, const hand::State<double>& weights) {
    Variable<double> total = 0.0;
    std::size_t i = 0;
    (void)nn::map_state([&](const auto& v) { return total = total + sum(v * weights[i++]), v; }, state);
    return total;
}

// The largest difference, relative to the largest number of b. Infinite for NaN, which no maximum would notice.
inline double off(const Plain& a, const Plain& b) {
    REQUIRE(a.size() == b.size());
    double most = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(a.data()[i] - b.data()[i]);
        if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
        most = std::max(most, difference);
        size = std::max(size, std::abs(b.data()[i]));
    }
    return most <= 1e-300 ? 0 : most / std::max(size, 1e-3);
}
template <class Cell, class Hand> double off(const Gradients<double>& g, Cell& cell, Hand& d) {
    double most = 0;
    const auto mine = nn::parameters(cell);
    d.visit([&](const std::string& name, Plain& derived) {
        for (const auto& [path, parameter] : mine)
            if (path == name) most = std::max(most, off(Plain(g[*parameter]), derived));
    });
    return most;
}
template <class S> double off_state(const Gradients<double>& g, const S& first, const hand::State<double>& derived) {
    double most = 0;
    std::size_t i = 0;
    (void)nn::map_state([&](const auto& v) { return most = std::max(most, off(Plain(g[v]), derived[i++])), v; }, first);
    return most;
}

}  // namespace xtape::test
