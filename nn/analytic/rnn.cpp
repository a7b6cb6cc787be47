// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <xtape/nn/analytic/rnn_parts.hpp>

// A prime is a transpose, * is elementwise, d before a name is the gradient of L by it, sum0 adds over the batch.

namespace xtape::nn::analytic {
namespace {

// o (K) becomes softmax o; returns logsumexp o.
template <class Real> double softmax(Real* o, std::size_t K) {
    const double largest = static_cast<double>(*std::max_element(o, o + K));  // taken out, so that exp stays finite
    double sum = 0;
    for (std::size_t k = 0; k < K; ++k) sum += std::exp(static_cast<double>(o[k]) - largest);
    const double logsumexp = largest + std::log(sum);
    for (std::size_t k = 0; k < K; ++k) o[k] = static_cast<Real>(std::exp(static_cast<double>(o[k]) - logsumexp));
    return logsumexp;
}

// o (B, K) becomes P_t; returns sum_i (logsumexp O_ti - O_ti[label_ti]).
template <class Real> double softmax_loss(Array<Real>& o, const Batch<Real>& batch, std::size_t t) {
    double loss = 0;
    for (std::size_t i = 0; i < o.shape()[0]; ++i) {
        const double labelled = static_cast<double>(o(i, label(batch, t, i)));
        loss += softmax(&o(i, 0), o.shape()[1]) - labelled;
    }
    return loss;
}

// What A_t = X_t W_x + H_{t-1} W_h + b passes on to what it was made of; returns dA_t W_h', what it passes to H_{t-1}.
//   dW_x += X_t' dA_t     dW_h += H_{t-1}' dA_t     db += sum0 dA_t     dX_t += dA_t W_x'
template <class Real> Array<Real> add_cell(Gradients<Real>& d, const Rnn<Real>& rnn, const Batch<Real>& batch,
                                           const Forward<Real>& run, const Array<Real>& d_a, std::size_t t) {
    d.parameters.wx += product_tn(step(batch.x, t - 1), d_a);
    d.parameters.wh += product_tn(step(run.h, t - 1), d_a);
    d.parameters.b += sum0(d_a);
    set_step<Real>(d.x, t - 1, step(d.x, t - 1) + product_nt(d_a, rnn.wx));
    return product_nt(d_a, rnn.wh);
}

// dL_s/dA_t = G_s (D_s W_h') (D_{s-1} W_h') ... (D_{t+1} W_h') D_t, where G_s = dO_s V' is dL_s/dH_s     (B, H)
template <class Real>
Array<Real> term(const Rnn<Real>& rnn, const Forward<Real>& run, Array<Real> g, std::size_t s, std::size_t t) {
    for (std::size_t j = s; j > t; --j) g = product_nt<Real>(g * slope(run, j), rnn.wh);
    return g * slope(run, t);
}

}  // namespace

template <class Real> Forward<Real> forward(const Rnn<Real>& rnn, const Batch<Real>& batch) {
    const RnnSizes n = checked(rnn, batch);
    Forward<Real> run{zeros<Real>({n.T + 1, n.B, n.H}), zeros<Real>({n.T, n.B, n.K}), 0};
    Array<Real> h = batch.h0;  // (B, H)
    set_step(run.h, 0, h);
    double loss = 0;
    for (std::size_t t = 1; t <= n.T; ++t) {
        // A_t = X_t W_x + H_{t-1} W_h + b     H_t = tanh A_t
        h = product(step(batch.x, t - 1), rnn.wx) + product(h, rnn.wh) + rnn.b;
        for (Real& a : h) a = std::tanh(a);
        set_step(run.h, t, h);
        // O_t = H_t V + c     P_t = softmax O_t     L = (1/B) sum_t w_t sum_i (logsumexp O_ti - O_ti[label_ti])
        Array<Real> o = product(h, rnn.v) + rnn.c;  // (B, K)
        loss += static_cast<double>(weight(batch, t)) * softmax_loss(o, batch, t);
        set_step(run.p, t - 1, o);
    }
    run.loss = static_cast<Real>(loss / static_cast<double>(n.B));
    return run;
}

template <class Real> Gradients<Real> bptt(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run) {
    const RnnSizes n = checked(rnn, batch, run);
    Gradients<Real> d = no_gradients(rnn, batch);
    for (std::size_t t = n.T; t >= 1; --t) {
        // dO_t = (w_t / B) (P_t - Y_t)
        const Array<Real> d_o = output_gradient(batch, run, t);
        add_readout(d, run, d_o, t);
        // dH_t = dO_t V' + dA_{t+1} W_h', and nothing follows H_T; d.h0 carries the second part
        const Array<Real> d_h = product_nt(d_o, rnn.v) + d.h0;
        // dA_t = dH_t * (1 - H_t^2)
        const Array<Real> d_a = d_h * slope(run, t);
        d.h0 = add_cell(d, rnn, batch, run, d_a, t);
    }
    return d;
}

template <class Real>
Gradients<Real> double_sum(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run) {
    const RnnSizes n = checked(rnn, batch, run);
    Gradients<Real> d = no_gradients(rnn, batch);
    for (std::size_t s = 1; s <= n.T; ++s) {
        const Array<Real> d_o = output_gradient(batch, run, s);
        add_readout(d, run, d_o, s);
        // dW_h = sum_{s=1..T} sum_{t=1..s} H_{t-1}' dL_s/dA_t, and so for W_x, b and X_t
        for (std::size_t t = 1; t <= s; ++t) {
            const Array<Real> d_a = term<Real>(rnn, run, product_nt(d_o, rnn.v), s, t);
            const Array<Real> before = add_cell(d, rnn, batch, run, d_a, t);
            if (t == 1) d.h0 += before;
        }
    }
    return d;
}

template Forward<float> forward(const Rnn<float>&, const Batch<float>&);
template Forward<double> forward(const Rnn<double>&, const Batch<double>&);
template Gradients<float> bptt(const Rnn<float>&, const Batch<float>&, const Forward<float>&);
template Gradients<double> bptt(const Rnn<double>&, const Batch<double>&, const Forward<double>&);
template Gradients<float> double_sum(const Rnn<float>&, const Batch<float>&, const Forward<float>&);
template Gradients<double> double_sum(const Rnn<double>&, const Batch<double>&, const Forward<double>&);

}  // namespace xtape::nn::analytic
