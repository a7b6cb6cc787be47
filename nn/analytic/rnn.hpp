// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The vanilla tanh RNN with a softmax cross-entropy read-out, and its gradients derived by hand in three ways:
// what automatic differentiation is compared with, so nothing here knows the engine.
//
//   A_t = X_t W_x + H_{t-1} W_h + b     H_t = tanh A_t     O_t = H_t V + c     P_t = softmax O_t     t = 1..T
//   L   = (1/B) sum_t w_t sum_i (logsumexp O_ti - O_ti[label_ti])                                    i = 1..B
//
// Labels (B) ask for the loss of the last step (w_T = 1, the others 0), labels (T, B) for that of every step
// (w_t = 1/T). Formulas count from 1: X_t is x[t - 1] and P_t is p[t - 1], but H_t is h[t], for H_0 is given.
// Sizes that do not fit, and sizes of zero, throw std::invalid_argument. Real is float or double.

#include <xtensor/xarray.hpp>

namespace xtape::nn::analytic {

// The parameters, or their gradients.
template <class Real> struct Rnn {
    xt::xarray<Real> wx;  // (I, H)
    xt::xarray<Real> wh;  // (H, H)
    xt::xarray<Real> b;   // (H)
    xt::xarray<Real> v;   // (H, K)
    xt::xarray<Real> c;   // (K)
};

template <class Real> struct Batch {
    xt::xarray<Real> x;      // (T, B, I)
    xt::xarray<Real> h0;     // (B, H)
    xt::xarray<int> labels;  // (B) or (T, B), each 0..K-1
};

// What forward computes and the gradients need.
template <class Real> struct Forward {
    xt::xarray<Real> h;  // (T + 1, B, H)
    xt::xarray<Real> p;  // (T, B, K)
    Real loss;
};

template <class Real> struct Gradients {
    Rnn<Real> parameters;
    xt::xarray<Real> x;   // (T, B, I)
    xt::xarray<Real> h0;  // (B, H)
};

template <class Real> Forward<Real> forward(const Rnn<Real>& rnn, const Batch<Real>& batch);

// Backpropagation through time: one sweep from the last step to the first. The way to use.
template <class Real> Gradients<Real> bptt(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run);

// The same gradients as the sum they are, one term for every pair (s, t): what the weights at step t did to the loss
// at step s. O(T^3), to be read and to be compared with.
template <class Real>
Gradients<Real> double_sum(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run);

// The same gradients without a backward pass: real-time recurrent learning carries dh_t/dtheta forward beside h_t.
// ((I + H + 2) H + T I) H numbers for each sample, so for small sizes.
template <class Real> Gradients<Real> rtrl(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run);

}  // namespace xtape::nn::analytic
