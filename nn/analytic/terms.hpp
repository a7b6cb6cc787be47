// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Backpropagation through time with all that it has in between, for any cell of cell.hpp: what each step adds to the
// gradients of the weights, and what the weights at step t did to the loss at step s.

#include <xtape/nn/analytic/sequence.hpp>

namespace xtape::nn::analytic {

template <class Cell> struct Traced {
    using Real = typename Cell::value_type;
    std::vector<State<Real>> state;  // [t]: dL/dS_t, by L_t and by all that follows
    std::vector<Cell> terms;         // [t]: what step t adds to the gradients of the weights
    SequenceGradients<Cell> gradients;
};

template <class Cell> void add_to(Cell& sum, Cell term) {
    std::vector<Array<typename Cell::value_type>> all;
    term.visit([&](const char*, auto& gradient) { all.push_back(gradient); });
    std::size_t i = 0;
    sum.visit([&](const char*, auto& gradient) { gradient += all[i++]; });
}

// As bptt, step by step, each with gradients that begin with 0. Without mask, and not reversed: else throws.
template <class Cell, class Real = typename Cell::value_type>
Traced<Cell> traced_bptt(const Cell& cell, const Unrolled<Cell>& run, const xt::xarray<Real>& d_h,
                         const State<Real>& d_last) {
    check_gradients(run, d_h, d_last);
    check_plain(run);
    const std::size_t T = run.saved.size();
    Traced<Cell> d{std::vector<State<Real>>(T), std::vector<Cell>(T, no_gradients(cell)), no_gradients(cell, run)};
    State<Real> d_state = d_last;
    for (std::size_t t = T; t-- > 0;) {
        d_state[0] += step(d_h, t);
        d.state[t] = d_state;
        auto [d_x, d_before] = cell.backward(d_state, run.saved[t], d.terms[t]);
        add_to(d.gradients.parameters, d.terms[t]);
        set_step(d.gradients.x, t, d_x);
        d_state = std::move(d_before);
    }
    d.gradients.first = d_state;
    return d;
}

// G[s][t], t = 0..s: what the weights at step t did to the loss at step s, whose dL_s/dH_s is d_h's step s. O(T^2)
// steps.
template <class Cell, class Real = typename Cell::value_type>
std::vector<std::vector<Cell>> bptt_terms(const Cell& cell, const Unrolled<Cell>& run, const xt::xarray<Real>& d_h) {
    check_gradients(run, d_h, no_state(run.states.back()));
    check_plain(run);
    std::vector<std::vector<Cell>> terms;
    for (std::size_t s = 0; s < run.saved.size(); ++s) {
        terms.emplace_back(s + 1, no_gradients(cell));
        State<Real> d_state = no_state(run.states.back());
        d_state[0] = step(d_h, s);
        for (std::size_t t = s + 1; t-- > 0;) d_state = cell.backward(d_state, run.saved[t], terms[s][t]).second;
    }
    return terms;
}

}  // namespace xtape::nn::analytic
