// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to sequence.hpp: one sweep over the steps of a sequence, from the last to the first.

#include <xtape/nn/analytic/arrays.hpp>
#include <xtape/nn/analytic/unrolled.hpp>

namespace xtape::nn::analytic {

// The n-th step that is read, as t = 0..T-1.
template <class Cell> std::size_t time_of(const Unrolled<Cell>& run, std::size_t n) {
    return run.reverse ? run.mask.shape()[0] - 1 - n : n;
}

// Row t of the mask, a factor for each row of a batch: (B, 1)
template <class Cell> Array<typename Cell::value_type> mask_at(const Unrolled<Cell>& run, std::size_t t) {
    Array<typename Cell::value_type> m = zeros<typename Cell::value_type>({run.mask.shape()[1], 1});
    for (std::size_t i = 0; i < m.size(); ++i) m(i, 0) = run.mask(t, i);
    return m;
}

template <class Real> State<Real> no_state(State<Real> like) {
    for (Array<Real>& field : like) field.fill(0);
    return like;
}

template <class Cell> SequenceGradients<Cell> no_gradients(const Cell& cell, const Unrolled<Cell>& run) {
    return {no_gradients(cell), zeros_like(run.x), no_state(run.states[0])};
}

// For each row how many steps of the reading there are up to its own last one: 0 where it has none.
template <class Cell> std::vector<std::size_t> steps_read(const Unrolled<Cell>& run) {
    std::vector<std::size_t> ends(run.mask.shape()[1], 0);
    for (std::size_t n = 0; n < run.saved.size(); ++n)
        for (std::size_t i = 0; i < ends.size(); ++i)
            if (run.mask(time_of(run, n), i) != 0) ends[i] = n + 1;
    return ends;
}

// The rows of a state whose end is in first..last, and 0 for the others.
template <class Real>
State<Real> rows_ending(State<Real> state, const std::vector<std::size_t>& ends, std::size_t first, std::size_t last) {
    for (Array<Real>& field : state)
        for (std::size_t i = 0; i < ends.size(); ++i)
            for (std::size_t j = 0; j < field.shape()[1] && (ends[i] < first || ends[i] > last); ++j) field(i, j) = 0;
    return state;
}

// Steps first..end-1 of the reading are swept; losses count from step losses on.
struct Range {
    std::size_t first, losses, end;
};

// Blocks of `every` steps with the `depth` steps before their ends, of T steps.
inline std::vector<Range> blocks(std::size_t T, std::size_t every, std::size_t depth) {
    if (every == 0 || depth == 0)
        refuse("blocks and depth must have steps; got every = " + std::to_string(every) +
               ", depth = " + std::to_string(depth));
    std::vector<Range> all;
    for (std::size_t begin = 0; begin < T; begin += std::min(every, T - begin)) {
        const std::size_t end = begin + std::min(every, T - begin);
        all.push_back({end - std::min(depth, end), begin, end});
    }
    return all;
}

// d_state is what comes to the state after the range from what follows it; returns what goes to the state before it.
template <class Cell, class Real> State<Real> sweep(const Cell& cell, const Unrolled<Cell>& run, const Array<Real>& d_h,
                                                    State<Real> d_state, const Range& range,
                                                    SequenceGradients<Cell>& d) {
    for (std::size_t n = range.end; n-- > range.first;) {
        const std::size_t t = time_of(run, n);
        // dS_t = what S_{t+1} passes on, + in its first field dL/dH_t of the loss at t
        if (n >= range.losses) d_state[0] += step(d_h, t);
        // of S_t = m * N + (1 - m) * S_{t-1}, N = cell(X_t, S_{t-1}):  dN = m * dS_t     dS_{t-1} = (1 - m) * dS_t
        const Array<Real> m = mask_at(run, t);  // (B, 1)
        State<Real> d_next = d_state;
        for (std::size_t k = 0; k < d_state.size(); ++k) d_next[k] *= m, d_state[k] *= 1 - m;
        // dX_t += and dS_{t-1} += what the cell passes on; it adds to the gradients of the parameters itself
        const auto [d_x, d_before] = cell.backward(d_next, run.saved[n], d.parameters);
        set_step<Real>(d.x, t, step(d.x, t) + d_x);
        for (std::size_t k = 0; k < d_state.size(); ++k) d_state[k] += d_before[k];
    }
    return d_state;
}

template <class Real> std::size_t checked_steps(const Array<Real>& x, const std::optional<Array<Real>>& mask) {
    if (x.dimension() != 3 || x.size() == 0)
        refuse("x must have shape (T, B, I), none of them 0; got " + text(x.shape()));
    if (mask) check("mask", *mask, {x.shape()[0], x.shape()[1]});
    return x.shape()[0];
}

inline void check_lengths(const std::vector<std::size_t>& lengths, std::size_t T) {
    for (const std::size_t length : lengths)
        if (length > T) refuse("lengths must be at most " + std::to_string(T) + "; got " + std::to_string(length));
}

inline void check_layers(std::size_t cells, std::size_t directions, std::size_t states) {
    if (directions != 1 && directions != 2) refuse("directions must be 1 or 2; got " + std::to_string(directions));
    if (cells == 0 || cells % directions != 0)
        refuse("each layer must have a cell for each direction; got " + std::to_string(cells) + " cells");
    if (states != cells)
        refuse("there must be a state for each of " + std::to_string(cells) + " cells; got " + std::to_string(states));
}

template <class Cell, class Real>
void check_gradients(const Unrolled<Cell>& run, const Array<Real>& d_h, const State<Real>& d_last) {
    const State<Real>& last = run.states.back();
    check("d_h", d_h, shape_of(run.h));
    if (d_last.size() != last.size())
        refuse("d_last must have as many fields as a state, " + std::to_string(last.size()) + "; got " +
               std::to_string(d_last.size()));
    for (std::size_t k = 0; k < last.size(); ++k) check("d_last", d_last[k], shape_of(last[k]));
}

template <class Cell> void check_plain(const Unrolled<Cell>& run) {
    if (run.reverse || std::any_of(run.mask.begin(), run.mask.end(), [](auto m) { return m != 1; }))
        refuse("a sequence that is taken apart must have all steps, in order; got a mask or reverse");
}

}  // namespace xtape::nn::analytic
