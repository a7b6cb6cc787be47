// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <xtape/nn/analytic/cell.hpp>

namespace xtape::nn::analytic {

// Z = X_t W_x + H_{t-1} W_h + b = [I F G O]     i = sigma I   f = sigma F   g = tanh G   o = sigma O     (B, H) each
// C_t = f * C_{t-1} + i * g     U = tanh C_t     H_t = o * U: Hochreiter and Schmidhuber 1997, Gers et al. 2000
//
// Peepholes add p_i * C_{t-1} to I, p_f * C_{t-1} to F and p_o * C_t to O: Gers et al. 2002.
// Coupled gates: Z = [F G O] and i = 1 - f, that is f = 1 - i: Greff et al. 2017. There is no p_i then.
// With a projection Y = o * U and H_t = Y W_p: Sak et al. 2014.
template <class Real> struct LstmCell {
    using value_type = Real;
    xt::xarray<Real> wx;  // (I, 4H), coupled (I, 3H)
    xt::xarray<Real> wh;  // (H, 4H), coupled (H, 3H), with a projection (P, ...)
    xt::xarray<Real> b;   // (4H), coupled (3H)
    std::optional<xt::xarray<Real>> pi = {}, pf = {}, po = {}, wp = {};  // (H), (H), (H), (H, P), where there are any
    bool coupled = false;

    struct Saved {
        xt::xarray<Real> x, h, c;           // X_t (B, I), H_{t-1} (B, H) or (B, P), C_{t-1} (B, H)
        xt::xarray<Real> i, f, g, o, next;  // of this step, next is C_t     (B, H)
        xt::xarray<Real> u;                 // tanh C_t (B, H)
    };
    std::pair<State<Real>, Saved> forward(const xt::xarray<Real>& x, const State<Real>& state) const;
    BackwardStep<Real> backward(const State<Real>& d_state, const Saved& saved, LstmCell& d) const;
    template <class F> void visit(F&& f) {
        f("wx", wx), f("wh", wh), f("b", b);
        if (pi) f("pi", *pi);
        if (pf) f("pf", *pf);
        if (po) f("po", *po);
        if (wp) f("wp", *wp);
    }
};

extern template struct LstmCell<float>;
extern template struct LstmCell<double>;

}  // namespace xtape::nn::analytic
