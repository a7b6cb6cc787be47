// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/rnn_parts.hpp>

// Real-time recurrent learning: for one sample (rows h_t, x_t) the sensitivities S_t = dh_t/dtheta have a row for each
// number theta that h_t depends on, in the order [W_x; W_h; b; h_0; x_1; ...; x_T]:
//   S_t = (S_{t-1} W_h + E_t) D_t     E_t = da_t/dtheta with h_{t-1} held     D_t = diag(1 - h_t^2)     (P, H)
//   dL/dtheta = sum_t S_t g_t'        g_t = do_t V'

namespace xtape::nn::analytic {
namespace {

// Where each part's rows begin.
struct Rows {
    explicit Rows(const RnnSizes& n) : wh(n.I * n.H), b(wh + n.H * n.H), h0(b + n.H), x(h0 + n.H), end(x + n.T * n.I) {}
    std::size_t wh, b, h0, x, end;
};

// S_0: h_0 depends on itself only.
template <class Real> Array<Real> first_sensitivities(const RnnSizes& n) {
    const Rows rows(n);
    Array<Real> s = zeros<Real>({rows.end, n.H});
    for (std::size_t j = 0; j < n.H; ++j) s(rows.h0 + j, j) = 1;
    return s;
}

// s += E_t, column by column of a_t = x_t W_x + h_{t-1} W_h + b
template <class Real>
void add_direct(Array<Real>& s, const RnnSizes& n, const Array<Real>& wx, const Real* x, const Real* h, std::size_t t) {
    const Rows rows(n);
    for (std::size_t j = 0; j < n.H; ++j) {
        for (std::size_t k = 0; k < n.I; ++k) s(k * n.H + j, j) += x[k];            // da_j/dW_x[k, j] = x_k
        for (std::size_t k = 0; k < n.H; ++k) s(rows.wh + k * n.H + j, j) += h[k];  // da_j/dW_h[k, j] = h_k
        s(rows.b + j, j) += 1;                                                      // da_j/db_j = 1
        const std::size_t row = rows.x + (t - 1) * n.I;
        for (std::size_t k = 0; k < n.I; ++k) s(row + k, j) += wx(k, j);  // da_j/dx_k = W_x[k, j]
    }
}

// The i-th sample's dL/dtheta (P).
template <class Real> std::vector<Real> sample_gradient(const Rnn<Real>& rnn, const Batch<Real>& batch,
                                                        const Forward<Real>& run, const Array<Real>& g,
                                                        const RnnSizes& n, std::size_t i) {
    Array<Real> s = first_sensitivities<Real>(n);
    std::vector<Real> sum(s.shape()[0], Real(0));
    for (std::size_t t = 1; t <= n.T; ++t) {
        // S_t = (S_{t-1} W_h + E_t) D_t
        s = product(s, rnn.wh);
        add_direct(s, n, rnn.wx, &batch.x(t - 1, i, 0), &run.h(t - 1, i, 0), t);
        for (std::size_t p = 0; p < sum.size(); ++p) {
            for (std::size_t j = 0; j < n.H; ++j) {
                s(p, j) *= 1 - run.h(t, i, j) * run.h(t, i, j);
                sum[p] += s(p, j) * g(t - 1, i, j);
            }
        }
    }
    return sum;
}

// Parameters are shared by the samples, x and h_0 are not.
template <class Real>
void hand_out(Gradients<Real>& d, const std::vector<Real>& sum, const RnnSizes& n, std::size_t i) {
    const Rows rows(n);
    Rnn<Real>& w = d.parameters;
    for (std::size_t p = 0; p < rows.wh; ++p) w.wx.data()[p] += sum[p];
    for (std::size_t p = rows.wh; p < rows.b; ++p) w.wh.data()[p - rows.wh] += sum[p];
    for (std::size_t p = rows.b; p < rows.h0; ++p) w.b(p - rows.b) += sum[p];
    for (std::size_t p = rows.h0; p < rows.x; ++p) d.h0(i, p - rows.h0) = sum[p];
    for (std::size_t p = rows.x; p < rows.end; ++p) d.x((p - rows.x) / n.I, i, (p - rows.x) % n.I) = sum[p];
}

}  // namespace

template <class Real> Gradients<Real> rtrl(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run) {
    const RnnSizes n = checked(rnn, batch, run);
    Gradients<Real> d = no_gradients(rnn, batch);
    Array<Real> g = zeros<Real>({n.T, n.B, n.H});  // g_t = do_t V'
    for (std::size_t t = 1; t <= n.T; ++t) {
        const Array<Real> d_o = output_gradient(batch, run, t);
        add_readout(d, run, d_o, t);
        set_step(g, t - 1, product_nt(d_o, rnn.v));
    }
    for (std::size_t i = 0; i < n.B; ++i) hand_out(d, sample_gradient(rnn, batch, run, g, n, i), n, i);
    return d;
}

template Gradients<float> rtrl(const Rnn<float>&, const Batch<float>&, const Forward<float>&);
template Gradients<double> rtrl(const Rnn<double>&, const Batch<double>&, const Forward<double>&);

}  // namespace xtape::nn::analytic
