// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/norm.hpp>

#include <cmath>

namespace xtape::nn {

void check_features(const Shape& x, std::size_t features, const char* op, Where where) {
    check(!x.empty() && x.back() == features, where, op, "the last axis must have ", features, " features; got shape ",
          x);
}

void check_epsilon(double epsilon, const char* op, Where where) {
    check(epsilon >= 0 && std::isfinite(epsilon), where, op, "epsilon must be finite, and 0 or more; got ", epsilon);
}

template <class T> LayerNorm<T>::LayerNorm(std::size_t features, T eps, Where where)
    : g("g", filled<T>({features}, 1)), b("b", zeros<T>({features})), epsilon(eps) {
    check_epsilon(double(eps), "LayerNorm", where);
}

template <class T> Variable<T> LayerNorm<T>::operator()(const Variable<T>& x, Where where) const {
    const Frame frame("LayerNorm");
    check_features(x.value().shape(), g.value().size(), "LayerNorm", where);
    return layer_norm(x, g, b, double(epsilon), where);
}

template <class T> RMSNorm<T>::RMSNorm(std::size_t features, T eps, Where where)
    : g("g", filled<T>({features}, 1)), epsilon(eps) {
    check_epsilon(double(eps), "RMSNorm", where);
}

template <class T> Variable<T> RMSNorm<T>::operator()(const Variable<T>& x, Where where) const {
    const Frame frame("RMSNorm");
    check_features(x.value().shape(), g.value().size(), "RMSNorm", where);
    const Variable<T> squares = mean(square(x, where), -1, true, where);
    return multiply(divide(x, sqrt(add(squares, Variable<T>(epsilon), where), where), where), g, where);
}

template struct LayerNorm<float>;
template struct LayerNorm<double>;
template struct RMSNorm<float>;
template struct RMSNorm<double>;

}  // namespace xtape::nn
