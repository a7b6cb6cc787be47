// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the hand-written steps have in common: products, the loss and Adam.

#include <cblas.h>

#include <cmath>

#include "bench/limit/kernels.hpp"

namespace xtape::bench {

// c (m, n) = op(a) (m, depth) b (depth, n) + beta c
inline void multiply(int m, int n, int depth, const float* a, int a_row, bool transposed, const float* b, int b_row,
                     float beta, float* c, int c_row) {
    if (m == 1)
        cblas_sgemv(CblasRowMajor, CblasTrans, depth, n, 1, b, b_row, a, transposed ? a_row : 1, beta, c, 1);
    else
        cblas_sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, m, n, depth, 1, a, a_row, b,
                    b_row, beta, c, c_row);
}

// o (K), which has room for whole vectors -> dL/dO_i (K), zeros beyond; returns logsumexp O_i - O_i[label]
inline double cross_entropy(float* o, const float* c, int K, int label, float scale) {
    float largest = o[0] + c[0];
    for (int k = 0; k < K; ++k) largest = std::max(largest, o[k] += c[k]);
    const double labelled = static_cast<double>(o[label]);
    for (int k = 0; k < K; k += lanes) xsimd::exp(load(o + k) - Vector(largest)).store_unaligned(o + k);
    float sum = 0;
    for (int k = 0; k < K; ++k) sum += o[k];
    // dO_i = (P_i - Y_i) / B
    for (int k = 0; k < K; ++k) o[k] *= scale / sum;
    o[label] -= scale;
    std::fill(o + K, o + padded(K), 0.0f);
    return static_cast<double>(largest) - labelled + std::log(static_cast<double>(sum));
}

// m = b1 m + (1 - b1) g     s = b2 s + (1 - b2) g^2     w -= rate m / (1 - b1^n) / (sqrt(s / (1 - b2^n)) + eps)
struct Adam {
    float rate;
    double decay1 = 1, decay2 = 1;  // 0.9^step and 0.999^step

    void operator()(float* w, const float* g, float* m, float* s, std::ptrdiff_t count) {
        decay1 *= 0.9;
        decay2 *= 0.999;
        // Both corrections in rate and eps: with r = sqrt(1 - b2^n), w -= rate r / (1 - b1^n) m / (sqrt(s) + eps r).
        const double root = std::sqrt(1 - decay2);
        const Vector step(static_cast<float>(static_cast<double>(rate) * root / (1 - decay1)));
        const Vector eps(static_cast<float>(1e-8 * root)), b1(0.9f), b2(0.999f), c1(0.1f), c2(0.001f);
        for (std::ptrdiff_t i = 0; i < count; i += lanes) {
            const Vector gradient = load(g + i);
            const Vector mean = xsimd::fma(b1, load(m + i), c1 * gradient);
            const Vector square = xsimd::fma(b2, load(s + i), c2 * gradient * gradient);
            mean.store_unaligned(m + i);
            square.store_unaligned(s + i);
            (load(w + i) - step * mean / (xsimd::sqrt(square) + eps)).store_unaligned(w + i);
        }
    }
};

}  // namespace xtape::bench
