// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/cell_parts.hpp>
#include <xtape/nn/analytic/lstm.hpp>

namespace xtape::nn::analytic {
namespace {

// Returns H.
template <class Real> std::size_t checked(const LstmCell<Real>& cell, const Array<Real>& x, const State<Real>& state) {
    const std::size_t n = cell.coupled ? 3 : 4, B = checked_batch(x, cell.wx), H = cell.wx.shape()[1] / n;
    if (cell.wp && (cell.wp->dimension() != 2 || cell.wp->size() == 0))
        refuse("wp must have shape (H, P), none of them 0; got " + text(cell.wp->shape()));
    if (cell.coupled && cell.pi) refuse("coupled gates must have no pi, for i = 1 - f");
    const std::size_t P = cell.wp ? cell.wp->shape()[1] : H;
    check("wx", cell.wx, {x.shape()[1], n * H});
    check("wh", cell.wh, {P, n * H});
    check("b", cell.b, {n * H});
    if (cell.pi) check("pi", *cell.pi, {H});
    if (cell.pf) check("pf", *cell.pf, {H});
    if (cell.po) check("po", *cell.po, {H});
    if (cell.wp) check("wp", *cell.wp, {H, P});
    check_state(state, B, {P, H});
    return H;
}

}  // namespace

template <class Real> auto LstmCell<Real>::forward(const xt::xarray<Real>& x, const State<Real>& state) const
    -> std::pair<State<Real>, Saved> {
    const std::size_t H = checked(*this, x, state), first = coupled ? 0 : 1;
    const Array<Real>&h = state[0], &c = state[1];
    const auto peep = [](const Array<Real>& a, const auto& p, const Array<Real>& memory) {
        return p ? Array<Real>(a + *p * memory) : a;
    };
    // Z = X_t W_x + H_{t-1} W_h + b = [I F G O], or coupled [F G O]
    const Array<Real> z = product(x, wx) + product(h, wh) + b;
    // f = sigma(F + p_f * C_{t-1})     g = tanh G     i = sigma(I + p_i * C_{t-1}), or coupled 1 - f
    const Array<Real> f = sigma(peep(part(z, first, H), pf, c)), g = tanh_of(part(z, first + 1, H));
    const Array<Real> i = coupled ? Array<Real>(1 - f) : sigma(peep(part(z, 0, H), pi, c));
    // C_t = f * C_{t-1} + i * g     o = sigma(O + p_o * C_t)     U = tanh C_t
    const Array<Real> next = f * c + i * g;
    const Array<Real> o = sigma(peep(part(z, first + 2, H), po, next)), u = tanh_of(next);
    // H_t = o * U, or (o * U) W_p
    const Array<Real> y = o * u;
    return {{wp ? product(y, *wp) : y, next}, {x, h, c, i, f, g, o, next, u}};
}

template <class Real>
BackwardStep<Real> LstmCell<Real>::backward(const State<Real>& d_state, const Saved& s, LstmCell& d) const {
    check_state(d_state, s.h.shape()[0], {s.h.shape()[1], s.c.shape()[1]});
    // Y = o * U and H_t = Y W_p:  dW_p += Y' dH_t     dY = dH_t W_p'
    if (wp) *d.wp += product_tn<Real>(s.o * s.u, d_state[0]);
    const Array<Real> d_y = wp ? product_nt(d_state[0], *wp) : d_state[0];
    // dO = dY * U * o (1 - o)
    const Array<Real> d_o = d_y * s.u * s.o * (1 - s.o);
    // dC_t = what comes from C_{t+1}, + dY * o * (1 - U^2), + dO * p_o     dp_o += sum0 (dO * C_t)
    Array<Real> d_c = d_state[1] + d_y * s.o * (1 - s.u * s.u);
    if (po) d_c += d_o * *po, *d.po += sum0<Real>(d_o * s.next);
    // dI = dC_t * g * i (1 - i)     dF = dC_t * C_{t-1} * f (1 - f)     dG = dC_t * i * (1 - g^2)
    // coupled: C_t = f * C_{t-1} + (1 - f) * g, so dF = dC_t * (C_{t-1} - g) * f (1 - f)
    const Array<Real> d_i = d_c * s.g * s.i * (1 - s.i), d_g = d_c * s.i * (1 - s.g * s.g);
    const Array<Real> opened = coupled ? Array<Real>(s.c - s.g) : s.c;
    const Array<Real> d_f = d_c * opened * s.f * (1 - s.f);
    // dC_{t-1} = dC_t * f + dI * p_i + dF * p_f     dp_i += sum0 (dI * C_{t-1})     dp_f += sum0 (dF * C_{t-1})
    Array<Real> d_before = d_c * s.f;
    if (pi) d_before += d_i * *pi, *d.pi += sum0<Real>(d_i * s.c);
    if (pf) d_before += d_f * *pf, *d.pf += sum0<Real>(d_f * s.c);
    // dW_x += X_t' dZ     dW_h += H_{t-1}' dZ     db += sum0 dZ
    const Array<Real> d_z = coupled ? side_by_side<Real>({d_f, d_g, d_o}) : side_by_side<Real>({d_i, d_f, d_g, d_o});
    d.wx += product_tn(s.x, d_z);
    d.wh += product_tn(s.h, d_z);
    d.b += sum0(d_z);
    // dX_t = dZ W_x'     dH_{t-1} = dZ W_h'
    return {product_nt(d_z, wx), {product_nt(d_z, wh), d_before}};
}

template struct LstmCell<float>;
template struct LstmCell<double>;

}  // namespace xtape::nn::analytic
