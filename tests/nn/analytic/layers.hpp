// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Random layers of any kind of cell, and what they read.

#include <xtape/nn/analytic/layers.hpp>

#include "cells.hpp"

// The gradient of the loss is d_y by what the last layer says, and d_last by the last state of each cell.
template <class Cell> struct Stack {
    by_hand::Layers<Cell> layers;
    xt::xarray<double> x;
    std::vector<by_hand::State<double>> first;
    std::optional<xt::xarray<double>> mask;
    xt::xarray<double> d_y;
    std::vector<by_hand::State<double>> d_last;
};

struct StackSizes {
    std::size_t layers, directions, T, B;
};

template <class Cell> Stack<Cell> random_stack(const Kind<Cell>& kind, const StackSizes& n, unsigned seed) {
    std::mt19937 random(seed);
    Stack<Cell> s{{{}, n.directions}, random_array(random, {n.T, n.B, features}), {}, {}, {}, {}};
    const std::size_t said = n.directions * kind.widths[0];
    for (std::size_t i = 0; i < n.layers * n.directions; ++i) {
        s.layers.cells.push_back(kind.make(i < n.directions ? features : said, random));
        s.first.push_back(random_state<double>(random, n.B, kind.widths));
        s.d_last.push_back(random_state<double>(random, n.B, kind.widths));
    }
    s.d_y = random_array(random, {n.T, n.B, said});
    return s;
}

template <class Cell> by_hand::UnrolledLayers<Cell> run(const Stack<Cell>& s) {
    return by_hand::unroll(s.layers, s.x, s.first, s.mask);
}
template <class Cell> by_hand::LayersGradients<Cell> bptt(const Stack<Cell>& s) {
    return by_hand::bptt(s.layers, run(s), s.d_y, s.d_last);
}

template <class Cell> double loss(const Stack<Cell>& s) {
    const auto r = run(s);
    double sum = inner(s.d_y, r.y);
    for (std::size_t i = 0; i < s.d_last.size(); ++i)
        for (std::size_t k = 0; k < s.d_last[i].size(); ++k) sum += inner(s.d_last[i][k], r.runs[i].states.back()[k]);
    return sum;
}

template <class Cell> Claims claims(Stack<Cell>& s, const by_hand::LayersGradients<Cell>& d) {
    Claims all{{"x", &s.x, d.x}};
    for (std::size_t i = 0; i < s.first.size(); ++i) {
        const std::string cell = "cell " + std::to_string(i) + ", ";
        for (std::size_t k = 0; k < s.first[i].size(); ++k)
            all.push_back({cell + "first state " + std::to_string(k), &s.first[i][k], d.first[i][k]});
        claim(all, cell, s.layers.cells[i], d.cells[i]);
    }
    return all;
}
