// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>
#include <xtape/nn/analytic/cell.hpp>

namespace xtape::nn::analytic {

// N = (X - mean) / sqrt(variance + epsilon)     Y = gain * N + bias: Ba et al. 2016
// for each row of x (..., K), whose variance is the mean of (X - mean)^2.
template <class Real> struct LayerNorm {
    using value_type = Real;
    xt::xarray<Real> gain;  // (K)
    xt::xarray<Real> bias;  // (K)
    Real epsilon = Real(1e-5);

    struct Saved {
        xt::xarray<Real> n;           // N (..., K)
        std::vector<Real> deviation;  // sqrt(variance + epsilon), one for each row
    };
    std::pair<xt::xarray<Real>, Saved> forward(const xt::xarray<Real>& x) const;
    xt::xarray<Real> backward(const xt::xarray<Real>& d_y, const Saved& saved, LayerNorm& d) const;
    template <class F> void visit(F&& f) { f("gain", gain), f("bias", bias); }
};

// Z = gain_x * norm(X_t W_x) + gain_h * norm(H_{t-1} W_h) + b = [I F G O]     norm gives N above, of all 4H at once
// i = sigma I   f = sigma F   g = tanh G   o = sigma O                          (B, H) each
// C_t = f * C_{t-1} + i * g     U = tanh(gain_c * norm(C_t) + bias_c)     H_t = o * U: Ba et al. 2016, section 4
// The two biases that they add in Z are the one b.
template <class Real> struct LayerNormLstmCell {
    using value_type = Real;
    xt::xarray<Real> wx;              // (I, 4H)
    xt::xarray<Real> wh;              // (H, 4H)
    xt::xarray<Real> b;               // (4H)
    xt::xarray<Real> gain_x, gain_h;  // (4H)
    xt::xarray<Real> gain_c, bias_c;  // (H)
    Real epsilon = Real(1e-5);

    struct Saved {
        xt::xarray<Real> x, h, c;                    // X_t (B, I), H_{t-1} (B, H), C_{t-1} (B, H)
        xt::xarray<Real> i, f, g, o, u;              // of this step (B, H)
        typename LayerNorm<Real>::Saved nx, nh, nc;  // of X_t W_x (B, 4H), H_{t-1} W_h (B, 4H), C_t (B, H)
    };
    std::pair<State<Real>, Saved> forward(const xt::xarray<Real>& x, const State<Real>& state) const;
    BackwardStep<Real> backward(const State<Real>& d_state, const Saved& saved, LayerNormLstmCell& d) const;
    template <class F> void visit(F&& f) {
        f("wx", wx), f("wh", wh), f("b", b);
        f("gain_x", gain_x), f("gain_h", gain_h), f("gain_c", gain_c), f("bias_c", bias_c);
    }
};

extern template struct LayerNorm<float>;
extern template struct LayerNorm<double>;
extern template struct LayerNormLstmCell<float>;
extern template struct LayerNormLstmCell<double>;

}  // namespace xtape::nn::analytic
