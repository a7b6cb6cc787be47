// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/cell_parts.hpp>
#include <xtape/nn/analytic/layer_norm_parts.hpp>

namespace xtape::nn::analytic {
namespace {

// Returns H.
template <class Real>
std::size_t checked(const LayerNormLstmCell<Real>& cell, const Array<Real>& x, const State<Real>& state) {
    const std::size_t B = checked_batch(x, cell.wx), H = cell.wx.shape()[1] / 4;
    check("wx", cell.wx, {x.shape()[1], 4 * H});
    check("wh", cell.wh, {H, 4 * H});
    check("b", cell.b, {4 * H});
    check("gain_x", cell.gain_x, {4 * H});
    check("gain_h", cell.gain_h, {4 * H});
    check("gain_c", cell.gain_c, {H});
    check("bias_c", cell.bias_c, {H});
    check_state(state, B, {H, H});
    return H;
}

}  // namespace

template <class Real> auto LayerNormLstmCell<Real>::forward(const xt::xarray<Real>& x, const State<Real>& state) const
    -> std::pair<State<Real>, Saved> {
    const std::size_t H = checked(*this, x, state);
    const Array<Real>&h = state[0], &c = state[1];
    // Z = gain_x * norm(X_t W_x) + gain_h * norm(H_{t-1} W_h) + b = [I F G O]
    const auto nx = normalised(product(x, wx), epsilon), nh = normalised(product(h, wh), epsilon);
    const Array<Real> z = gain_x * nx.n + gain_h * nh.n + b;
    const Array<Real> i = sigma(part(z, 0, H)), f = sigma(part(z, 1, H));
    const Array<Real> g = tanh_of(part(z, 2, H)), o = sigma(part(z, 3, H));
    // C_t = f * C_{t-1} + i * g     U = tanh(gain_c * norm(C_t) + bias_c)     H_t = o * U
    const Array<Real> next = f * c + i * g;
    const auto nc = normalised(next, epsilon);
    const Array<Real> u = tanh_of<Real>(gain_c * nc.n + bias_c);
    return {{o * u, next}, {x, h, c, i, f, g, o, u, nx, nh, nc}};
}

template <class Real> BackwardStep<Real> LayerNormLstmCell<Real>::backward(const State<Real>& d_state, const Saved& s,
                                                                           LayerNormLstmCell& d) const {
    const std::size_t B = s.h.shape()[0], H = s.h.shape()[1];
    check_state(d_state, B, {H, H});
    // dO = dH_t * U * o (1 - o)     dA = dH_t * o * (1 - U^2), of A = gain_c * norm(C_t) + bias_c
    const Array<Real> d_o = d_state[0] * s.u * s.o * (1 - s.o), d_a = d_state[0] * s.o * (1 - s.u * s.u);
    // dgain_c += sum0 (dA * norm(C_t))     dbias_c += sum0 dA
    d.gain_c += sum0<Real>(d_a * s.nc.n);
    d.bias_c += sum0(d_a);
    // dC_t = what comes from C_{t+1}, + what norm passes on of dA * gain_c
    const Array<Real> d_c = d_state[1] + before_norm<Real>(d_a * gain_c, s.nc);
    // dI = dC_t * g * i (1 - i)     dF = dC_t * C_{t-1} * f (1 - f)     dG = dC_t * i * (1 - g^2)
    const Array<Real> d_i = d_c * s.g * s.i * (1 - s.i), d_f = d_c * s.c * s.f * (1 - s.f);
    const Array<Real> d_g = d_c * s.i * (1 - s.g * s.g);
    // db += sum0 dZ     dgain_x += sum0 (dZ * norm(X_t W_x))     dgain_h += sum0 (dZ * norm(H_{t-1} W_h))
    const Array<Real> d_z = side_by_side<Real>({d_i, d_f, d_g, d_o});
    d.b += sum0(d_z);
    d.gain_x += sum0<Real>(d_z * s.nx.n);
    d.gain_h += sum0<Real>(d_z * s.nh.n);
    // dP = what norm passes on of dZ * gain_x, of P = X_t W_x:  dW_x += X_t' dP     dX_t = dP W_x'
    const Array<Real> d_px = before_norm<Real>(d_z * gain_x, s.nx), d_ph = before_norm<Real>(d_z * gain_h, s.nh);
    d.wx += product_tn(s.x, d_px);
    // and so for P = H_{t-1} W_h:  dW_h += H_{t-1}' dP     dH_{t-1} = dP W_h'     and dC_{t-1} = dC_t * f
    d.wh += product_tn(s.h, d_ph);
    return {product_nt(d_px, wx), {product_nt(d_ph, wh), d_c * s.f}};
}

template struct LayerNormLstmCell<float>;
template struct LayerNormLstmCell<double>;

}  // namespace xtape::nn::analytic
