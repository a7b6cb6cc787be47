// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

struct Truncation {
    std::size_t every = 0;  // k1: steps to a block
    std::size_t depth = 0;  // k2: steps that a block's losses are propagated back through, counted from its end
};

// Truncated backpropagation through time, BPTT(k1, k2) of Williams and Peng 1990: the values of `unroll`, with less
// gradient. After each block of k1 steps, ending with step e, the states of its steps depend on the weights and inputs
// of steps t > e - k2 only. So any loss of them, sum_s L_s(h_s), is differentiated exactly as
//     sum over blocks, over s in the block: L_s(h_s), h_s started from h_{e-k2}, which is frozen at its value.
// depth >= T: all of it. every = depth: blocks that carry their state and cut it. every = 1: each loss sees depth
// steps. Costs depth / every times the steps where depth > every: what a block shares with the one before is run again.
template <class Cell, class T, State S> Unrolled<S> truncated(const Cell& cell, const Variable<T>& xs, const S& first,
                                                              const Truncation& k, const Padding& padding = {},
                                                              Where where = Where::here()) {
    const std::size_t steps = detail::checked_steps(xs.value().shape(), padding, where);
    check(k.every > 0 && k.depth > 0, where, "truncated", "blocks and depth must have steps; got every = ", k.every,
          ", depth = ", k.depth);
    Unrolled<S> result;
    result.last = first;
    for (std::size_t begin = 0, end; begin < steps; begin = end) {
        end = std::min(begin + k.every, steps);
        const std::size_t from = end - std::min(k.depth, end);  // the first step that counts for this block
        const auto add = [&](Unrolled<S> run, std::size_t first_of_run) {
            for (std::size_t t = begin; t < first_of_run + run.states.size(); ++t)
                if (t >= first_of_run) result.states.push_back(run.states[t - first_of_run]);
            result.last = std::move(run.last);
        };
        if (begin < from) {  // these steps' losses reach no weights of the cell
            const NoGrad no_grad;
            add(detail::unroll(cell, xs, result.last, padding, {begin, from}, where), begin);
        }
        const S start = from == 0 ? first : detached(result.states[from - 1]);
        add(detail::unroll(cell, xs, start, padding, {from, end}, where), from);
    }
    return result;
}

}  // namespace xtape::nn
