// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/cell_parts.hpp>
#include <xtape/nn/analytic/rnn_cells.hpp>

namespace xtape::nn::analytic {
namespace {

template <class Real> Array<Real> activated(Activation activation, Array<Real> a) {
    if (activation == Activation::tanh) return tanh_of(std::move(a));
    for (Real& value : a) value = value > 0 ? value : 0;
    return a;
}

// The slope at A_t, told by H_t: tanh' = 1 - H_t^2, relu' = 1 where H_t > 0.     (B, H)
template <class Real> Array<Real> slope(Activation activation, const Array<Real>& h) {
    if (activation == Activation::tanh) return 1 - h * h;
    Array<Real> s = h;
    for (Real& value : s) value = value > 0 ? Real(1) : Real(0);
    return s;
}

}  // namespace

template <class Real> auto RnnCell<Real>::forward(const xt::xarray<Real>& x, const State<Real>& state) const
    -> std::pair<State<Real>, Saved> {
    const std::size_t B = checked_batch(x, wx), H = wx.shape()[1];
    check("wh", wh, {H, H});
    check("b", b, {H});
    check_state(state, B, {H});
    // A_t = X_t W_x + H_{t-1} W_h + b
    const Array<Real> a = product(x, wx) + product(state[0], wh) + b;
    const Array<Real> h = activated(activation, a);
    return {{h}, {x, state[0], h}};
}

template <class Real>
BackwardStep<Real> RnnCell<Real>::backward(const State<Real>& d_state, const Saved& s, RnnCell& d) const {
    check_state(d_state, s.h.shape()[0], {s.h.shape()[1]});
    // dA_t = dH_t * slope
    const Array<Real> d_a = d_state[0] * slope(activation, s.h);
    // dW_x += X_t' dA_t     dW_h += H_{t-1}' dA_t     db += sum0 dA_t
    d.wx += product_tn(s.x, d_a);
    d.wh += product_tn(s.before, d_a);
    d.b += sum0(d_a);
    // dX_t = dA_t W_x'     dH_{t-1} = dA_t W_h'
    return {product_nt(d_a, wx), {product_nt(d_a, wh)}};
}

template <class Real> auto IndRnnCell<Real>::forward(const xt::xarray<Real>& x, const State<Real>& state) const
    -> std::pair<State<Real>, Saved> {
    const std::size_t B = checked_batch(x, wx), H = wx.shape()[1];
    check("u", u, {H});
    check("b", b, {H});
    check_state(state, B, {H});
    // A_t = X_t W_x + u * H_{t-1} + b
    const Array<Real> a = product(x, wx) + u * state[0] + b;
    const Array<Real> h = activated(activation, a);
    return {{h}, {x, state[0], h}};
}

template <class Real>
BackwardStep<Real> IndRnnCell<Real>::backward(const State<Real>& d_state, const Saved& s, IndRnnCell& d) const {
    check_state(d_state, s.h.shape()[0], {s.h.shape()[1]});
    // dA_t = dH_t * slope
    const Array<Real> d_a = d_state[0] * slope(activation, s.h);
    // dW_x += X_t' dA_t     du += sum0 (dA_t * H_{t-1})     db += sum0 dA_t
    d.wx += product_tn(s.x, d_a);
    d.u += sum0<Real>(d_a * s.before);
    d.b += sum0(d_a);
    // dX_t = dA_t W_x'     dH_{t-1} = dA_t * u
    return {product_nt(d_a, wx), {d_a * u}};
}

template struct RnnCell<float>;
template struct RnnCell<double>;
template struct IndRnnCell<float>;
template struct IndRnnCell<double>;

}  // namespace xtape::nn::analytic
