// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/attention_parts.hpp>
#include <xtape/nn/analytic/cell_parts.hpp>

namespace xtape::nn::analytic {
namespace {

// (B, H) (B, H) -> a . b, row by row (B)
template <class Real> Array<Real> row_products(const Array<Real>& a, const Array<Real>& b) {
    const std::size_t B = a.shape()[0], H = a.shape()[1];
    Array<Real> sums = zeros<Real>({B});
    for (std::size_t i = 0; i < B; ++i)
        for (std::size_t k = 0; k < H; ++k) sums(i) += a(i, k) * b(i, k);
    return sums;
}

// w (B, S) -> its j-th column (B, 1), which multiplies rows
template <class Real> Array<Real> column(const Array<Real>& w, std::size_t j) {
    Array<Real> one = zeros<Real>({w.shape()[0], 1});
    for (std::size_t i = 0; i < w.shape()[0]; ++i) one(i, 0) = w(i, j);
    return one;
}
// one (B) or (B, 1)
template <class Real> void set_column(Array<Real>& w, std::size_t j, const Array<Real>& one) {
    for (std::size_t i = 0; i < w.shape()[0]; ++i) w(i, j) = one.data()[i];
}

template <class Real> void check_query(const Array<Real>& q, const Array<Real>& m, std::size_t Q) {
    check("q", q, {m.shape()[1], Q});
}

// scores(j) gives E_j (B): {context, saved}
template <class Real, class Scores>
std::pair<Array<Real>, Attended<Real>> attend(const Array<Real>& q, const Array<Real>& m, const Mask<Real>& mask,
                                              const Array<Real>& asked, const Scores& scores) {
    const std::size_t S = m.shape()[0], B = m.shape()[1];
    // weights = softmax over j of E
    Array<Real> weights = zeros<Real>({B, S}), context = zeros<Real>({B, m.shape()[2]});
    for (std::size_t j = 0; j < S; ++j) set_column<Real>(weights, j, scores(j));
    for (std::size_t i = 0; i < B; ++i) softmax(&weights(i, 0), S, [&](std::size_t j) { return has_step(mask, j, i); });
    // context = sum_j weights_j * M_j
    for (std::size_t j = 0; j < S; ++j) context += column(weights, j) * step(m, j);
    return {context, {q, m, weights, asked}};
}

// dweights_j = dcontext . M_j     dM_j += weights_j * dcontext     then softmax: returns dE (B, S)
template <class Real>
Array<Real> before_weights(const Array<Real>& d_context, const Attended<Real>& s, Array<Real>& d_m) {
    const std::size_t S = s.m.shape()[0], B = s.m.shape()[1];
    check("d_context", d_context, {B, s.m.shape()[2]});
    Array<Real> d_e = zeros<Real>({B, S});
    for (std::size_t j = 0; j < S; ++j) {
        set_column<Real>(d_e, j, row_products(d_context, step(s.m, j)));
        set_step<Real>(d_m, j, step(d_m, j) + column(s.weights, j) * d_context);
    }
    for (std::size_t i = 0; i < B; ++i) before_softmax(&d_e(i, 0), &s.weights(i, 0), S);
    return d_e;
}

// Of E_j = R . M_j:  dM_j += dE_j * R     returns dR = sum_j dE_j * M_j     (B, H)
template <class Real> Array<Real> before_product(const Array<Real>& d_e, const Attended<Real>& s, Array<Real>& d_m) {
    Array<Real> d_asked = zeros<Real>({s.m.shape()[1], s.m.shape()[2]});
    for (std::size_t j = 0; j < s.m.shape()[0]; ++j) {
        d_asked += column(d_e, j) * step(s.m, j);
        set_step<Real>(d_m, j, step(d_m, j) + column(d_e, j) * s.asked);
    }
    return d_asked;
}

}  // namespace

template <class Real>
auto DotAttention<Real>::forward(const xt::xarray<Real>& q, const xt::xarray<Real>& m, const Mask<Real>& mask) const
    -> std::pair<xt::xarray<Real>, Saved> {
    check_memory(m, mask);
    check_query(q, m, m.shape()[2]);
    // E_j = q . M_j
    return attend(q, m, mask, q, [&](std::size_t j) { return row_products(q, step(m, j)); });
}

template <class Real> AttentionGradients<Real> DotAttention<Real>::backward(const xt::xarray<Real>& d_context,
                                                                            const Saved& s, DotAttention&) const {
    Array<Real> d_m = zeros_like(s.m);
    const Array<Real> d_e = before_weights(d_context, s, d_m);
    const Array<Real> d_q = before_product(d_e, s, d_m);
    return {d_q, d_m};
}

template <class Real>
auto GeneralAttention<Real>::forward(const xt::xarray<Real>& q, const xt::xarray<Real>& m, const Mask<Real>& mask) const
    -> std::pair<xt::xarray<Real>, Saved> {
    check_memory(m, mask);
    check_query(q, m, wa.shape()[0]);
    check("wa", wa, {q.shape()[1], m.shape()[2]});
    // R = q W_a     E_j = R . M_j
    const Array<Real> asked = product(q, wa);
    return attend(q, m, mask, asked, [&](std::size_t j) { return row_products(asked, step(m, j)); });
}

template <class Real> AttentionGradients<Real> GeneralAttention<Real>::backward(const xt::xarray<Real>& d_context,
                                                                                const Saved& s,
                                                                                GeneralAttention& d) const {
    Array<Real> d_m = zeros_like(s.m);
    const Array<Real> d_e = before_weights(d_context, s, d_m);
    const Array<Real> d_asked = before_product(d_e, s, d_m);
    // dW_a += q' dR     dq = dR W_a'
    d.wa += product_tn(s.q, d_asked);
    return {product_nt(d_asked, wa), d_m};
}

template <class Real> auto AdditiveAttention<Real>::forward(const xt::xarray<Real>& q, const xt::xarray<Real>& m,
                                                            const Mask<Real>& mask) const
    -> std::pair<xt::xarray<Real>, Saved> {
    check_memory(m, mask);
    check_query(q, m, wq.shape()[0]);
    check("wq", wq, {q.shape()[1], v.size()});
    check("wm", wm, {m.shape()[2], v.size()});
    check("v", v, {v.size()});
    // U_j = tanh(q W_q + M_j W_m)     E_j = U_j . v
    const Array<Real> asked = product(q, wq), vector = xt::reshape_view(v, {v.size(), std::size_t(1)});
    return attend(q, m, mask, asked,
                  [&](std::size_t j) { return product(tanh_of<Real>(asked + product(step(m, j), wm)), vector); });
}

template <class Real> AttentionGradients<Real> AdditiveAttention<Real>::backward(const xt::xarray<Real>& d_context,
                                                                                 const Saved& s,
                                                                                 AdditiveAttention& d) const {
    Array<Real> d_m = zeros_like(s.m), d_asked = zeros_like(s.asked);
    const Array<Real> d_e = before_weights(d_context, s, d_m);
    for (std::size_t j = 0; j < s.m.shape()[0]; ++j) {
        const Array<Real> m = step(s.m, j), u = tanh_of<Real>(s.asked + product(m, wm));
        // dv += sum0 (dE_j * U_j)     dP_j = dE_j * v * (1 - U_j^2), of P_j = q W_q + M_j W_m
        d.v += sum0<Real>(column(d_e, j) * u);
        const Array<Real> d_p = column(d_e, j) * v * (1 - u * u);
        // dW_m += M_j' dP_j     dM_j += dP_j W_m'
        d.wm += product_tn(m, d_p);
        set_step<Real>(d_m, j, step(d_m, j) + product_nt(d_p, wm));
        d_asked += d_p;
    }
    // dW_q += q' sum_j dP_j     dq = (sum_j dP_j) W_q'
    d.wq += product_tn(s.q, d_asked);
    return {product_nt(d_asked, wq), d_m};
}

template struct DotAttention<float>;
template struct DotAttention<double>;
template struct GeneralAttention<float>;
template struct GeneralAttention<double>;
template struct AdditiveAttention<float>;
template struct AdditiveAttention<double>;

}  // namespace xtape::nn::analytic
