// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to attention.cpp and multi_head.cpp: softmax over what may be seen.

#include <cmath>
#include <limits>
#include <xtape/nn/analytic/attention.hpp>
#include <xtape/nn/analytic/products.hpp>

namespace xtape::nn::analytic {

// e (S) becomes exp e_j / sum_l exp e_l over the visible j, and 0 for the others; all of it is 0 if none is visible.
template <class Real, class Visible> void softmax(Real* e, std::size_t S, const Visible& visible) {
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;  // taken out, so that exp stays finite
    for (std::size_t j = 0; j < S; ++j)
        if (visible(j)) largest = std::max(largest, static_cast<double>(e[j]));
    for (std::size_t j = 0; j < S; ++j)
        if (visible(j)) sum += std::exp(static_cast<double>(e[j]) - largest);
    for (std::size_t j = 0; j < S; ++j)
        e[j] = visible(j) ? static_cast<Real>(std::exp(static_cast<double>(e[j]) - largest) / sum) : Real(0);
}

// d (S) is the gradient of w = softmax e, and becomes that of e:  dE_j = w_j (dw_j - sum_l w_l dw_l)
template <class Real> void before_softmax(Real* d, const Real* w, std::size_t S) {
    Real sum = 0;
    for (std::size_t l = 0; l < S; ++l) sum += w[l] * d[l];
    for (std::size_t j = 0; j < S; ++j) d[j] = w[j] * (d[j] - sum);
}

// m (S, B, H) and its mask
template <class Real> void check_memory(const Array<Real>& m, const Mask<Real>& mask) {
    if (m.dimension() != 3 || m.size() == 0)
        refuse("m must have shape (S, B, H), none of them 0; got " + text(m.shape()));
    if (mask) check("mask", *mask, {m.shape()[0], m.shape()[1]});
}

template <class Real> bool has_step(const Mask<Real>& mask, std::size_t j, std::size_t row) {
    return !mask || (*mask)(j, row) != 0;
}

}  // namespace xtape::nn::analytic
