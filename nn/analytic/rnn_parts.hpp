// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to rnn*.cpp: what the derivations of rnn.hpp have in common.

#include <xtape/nn/analytic/products.hpp>
#include <xtape/nn/analytic/rnn.hpp>

namespace xtape::nn::analytic {

struct RnnSizes {
    std::size_t T, B, I, H, K;
};

template <class Real> RnnSizes checked(const Rnn<Real>& rnn, const Batch<Real>& batch) {
    if (batch.x.dimension() != 3 || batch.x.size() == 0)
        refuse("x must have shape (T, B, I), none of them 0; got " + text(batch.x.shape()));
    if (rnn.v.dimension() != 2 || rnn.v.size() == 0)
        refuse("v must have shape (H, K), none of them 0; got " + text(rnn.v.shape()));
    const auto& x = batch.x.shape();
    const RnnSizes n{x[0], x[1], x[2], rnn.v.shape()[0], rnn.v.shape()[1]};
    check("wx", rnn.wx, {n.I, n.H});
    check("wh", rnn.wh, {n.H, n.H});
    check("b", rnn.b, {n.H});
    check("c", rnn.c, {n.K});
    check("h0", batch.h0, {n.B, n.H});
    check("labels", batch.labels, batch.labels.dimension() == 1 ? Shape{n.B} : Shape{n.T, n.B});
    for (const int label : batch.labels)
        if (label < 0 || static_cast<std::size_t>(label) >= n.K)
            refuse("labels must lie in 0.." + std::to_string(n.K - 1) + "; got " + std::to_string(label));
    return n;
}

template <class Real> RnnSizes checked(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run) {
    const RnnSizes n = checked(rnn, batch);
    check("run.h", run.h, {n.T + 1, n.B, n.H});
    check("run.p", run.p, {n.T, n.B, n.K});
    return n;
}

template <class Real> Gradients<Real> no_gradients(const Rnn<Real>& rnn, const Batch<Real>& batch) {
    return {{zeros_like(rnn.wx), zeros_like(rnn.wh), zeros_like(rnn.b), zeros_like(rnn.v), zeros_like(rnn.c)},
            zeros_like(batch.x),
            zeros_like(batch.h0)};
}

// w_t of the loss: every step counts 1/T, or only the last one counts.
template <class Real> Real weight(const Batch<Real>& batch, std::size_t t) {
    const std::size_t T = batch.x.shape()[0];
    if (batch.labels.dimension() == 2) return 1 / static_cast<Real>(T);
    return t == T ? Real(1) : Real(0);
}

template <class Real> std::size_t label(const Batch<Real>& batch, std::size_t t, std::size_t i) {
    return static_cast<std::size_t>(batch.labels.dimension() == 2 ? batch.labels(t - 1, i) : batch.labels(i));
}

// dO_t = (w_t / B) (P_t - Y_t), where Y_t is one-hot     (B, K)
template <class Real> Array<Real> output_gradient(const Batch<Real>& batch, const Forward<Real>& run, std::size_t t) {
    Array<Real> d = step(run.p, t - 1);
    const std::size_t B = d.shape()[0];
    for (std::size_t i = 0; i < B; ++i) d(i, label(batch, t, i)) -= 1;
    d *= weight(batch, t) / static_cast<Real>(B);
    return d;
}

// dV += H_t' dO_t     dc += sum0 dO_t
template <class Real>
void add_readout(Gradients<Real>& d, const Forward<Real>& run, const Array<Real>& d_o, std::size_t t) {
    d.parameters.v += product_tn(step(run.h, t), d_o);
    d.parameters.c += sum0(d_o);
}

// D_t = 1 - H_t^2, the slope of tanh at A_t     (B, H)
template <class Real> Array<Real> slope(const Forward<Real>& run, std::size_t t) {
    const Array<Real> h = step(run.h, t);
    return 1 - h * h;
}

}  // namespace xtape::nn::analytic
