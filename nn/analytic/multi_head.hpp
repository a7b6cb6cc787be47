// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/analytic/attention.hpp>

namespace xtape::nn::analytic {

// Scaled dot-product attention in N heads of W = D / N units each: Vaswani et al. 2017
//   q = x W_q + b_q     k = m W_k + b_k     v = m W_v + b_v     head n has the columns n W ... (n + 1) W - 1 of each
//   E_ij = q_i . k_j / sqrt W     weights_i = softmax over j of E_i     o_i = sum_j weights_ij v_j     in each head
//   y = o W_o + b_o
// x (T, B, D)  m (S, B, D) -> y (T, B, D). The mask (S, B) is that of the memory, as in attention.hpp. Causal: step i
// sees steps 0 ... i of the memory. Where there is nothing to see o is 0, and y = b_o.
template <class Real> struct MultiHeadAttention {
    using value_type = Real;
    std::size_t heads = 1;
    xt::xarray<Real> wq, bq, wk, bk, wv, bv, wo, bo;  // (D, D) and (D)

    struct Saved {
        xt::xarray<Real> x, m;        // as given
        xt::xarray<Real> q, k, v, o;  // (T, B, D) (S, B, D) (S, B, D) (T, B, D)
        xt::xarray<Real> weights;     // (B, N, T, S)
    };
    std::pair<xt::xarray<Real>, Saved> forward(const xt::xarray<Real>& x, const xt::xarray<Real>& m,
                                               const Mask<Real>& mask = {}, bool causal = false) const;
    // Returns {d_x, d_m}; where m is x, the gradient is their sum.
    AttentionGradients<Real> backward(const xt::xarray<Real>& d_y, const Saved& saved, MultiHeadAttention& d) const;
    template <class F> void visit(F&& f) {
        f("wq", wq), f("bq", bq), f("wk", wk), f("bk", bk), f("wv", wv), f("bv", bv), f("wo", wo), f("bo", bo);
    }
};

extern template struct MultiHeadAttention<float>;
extern template struct MultiHeadAttention<double>;

}  // namespace xtape::nn::analytic
