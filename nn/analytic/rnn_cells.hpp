// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The steps of plain recurrent networks. For the network with its loss, in one piece, see rnn.hpp.

#include <xtape/nn/analytic/cell.hpp>

namespace xtape::nn::analytic {

enum class Activation { tanh, relu };  // relu has the slope 0 at 0

// A_t = X_t W_x + H_{t-1} W_h + b     H_t = tanh A_t, or relu A_t: Elman 1990, Le et al. 2015
template <class Real> struct RnnCell {
    using value_type = Real;
    xt::xarray<Real> wx;  // (I, H)
    xt::xarray<Real> wh;  // (H, H)
    xt::xarray<Real> b;   // (H)
    Activation activation = Activation::tanh;

    struct Saved {
        xt::xarray<Real> x, before, h;  // X_t (B, I), H_{t-1} and H_t (B, H)
    };
    std::pair<State<Real>, Saved> forward(const xt::xarray<Real>& x, const State<Real>& state) const;
    BackwardStep<Real> backward(const State<Real>& d_state, const Saved& saved, RnnCell& d) const;
    template <class F> void visit(F&& f) { f("wx", wx), f("wh", wh), f("b", b); }
};

// A_t = X_t W_x + u * H_{t-1} + b     H_t = tanh A_t, or relu A_t: Li et al. 2018
template <class Real> struct IndRnnCell {
    using value_type = Real;
    xt::xarray<Real> wx;  // (I, H)
    xt::xarray<Real> u;   // (H)
    xt::xarray<Real> b;   // (H)
    Activation activation = Activation::relu;

    using Saved = typename RnnCell<Real>::Saved;
    std::pair<State<Real>, Saved> forward(const xt::xarray<Real>& x, const State<Real>& state) const;
    BackwardStep<Real> backward(const State<Real>& d_state, const Saved& saved, IndRnnCell& d) const;
    template <class F> void visit(F&& f) { f("wx", wx), f("u", u), f("b", b); }
};

extern template struct RnnCell<float>;
extern template struct RnnCell<double>;
extern template struct IndRnnCell<float>;
extern template struct IndRnnCell<double>;

}  // namespace xtape::nn::analytic
