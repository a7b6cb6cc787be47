// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/module.hpp>

namespace xtape::nn {

// y = g (x - mean) / sqrt(variance + epsilon) + b, both over the features: Ba, Kiros and Hinton 2016
// x (..., F)  g (F)  b (F) -> (..., F). Throws Error for other features. One feature alone has no variance: y = b.
template <class T> struct LayerNorm {
    using value_type = T;
    Parameter<T> g, b;
    T epsilon;

    explicit LayerNorm(std::size_t features, T eps = T(1e-5), Where = Where::here());
    Variable<T> operator()(const Variable<T>& x, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("g", g), f("b", b); }
};

// y = g x / sqrt(mean of x^2 + epsilon), over the features: Zhang and Sennrich 2019
// x (..., F)  g (F) -> (..., F). Throws Error for other features.
template <class T> struct RMSNorm {
    using value_type = T;
    Parameter<T> g;
    T epsilon;

    explicit RMSNorm(std::size_t features, T eps = T(1e-5), Where = Where::here());
    Variable<T> operator()(const Variable<T>& x, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("g", g); }
};

// Throws Error unless an array's last axis has so many features.
void check_features(const Shape& x, std::size_t features, const char* op, Where where);
// Throws Error unless it is finite, and 0 or more.
void check_epsilon(double epsilon, const char* op, Where where);

extern template struct LayerNorm<float>;
extern template struct LayerNorm<double>;
extern template struct RMSNorm<float>;
extern template struct RMSNorm<double>;

}  // namespace xtape::nn
