// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Forward and backpropagation through time for any cell of cell.hpp, on plain arrays:
//   S_t = cell(X_t, S_{t-1})     t = 1..T     H_t is the first field of S_t
// The loss may be any function of all H_t and of S_T: what is given is dL/dH_t of each, and dL/dS_T.

#include <xtape/nn/analytic/sequence_parts.hpp>

namespace xtape::nn::analytic {

// x (T, B, I), first (B, H) in each field
template <class Cell, class Real = typename Cell::value_type>
Unrolled<Cell> unroll(const Cell& cell, const xt::xarray<Real>& x, const State<Real>& first,
                      const Reading<Real>& reading = {}) {
    const std::size_t T = checked_steps(x, reading.mask), B = x.shape()[1];
    Unrolled<Cell> run{x, reading.mask.value_or(zeros<Real>({T, B}) + 1), reading.reverse, {}, {first}, {}};
    for (std::size_t n = 0; n < T; ++n) {
        const std::size_t t = time_of(run, n);
        const Array<Real> m = mask_at(run, t);  // (B, 1)
        auto [next, saved] = cell.forward(step(x, t), run.states[n]);
        // S_t = m * cell(X_t, S_{t-1}) + (1 - m) * S_{t-1}
        for (std::size_t k = 0; k < next.size(); ++k) next[k] = m * next[k] + (1 - m) * run.states[n][k];
        if (n == 0) run.h = zeros<Real>({T, B, next[0].shape()[1]});
        set_step(run.h, t, next[0]);
        run.states.push_back(std::move(next));
        run.saved.push_back(std::move(saved));
    }
    return run;
}

// d_h (T, B, H) is dL/dH_t for the loss at step t, and d_last that for the loss of the last state that was read.
template <class Cell, class Real = typename Cell::value_type>
SequenceGradients<Cell> bptt(const Cell& cell, const Unrolled<Cell>& run, const xt::xarray<Real>& d_h,
                             const State<Real>& d_last) {
    check_gradients(run, d_h, d_last);
    SequenceGradients<Cell> d = no_gradients(cell, run);
    const std::size_t T = run.saved.size();
    d.first = sweep(cell, run, d_h, d_last, {0, 0, T}, d);
    return d;
}

// BPTT(k1, k2) of Williams and Peng 1990, every = k1 and depth = k2: after each block of k1 steps, which ends with step
// e, its losses are propagated back through the last k2 steps before e, at most. This is the gradient of
//   sum over blocks, over s in the block:  L_s(H_s), H_s started from S_{e - k2}, which is held at its value
// The last state of a row is that of its own last step, whose block its loss is one of. depth >= T gives all of bptt.
template <class Cell, class Real = typename Cell::value_type>
SequenceGradients<Cell> truncated_bptt(const Cell& cell, const Unrolled<Cell>& run, const xt::xarray<Real>& d_h,
                                       const State<Real>& d_last, std::size_t every, std::size_t depth) {
    check_gradients(run, d_h, d_last);
    SequenceGradients<Cell> d = no_gradients(cell, run);
    const std::vector<std::size_t> ends = steps_read(run);
    for (const Range& block : blocks(run.saved.size(), every, depth)) {
        const State<Real> d_end = rows_ending(d_last, ends, block.losses + 1, block.end);
        const State<Real> d_before = sweep(cell, run, d_h, d_end, block, d);
        for (std::size_t k = 0; block.first == 0 && k < d_before.size(); ++k) d.first[k] += d_before[k];
    }
    const State<Real> d_unread = rows_ending(d_last, ends, 0, 0);  // S_T is S_0 in rows without a step
    for (std::size_t k = 0; k < d_unread.size(); ++k) d.first[k] += d_unread[k];
    return d;
}

// 1 where t < length: lengths of B rows -> (T, B)
template <class Real> xt::xarray<Real> mask_of(const std::vector<std::size_t>& lengths, std::size_t T) {
    check_lengths(lengths, T);
    Array<Real> mask = zeros<Real>({T, lengths.size()});
    for (std::size_t t = 0; t < T; ++t)
        for (std::size_t i = 0; i < lengths.size(); ++i) mask(t, i) = t < lengths[i] ? Real(1) : Real(0);
    return mask;
}

// Each row's first length steps in reverse order, the padding behind them left where it is: x (T, B, F). It is its own
// inverse, and its own gradient.
template <class Real> xt::xarray<Real> reversed(const xt::xarray<Real>& x, const std::vector<std::size_t>& lengths) {
    const std::size_t T = x.shape()[0], B = x.shape()[1], F = x.shape()[2];
    if (lengths.size() != B) refuse("lengths must be " + std::to_string(B) + "; got " + std::to_string(lengths.size()));
    Array<Real> y = x;
    check_lengths(lengths, T);
    for (std::size_t i = 0; i < B; ++i)
        for (std::size_t t = 0; t < lengths[i]; ++t) std::copy_n(&x(lengths[i] - 1 - t, i, 0), F, &y(t, i, 0));
    return y;
}

}  // namespace xtape::nn::analytic
