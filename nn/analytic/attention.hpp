// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <xtape/nn/analytic/cell.hpp>

namespace xtape::nn::analytic {

// Attention of a query q (B, Q) on a memory m (S, B, H), such as an encoder's outputs M_1 ... M_S, (B, H) each:
//   E_j = score(q, M_j)     weights = softmax over j of E     context = sum_j weights_j * M_j     (B), (B, S), (B, H)
// The mask (S, B) is not 0 where the memory has a step; without one it has them all. A step that is not there has the
// weight 0 and no gradient, and what it holds must be finite; a row without any has the context 0.
// backward(d_context, saved, d) returns {d_q, d_m} and adds the gradients of the parameters to d.

template <class Real> using Mask = std::optional<xt::xarray<Real>>;
template <class Real> using AttentionGradients = std::pair<xt::xarray<Real>, xt::xarray<Real>>;  // d_q, d_m

template <class Real> struct Attended {
    xt::xarray<Real> q, m;     // as given
    xt::xarray<Real> weights;  // (B, S)
    xt::xarray<Real> asked;    // what M_j is compared with: q (B, H), or q W_a (B, H), or q W_q (B, A)
};

// E_j = q . M_j, where Q = H: Luong et al. 2015, dot
template <class Real> struct DotAttention {
    using value_type = Real;
    using Saved = Attended<Real>;
    std::pair<xt::xarray<Real>, Saved> forward(const xt::xarray<Real>& q, const xt::xarray<Real>& m,
                                               const Mask<Real>& mask = {}) const;
    AttentionGradients<Real> backward(const xt::xarray<Real>& d_context, const Saved& saved, DotAttention& d) const;
    template <class F> void visit(F&&) {}
};

// E_j = (q W_a) . M_j: Luong et al. 2015, general
template <class Real> struct GeneralAttention {
    using value_type = Real;
    xt::xarray<Real> wa;  // (Q, H)

    using Saved = Attended<Real>;
    std::pair<xt::xarray<Real>, Saved> forward(const xt::xarray<Real>& q, const xt::xarray<Real>& m,
                                               const Mask<Real>& mask = {}) const;
    AttentionGradients<Real> backward(const xt::xarray<Real>& d_context, const Saved& saved, GeneralAttention& d) const;
    template <class F> void visit(F&& f) { f("wa", wa); }
};

// E_j = tanh(q W_q + M_j W_m) . v: Bahdanau et al. 2015
template <class Real> struct AdditiveAttention {
    using value_type = Real;
    xt::xarray<Real> wq;  // (Q, A)
    xt::xarray<Real> wm;  // (H, A)
    xt::xarray<Real> v;   // (A)

    using Saved = Attended<Real>;
    std::pair<xt::xarray<Real>, Saved> forward(const xt::xarray<Real>& q, const xt::xarray<Real>& m,
                                               const Mask<Real>& mask = {}) const;
    AttentionGradients<Real> backward(const xt::xarray<Real>& d_context, const Saved& saved,
                                      AdditiveAttention& d) const;
    template <class F> void visit(F&& f) { f("wq", wq), f("wm", wm), f("v", v); }
};

extern template struct DotAttention<float>;
extern template struct DotAttention<double>;
extern template struct GeneralAttention<float>;
extern template struct GeneralAttention<double>;
extern template struct AdditiveAttention<float>;
extern template struct AdditiveAttention<double>;

}  // namespace xtape::nn::analytic
