// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/analytic/rnn_cells.hpp>
#include <xtape/nn/analytic/rtrl_parts.hpp>

namespace xtape::nn::analytic {

// What bptt of sequence.hpp gives, without a backward pass: real-time recurrent learning, Williams and Zipser 1989,
// carries dh_t/dtheta forward beside h_t. ((I + H + 2) H + T I) H numbers for each sample, so for small sizes. Throws
// for a run that is masked or reversed.
template <class Real> SequenceGradients<RnnCell<Real>> rtrl(const RnnCell<Real>& cell,
                                                            const Unrolled<RnnCell<Real>>& run,
                                                            const xt::xarray<Real>& d_h, const State<Real>& d_last);

// What truncated_bptt gives: for each block the sensitivities begin with 0 at the state that is held. For any cell:
// what a single step does is asked of its backward pass. (W + S + T I) S numbers for each sample, W those of the
// parameters and S those of a state.
template <class Cell, class Real = typename Cell::value_type>
SequenceGradients<Cell> truncated_rtrl(const Cell& cell, const Unrolled<Cell>& run, const xt::xarray<Real>& d_h,
                                       const State<Real>& d_last, std::size_t every, std::size_t depth) {
    check_gradients(run, d_h, d_last);
    check_plain(run);
    SequenceGradients<Cell> d = no_gradients(cell, run);
    for (const Range& range : blocks(run.saved.size(), every, depth))
        for (std::size_t i = 0; i < run.x.shape()[1]; ++i) add_sample(d, cell, run, d_h, d_last, range, i);
    return d;
}

// The same of bptt.
template <class Cell, class Real = typename Cell::value_type>
SequenceGradients<Cell> rtrl(const Cell& cell, const Unrolled<Cell>& run, const xt::xarray<Real>& d_h,
                             const State<Real>& d_last) {
    return truncated_rtrl(cell, run, d_h, d_last, run.saved.size(), run.saved.size());
}

}  // namespace xtape::nn::analytic
