// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/analytic/cell.hpp>

namespace xtape::nn::analytic {

// A = X_t W_x + b = [A_r A_z A_n]     W_h = [W_r W_z W_n]     (B, H) and (H, H) each
// r = sigma(A_r + H_{t-1} W_r)     z = sigma(A_z + H_{t-1} W_z)     H_t = (1 - z) * n + z * H_{t-1}
// reset after:   n = tanh(A_n + r * (H_{t-1} W_n + b_n))     as in cuDNN, PyTorch and Keras 3
// reset before:  n = tanh(A_n + (r * H_{t-1}) W_n)           Cho et al. 2014, who call z what is 1 - z here
// PyTorch and Keras have second biases of r and z too; they are only added to the first.
template <class Real> struct GruCell {
    using value_type = Real;
    xt::xarray<Real> wx;  // (I, 3H)
    xt::xarray<Real> wh;  // (H, 3H)
    xt::xarray<Real> b;   // (3H)
    xt::xarray<Real> bn;  // (H), of no use if the reset comes before
    bool reset_after = true;

    struct Saved {
        xt::xarray<Real> x, h;        // X_t (B, I), H_{t-1} (B, H)
        xt::xarray<Real> r, z, n, m;  // of this step; m = H_{t-1} W_n + b_n (B, H), if the reset comes after
    };
    std::pair<State<Real>, Saved> forward(const xt::xarray<Real>& x, const State<Real>& state) const;
    BackwardStep<Real> backward(const State<Real>& d_state, const Saved& saved, GruCell& d) const;
    template <class F> void visit(F&& f) {
        f("wx", wx), f("wh", wh), f("b", b);
        if (reset_after) f("bn", bn);
    }
};

extern template struct GruCell<float>;
extern template struct GruCell<double>;

}  // namespace xtape::nn::analytic
