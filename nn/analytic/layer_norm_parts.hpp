// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to layer_norm*.cpp: what is normalised, row by row, before gain and bias.

#include <cmath>
#include <xtape/nn/analytic/arrays.hpp>
#include <xtape/nn/analytic/layer_norm.hpp>

namespace xtape::nn::analytic {

// Sums over a row are made in double: a row of floats may be long.
template <class Real, class F> double mean_over_row(std::size_t K, const F& term) {
    double sum = 0;
    for (std::size_t k = 0; k < K; ++k) sum += static_cast<double>(term(k));
    return sum / static_cast<double>(K);
}

template <class Real> typename LayerNorm<Real>::Saved normalised(const Array<Real>& x, Real epsilon) {
    const std::size_t K = x.shape().back();
    typename LayerNorm<Real>::Saved s{x, {}};
    for (Real* row = s.n.data(); row != s.n.data() + s.n.size(); row += K) {
        // N = (X - mean) / sqrt(variance + epsilon)
        const double mean = mean_over_row<Real>(K, [&](std::size_t k) { return row[k]; });
        const double variance = mean_over_row<Real>(K, [&](std::size_t k) {
            const double centred = static_cast<double>(row[k]) - mean;
            return centred * centred;
        });
        const double deviation = std::sqrt(variance + static_cast<double>(epsilon));
        for (std::size_t k = 0; k < K; ++k)
            row[k] = static_cast<Real>((static_cast<double>(row[k]) - mean) / deviation);
        s.deviation.push_back(static_cast<Real>(deviation));
    }
    return s;
}

// dX = (dN - mean(dN) - N * mean(dN * N)) / sqrt(variance + epsilon), the means over each row: N stays at mean 0 and
// (for epsilon = 0) at variance 1, so what would change those is taken out.
template <class Real> Array<Real> before_norm(Array<Real> d_n, const typename LayerNorm<Real>::Saved& s) {
    const std::size_t K = s.n.shape().back();
    for (std::size_t i = 0; i < s.deviation.size(); ++i) {
        Real* const d = d_n.data() + i * K;
        const Real* const n = s.n.data() + i * K;
        const auto mean = static_cast<Real>(mean_over_row<Real>(K, [&](std::size_t k) { return d[k]; }));
        const auto along = static_cast<Real>(mean_over_row<Real>(K, [&](std::size_t k) { return d[k] * n[k]; }));
        for (std::size_t k = 0; k < K; ++k) d[k] = (d[k] - mean - n[k] * along) / s.deviation[i];
    }
    return d_n;
}

}  // namespace xtape::nn::analytic
