// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/rnn_parts.hpp>
#include <xtape/nn/analytic/rtrl.hpp>

// Real-time recurrent learning: for one sample (rows h_t, x_t) the sensitivities S_t = dh_t/dtheta have a row for each
// number theta that h_t depends on, in the order [W_x; W_h; b; h_0; x_1; ...; x_T]:
//   S_t = (S_{t-1} W_h + E_t) D_t     E_t = da_t/dtheta with h_{t-1} held     D_t = diag(slope at a_t)     (P, H)
//   dL/dtheta = sum_t S_t g_t'        g_t = dL_t/dh_t, for the network of rnn.hpp do_t V'

namespace xtape::nn::analytic {
namespace {

// What is known before the sensitivities are.
template <class Real> struct Run {
    const RnnCell<Real>& cell;
    const Array<Real>& x;  // (T, B, I)
    const Array<Real>& h;  // (T + 1, B, H)
    const Array<Real>& g;  // (T, B, H)
    std::size_t T = x.shape()[0], B = x.shape()[1], I = x.shape()[2], H = h.shape()[2];

    // The slope at a_t, told by h_t.
    Real slope(std::size_t t, std::size_t i, std::size_t j) const {
        const Real y = h(t, i, j);
        if (cell.activation == Activation::tanh) return 1 - y * y;
        return y > 0 ? Real(1) : Real(0);
    }
};

// Where each part's rows begin.
struct Rows {
    template <class Real> explicit Rows(const Run<Real>& n)
        : wh(n.I * n.H), b(wh + n.H * n.H), h0(b + n.H), x(h0 + n.H), end(x + n.T * n.I) {}
    std::size_t wh, b, h0, x, end;
};

// S_0: h_0 depends on itself only.
template <class Real> Array<Real> first_sensitivities(const Run<Real>& run) {
    const Rows rows(run);
    Array<Real> s = zeros<Real>({rows.end, run.H});
    for (std::size_t j = 0; j < run.H; ++j) s(rows.h0 + j, j) = 1;
    return s;
}

// s += E_t, column by column of a_t = x_t W_x + h_{t-1} W_h + b, for the i-th sample
template <class Real> void add_direct(Array<Real>& s, const Run<Real>& run, std::size_t t, std::size_t i) {
    const Rows rows(run);
    const Real *x = &run.x(t - 1, i, 0), *h = &run.h(t - 1, i, 0);
    for (std::size_t j = 0; j < run.H; ++j) {
        for (std::size_t k = 0; k < run.I; ++k) s(k * run.H + j, j) += x[k];            // da_j/dW_x[k, j] = x_k
        for (std::size_t k = 0; k < run.H; ++k) s(rows.wh + k * run.H + j, j) += h[k];  // da_j/dW_h[k, j] = h_k
        s(rows.b + j, j) += 1;                                                          // da_j/db_j = 1
        const std::size_t row = rows.x + (t - 1) * run.I;
        for (std::size_t k = 0; k < run.I; ++k) s(row + k, j) += run.cell.wx(k, j);  // da_j/dx_k = W_x[k, j]
    }
}

// The i-th sample's dL/dtheta (P).
template <class Real> std::vector<Real> sample_gradient(const Run<Real>& run, std::size_t i) {
    Array<Real> s = first_sensitivities(run);
    std::vector<Real> sum(s.shape()[0], Real(0));
    for (std::size_t t = 1; t <= run.T; ++t) {
        // S_t = (S_{t-1} W_h + E_t) D_t
        s = product(s, run.cell.wh);
        add_direct(s, run, t, i);
        for (std::size_t p = 0; p < sum.size(); ++p) {
            for (std::size_t j = 0; j < run.H; ++j) {
                s(p, j) *= run.slope(t, i, j);
                sum[p] += s(p, j) * run.g(t - 1, i, j);
            }
        }
    }
    return sum;
}

// Parameters are shared by the samples, x and h_0 are not.
template <class Real> SequenceGradients<RnnCell<Real>> all_samples(const Run<Real>& run) {
    const Rows rows(run);
    SequenceGradients<RnnCell<Real>> d{no_gradients(run.cell), zeros_like(run.x), {zeros<Real>({run.B, run.H})}};
    RnnCell<Real>& w = d.parameters;
    for (std::size_t i = 0; i < run.B; ++i) {
        const std::vector<Real> sum = sample_gradient(run, i);
        for (std::size_t p = 0; p < rows.wh; ++p) w.wx.data()[p] += sum[p];
        for (std::size_t p = rows.wh; p < rows.b; ++p) w.wh.data()[p - rows.wh] += sum[p];
        for (std::size_t p = rows.b; p < rows.h0; ++p) w.b(p - rows.b) += sum[p];
        for (std::size_t p = rows.h0; p < rows.x; ++p) d.first[0](i, p - rows.h0) = sum[p];
        for (std::size_t p = rows.x; p < rows.end; ++p) d.x((p - rows.x) / run.I, i, (p - rows.x) % run.I) = sum[p];
    }
    return d;
}

}  // namespace

template <class Real> SequenceGradients<RnnCell<Real>> rtrl(const RnnCell<Real>& cell,
                                                            const Unrolled<RnnCell<Real>>& run,
                                                            const xt::xarray<Real>& d_h, const State<Real>& d_last) {
    check_gradients(run, d_h, d_last);
    check_plain(run);
    const std::size_t T = run.saved.size();
    Array<Real> h = zeros<Real>({T + 1, run.h.shape()[1], run.h.shape()[2]}), g = d_h;
    for (std::size_t t = 0; t <= T; ++t) set_step(h, t, run.states[t][0]);
    set_step<Real>(g, T - 1, step(g, T - 1) + d_last[0]);  // h_T is the last state
    return all_samples(Run<Real>{cell, run.x, h, g});
}

template <class Real> Gradients<Real> rtrl(const Rnn<Real>& rnn, const Batch<Real>& batch, const Forward<Real>& run) {
    const RnnSizes n = checked(rnn, batch, run);
    Gradients<Real> d = no_gradients(rnn, batch);
    Array<Real> g = zeros<Real>({n.T, n.B, n.H});  // g_t = do_t V'
    for (std::size_t t = 1; t <= n.T; ++t) {
        const Array<Real> d_o = output_gradient(batch, run, t);
        add_readout(d, run, d_o, t);
        set_step(g, t - 1, product_nt(d_o, rnn.v));
    }
    const RnnCell<Real> cell{rnn.wx, rnn.wh, rnn.b};
    SequenceGradients<RnnCell<Real>> of_cell = all_samples(Run<Real>{cell, batch.x, run.h, g});
    d.parameters.wx = of_cell.parameters.wx, d.parameters.wh = of_cell.parameters.wh;
    d.parameters.b = of_cell.parameters.b, d.x = of_cell.x, d.h0 = of_cell.first[0];
    return d;
}

template SequenceGradients<RnnCell<float>> rtrl(const RnnCell<float>&, const Unrolled<RnnCell<float>>&,
                                                const xt::xarray<float>&, const State<float>&);
template SequenceGradients<RnnCell<double>> rtrl(const RnnCell<double>&, const Unrolled<RnnCell<double>>&,
                                                 const xt::xarray<double>&, const State<double>&);
template Gradients<float> rtrl(const Rnn<float>&, const Batch<float>&, const Forward<float>&);
template Gradients<double> rtrl(const Rnn<double>&, const Batch<double>&, const Forward<double>&);

}  // namespace xtape::nn::analytic
