// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/analytic/rnn_cells.hpp>
#include <xtape/nn/analytic/sequence.hpp>

namespace xtape::nn::analytic {

// What bptt of sequence.hpp gives, without a backward pass: real-time recurrent learning, Williams and Zipser 1989,
// carries dh_t/dtheta forward beside h_t. ((I + H + 2) H + T I) H numbers for each sample, so for small sizes. Throws
// for a run that is masked or reversed.
template <class Real> SequenceGradients<RnnCell<Real>> rtrl(const RnnCell<Real>& cell,
                                                            const Unrolled<RnnCell<Real>>& run,
                                                            const xt::xarray<Real>& d_h, const State<Real>& d_last);

}  // namespace xtape::nn::analytic
