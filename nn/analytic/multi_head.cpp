// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/attention_parts.hpp>
#include <xtape/nn/analytic/multi_head.hpp>

namespace xtape::nn::analytic {
namespace {

// x (T, B, D) as a matrix (T B, D)
template <class Real> Array<Real> flat(Array<Real> x) {
    x.reshape({x.shape()[0] * x.shape()[1], x.shape()[2]});
    return x;
}

// x W + b (T, B, D)
template <class Real> Array<Real> linear(const Array<Real>& x, const Array<Real>& w, const Array<Real>& b) {
    Array<Real> y = product(flat(x), w) + b;
    y.reshape(x.shape());
    return y;
}

// Of Y = X W + b:  dW += X' dY     db += sum0 dY     returns dX = dY W'
template <class Real> Array<Real> before_linear(const Array<Real>& d_y, const Array<Real>& x, const Array<Real>& w,
                                                Array<Real>& d_w, Array<Real>& d_b) {
    d_w += product_tn(flat(x), flat(d_y));
    d_b += sum0(d_y);
    Array<Real> d_x = product_nt(flat(d_y), w);
    d_x.reshape(x.shape());
    return d_x;
}

template <class Real> Real dot(const Real* a, const Real* b, std::size_t W) {
    Real sum = 0;
    for (std::size_t k = 0; k < W; ++k) sum += a[k] * b[k];
    return sum;
}
// y += a x (W)
template <class Real> void add(Real* y, Real a, const Real* x, std::size_t W) {
    for (std::size_t k = 0; k < W; ++k) y[k] += a * x[k];
}

// f(b, n, first column of the head) for each sequence and head
template <class F> void each_head(std::size_t B, std::size_t heads, std::size_t D, const F& f) {
    for (std::size_t b = 0; b < B; ++b)
        for (std::size_t n = 0; n < heads; ++n) f(b, n, n * (D / heads));
}

template <class Real> void check_sizes(const MultiHeadAttention<Real>& a, const Array<Real>& x, const Array<Real>& m,
                                       const Mask<Real>& mask) {
    check_memory(m, mask);
    const std::size_t D = m.shape()[2];
    if (x.dimension() != 3 || x.size() == 0)
        refuse("x must have shape (T, B, D), none of them 0; got " + text(x.shape()));
    check("x", x, {x.shape()[0], m.shape()[1], D});
    if (a.heads == 0 || D % a.heads != 0)
        refuse("heads must divide the units, " + std::to_string(D) + "; got " + std::to_string(a.heads));
    MultiHeadAttention<Real>(a).visit([&](const char* name, const Array<Real>& parameter) {
        check(name, parameter, name[0] == 'w' ? Shape{D, D} : Shape{D});
    });
}

}  // namespace

template <class Real> auto MultiHeadAttention<Real>::forward(const xt::xarray<Real>& x, const xt::xarray<Real>& m,
                                                             const Mask<Real>& mask, bool causal) const
    -> std::pair<xt::xarray<Real>, Saved> {
    check_sizes(*this, x, m, mask);
    const std::size_t T = x.shape()[0], B = x.shape()[1], S = m.shape()[0], D = x.shape()[2], W = D / heads;
    // q = x W_q + b_q     k = m W_k + b_k     v = m W_v + b_v
    Saved s{x, m, linear(x, wq, bq), linear(m, wk, bk), linear(m, wv, bv), zeros<Real>({T, B, D}), {}};
    s.weights = zeros<Real>({B, heads, T, S});
    each_head(B, heads, D, [&](std::size_t b, std::size_t n, std::size_t from) {
        for (std::size_t i = 0; i < T; ++i) {
            // E_ij = q_i . k_j / sqrt W     weights_i = softmax over the visible j of E_i     o_i = sum_j weights_ij
            // v_j
            Real* const w = &s.weights(b, n, i, 0);
            for (std::size_t j = 0; j < S; ++j) w[j] = dot(&s.q(i, b, from), &s.k(j, b, from), W) / std::sqrt(Real(W));
            softmax(w, S, [&](std::size_t j) { return has_step(mask, j, b) && (!causal || j <= i); });
            for (std::size_t j = 0; j < S; ++j) add(&s.o(i, b, from), w[j], &s.v(j, b, from), W);
        }
    });
    // y = o W_o + b_o
    return {linear(s.o, wo, bo), s};
}

template <class Real> AttentionGradients<Real> MultiHeadAttention<Real>::backward(const xt::xarray<Real>& d_y,
                                                                                  const Saved& s,
                                                                                  MultiHeadAttention& d) const {
    const std::size_t T = s.x.shape()[0], B = s.x.shape()[1], S = s.m.shape()[0], D = s.x.shape()[2], W = D / heads;
    check("d_y", d_y, {T, B, D});
    const Array<Real> d_o = before_linear(d_y, s.o, wo, d.wo, d.bo);
    Array<Real> d_q = zeros<Real>({T, B, D}), d_k = zeros<Real>({S, B, D}), d_v = zeros<Real>({S, B, D});
    std::vector<Real> d_e(S);
    each_head(B, heads, D, [&](std::size_t b, std::size_t n, std::size_t from) {
        for (std::size_t i = 0; i < T; ++i) {
            // dweights_ij = do_i . v_j     dv_j += weights_ij do_i     then softmax gives dE_i
            const Real* const w = &s.weights(b, n, i, 0);
            for (std::size_t j = 0; j < S; ++j) d_e[j] = dot(&d_o(i, b, from), &s.v(j, b, from), W);
            for (std::size_t j = 0; j < S; ++j) add(&d_v(j, b, from), w[j], &d_o(i, b, from), W);
            before_softmax(d_e.data(), w, S);
            // dq_i += dE_ij k_j / sqrt W     dk_j += dE_ij q_i / sqrt W
            for (std::size_t j = 0; j < S; ++j) {
                add(&d_q(i, b, from), d_e[j] / std::sqrt(Real(W)), &s.k(j, b, from), W);
                add(&d_k(j, b, from), d_e[j] / std::sqrt(Real(W)), &s.q(i, b, from), W);
            }
        }
    });
    Array<Real> d_m = before_linear(d_k, s.m, wk, d.wk, d.bk);
    d_m += before_linear(d_v, s.m, wv, d.wv, d.bv);
    return {before_linear(d_q, s.x, wq, d.wq, d.bq), d_m};
}

template struct MultiHeadAttention<float>;
template struct MultiHeadAttention<double>;

}  // namespace xtape::nn::analytic
