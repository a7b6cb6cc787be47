// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

struct Truncation {
    std::size_t every;  // k1: steps to a block
    std::size_t depth;  // k2: steps that a block's losses are propagated back through, counted from its end
};

namespace detail {

// Of each row the state after its own last step; the first one if it has none.
template <State S> S last_of(const std::vector<S>& states, const S& first, const Padding& padding) {
    S last = first;
    for (std::size_t t = 0; t < states.size(); ++t)
        if (padding.any(t)) last = padding.all(t) ? states[t] : padding.keep(t, states[t], last);
    return last;
}

}  // namespace detail

// Truncated backpropagation through time, BPTT(k1, k2) of Williams and Peng 1990: the values of `unroll`, with less
// gradient. After each block of k1 steps, ending with step e, the states of its steps depend on the weights and inputs
// of steps t > e - k2 only. So any loss of them, sum_s L_s(h_s), is differentiated exactly as
//     sum over blocks, over s in the block: L_s(h_s), h_s started from h_{e-k2}, which is frozen at its value.
// depth >= T: all of it. every = depth: blocks that carry their state and cut it. every = 1: each loss sees depth
// steps. Costs depth / every times the steps where depth > every: what a block shares with the one before is run again.
// `last` is of each row the state of its own last step, with the gradient of that step. Blocks are those of the batch:
// a row of 13 steps, beside longer ones, ends 3 steps into a block of 10, and with depth = 10 sees no more than
// these 3.
template <class Cell, class T, State S> Unrolled<S> truncated(const Cell& cell, const Variable<T>& xs, const S& first,
                                                              const Truncation& k, const Padding& padding = {},
                                                              Where where = Where::here()) {
    const std::size_t steps = detail::checked_steps(xs.value().shape(), padding, where);
    check(k.every > 0 && k.depth > 0, where, "truncated", "blocks and depth must have steps; got every = ", k.every,
          ", depth = ", k.depth);
    std::vector<S> states;
    for (std::size_t begin = 0, end; begin < steps; begin = end) {
        end = std::min(begin + k.every, steps);
        const std::size_t from = end - std::min(k.depth, end);  // the first step that counts for this block
        const auto add = [&](const Unrolled<S>& run, std::size_t first_of_run) {
            for (std::size_t t = std::max(begin, first_of_run); t < first_of_run + run.states.size(); ++t)
                states.push_back(run.states[t - first_of_run]);
        };
        if (begin < from) {  // these steps' losses reach no weights of the cell
            const NoGrad no_grad;
            add(detail::unroll(cell, xs, begin == 0 ? first : states[begin - 1], padding, {begin, from}, where), begin);
        }
        const S start = from == 0 ? first : detached(states[from - 1]);
        add(detail::unroll(cell, xs, start, padding, {from, end}, where), from);
    }
    S last = detail::last_of(states, first, padding);
    return {std::move(states), std::move(last)};
}

}  // namespace xtape::nn
