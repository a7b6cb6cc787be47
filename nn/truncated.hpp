// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mode.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

struct Truncation {
    std::size_t every = 0;  // k1: steps to a block
    std::size_t depth = 0;  // k2: steps that a block's losses are propagated back through, counted from its end
};

namespace detail {

// What was computed before: statistics of the batch do not count it again.
template <class F> auto again(const F& f) {
    Mode mode = mode_state;
    mode.again = true;
    const Within within(mode);
    return f();
}

// Of each row the state after its own last step; the first one if it has none.
template <State S> S last_of(const std::vector<S>& states, const S& first, const Padding& padding) {
    S last = first;
    for (std::size_t t = 0; t < states.size(); ++t)
        if (padding.any(t)) last = padding.all(t) ? states[t] : padding.keep(t, states[t], last);
    return last;
}

// The states of all steps, block by block: run(state, begin, end) gives those of steps begin ... end - 1.
template <State S, class Run>
std::vector<S> in_blocks(const Run& run, const S& first, const Truncation& k, std::size_t steps) {
    std::vector<S> states;
    const auto add = [&](const Unrolled<S>& part) {
        states.insert(states.end(), part.states.begin(), part.states.end());
    };
    for (std::size_t begin = 0, end; begin < steps; begin = end) {
        end = std::min(begin + k.every, steps);
        // The first step that counts for this block
        const std::size_t from = end - std::min(k.depth, end);
        if (begin < from) {  // the losses of these steps reach no weights of the cell
            const NoGrad no_grad;
            add(run(begin == 0 ? first : states[begin - 1], begin, from));
        }
        S start = from == 0 ? first : detached(states[from - 1]);
        if (from < begin) start = again([&] { return run(start, from, begin).last; });
        add(run(start, std::max(begin, from), end));
    }
    return states;
}

}  // namespace detail

// Truncated backpropagation through time, BPTT(k1, k2) of Williams and Peng 1990: the values of `unroll`, with less
// gradient. After each block of k1 steps, ending with step e, the states of its steps depend on the weights and inputs
// of steps t > e - k2 only. So any loss of them, sum_s L_s(h_s), is differentiated exactly as
//     sum over blocks, over s in the block: L_s(h_s), h_s started from h_{e-k2}, which is frozen at its value.
// depth >= T: all of it. every = depth: blocks that carry their state and cut it, as stateful training does from call
// to call (unroll); but a last block that is shorter still sees depth steps. every = 1: each loss sees depth steps.
// Costs depth / every times the steps where depth > every: what a block shares with the one before is run again.
// `last` is of each row the state of its own last step, with the gradient of that step. Blocks are those of the batch:
// a row of 13 steps, beside longer ones, ends 3 steps into a block of 10, and with depth = 10 sees no more than
// these 3.
template <class Cell, detail::Sequence X, class S>
Unrolled<detail::Start<S, X>> truncated(const Cell& cell, const X& xs, const S& first, const Truncation& k,
                                        const Padding& padding = {}, Where where = Where::here()) {
    using From = detail::Start<S, X>;
    const Frame frame("truncated");
    const From start = first;
    check(k.every > 0 && k.depth > 0, where, "truncated", "blocks and depth must have steps; got every = ", k.every,
          ", depth = ", k.depth);
    const auto all = detail::checked(operand<scalar_of<From>>(xs), start, padding, where);
    const auto run = [&](const From& from, std::size_t begin, std::size_t end) {
        return detail::unroll(cell, all, from, padding, {begin, end}, where);
    };
    std::vector<From> states = detail::in_blocks(run, start, k, all.value().shape()[0]);
    From last = detail::last_of(states, start, padding);
    return {std::move(states), std::move(last)};
}

}  // namespace xtape::nn
