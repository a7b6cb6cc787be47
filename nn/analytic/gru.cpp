// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/cell_parts.hpp>
#include <xtape/nn/analytic/gru.hpp>

namespace xtape::nn::analytic {
namespace {

// Returns H.
template <class Real> std::size_t checked(const GruCell<Real>& cell, const Array<Real>& x, const State<Real>& state) {
    const std::size_t B = checked_batch(x, cell.wx), H = cell.wx.shape()[1] / 3;
    check("wx", cell.wx, {x.shape()[1], 3 * H});
    check("wh", cell.wh, {H, 3 * H});
    check("b", cell.b, {3 * H});
    if (cell.reset_after) check("bn", cell.bn, {H});
    check_state(state, B, {H});
    return H;
}

}  // namespace

template <class Real> auto GruCell<Real>::forward(const xt::xarray<Real>& x, const State<Real>& state) const
    -> std::pair<State<Real>, Saved> {
    const std::size_t H = checked(*this, x, state);
    const Array<Real>& h = state[0];
    // A = X_t W_x + b     r = sigma(A_r + H_{t-1} W_r)     z = sigma(A_z + H_{t-1} W_z)
    const Array<Real> a = product(x, wx) + b, wn = part(wh, 2, H);
    const Array<Real> r = sigma<Real>(part(a, 0, H) + product(h, part(wh, 0, H)));
    const Array<Real> z = sigma<Real>(part(a, 1, H) + product(h, part(wh, 1, H)));
    // after: M = H_{t-1} W_n + b_n     n = tanh(A_n + r * M)     before: n = tanh(A_n + (r * H_{t-1}) W_n)
    const Array<Real> m = reset_after ? Array<Real>(product(h, wn) + bn) : Array<Real>();
    const Array<Real> recurrent = reset_after ? Array<Real>(r * m) : product<Real>(r * h, wn);
    const Array<Real> n = tanh_of<Real>(part(a, 2, H) + recurrent);
    // H_t = (1 - z) * n + z * H_{t-1}
    return {{(1 - z) * n + z * h}, {x, h, r, z, n, m}};
}

template <class Real>
BackwardStep<Real> GruCell<Real>::backward(const State<Real>& d_state, const Saved& s, GruCell& d) const {
    const std::size_t H = s.h.shape()[1];
    check_state(d_state, s.h.shape()[0], {H});
    const Array<Real>&d_h = d_state[0], wn = part(wh, 2, H);
    // dA_n = dH_t * (1 - z) * (1 - n^2)     dA_z = dH_t * (H_{t-1} - n) * z (1 - z)
    const Array<Real> d_n = d_h * (1 - s.z) * (1 - s.n * s.n);
    const Array<Real> d_z = d_h * (s.h - s.n) * s.z * (1 - s.z);
    // after, A_n + r * M:                 dr = dA_n * M                       dM = dA_n * r
    // before, A_n + Q W_n, Q = r * H:     dr = dQ * H_{t-1}, dQ = dA_n W_n'   dW_n += Q' dA_n
    const Array<Real> d_q = reset_after ? Array<Real>() : product_nt(d_n, wn);
    const Array<Real> d_gate = reset_after ? Array<Real>(d_n * s.m) : Array<Real>(d_q * s.h);
    const Array<Real> d_r = d_gate * s.r * (1 - s.r), d_m = d_n * s.r;
    const Array<Real> d_wn = reset_after ? product_tn(s.h, d_m) : product_tn<Real>(s.r * s.h, d_n);
    // dW_x += X_t' dA     db += sum0 dA     dW_r += H_{t-1}' dA_r     dW_z += H_{t-1}' dA_z     db_n += sum0 dM
    const Array<Real> d_a = side_by_side<Real>({d_r, d_z, d_n});
    d.wx += product_tn(s.x, d_a);
    d.b += sum0(d_a);
    d.wh += side_by_side<Real>({product_tn(s.h, d_r), product_tn(s.h, d_z), d_wn});
    if (reset_after) d.bn += sum0(d_m);
    // dH_{t-1} = dH_t * z + dA_r W_r' + dA_z W_z', + dM W_n' after, + dQ * r before
    const Array<Real> d_recurrent = reset_after ? product_nt(d_m, wn) : Array<Real>(d_q * s.r);
    const Array<Real> d_gates = product_nt(d_r, part(wh, 0, H)) + product_nt(d_z, part(wh, 1, H));
    return {product_nt(d_a, wx), {d_h * s.z + d_gates + d_recurrent}};
}

template struct GruCell<float>;
template struct GruCell<double>;

}  // namespace xtape::nn::analytic
