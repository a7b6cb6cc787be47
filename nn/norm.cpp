// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/norm.hpp>

namespace xtape::nn {

void check_features(const Shape& x, std::size_t features, const char* op, Where where) {
    check(!x.empty() && x.back() == features, where, op, "the last axis must have ", features, " features; got shape ",
          x);
}

template <class T> Variable<T> normalised(const Variable<T>& x, T epsilon, Where where) {
    const Variable<T> off = x - mean(x, -1, true, where);
    return off / sqrt(mean(square(off), -1, true) + epsilon);
}

template <class T> LayerNorm<T>::LayerNorm(std::size_t features, T eps)
    : g("g", filled<T>({features}, 1)), b("b", zeros<T>({features})), epsilon(eps) {}

template <class T> Variable<T> LayerNorm<T>::operator()(const Variable<T>& x, Where where) const {
    const Frame frame("LayerNorm");
    check_features(x.value().shape(), g.value().size(), "LayerNorm", where);
    return normalised(x, epsilon, where) * g + b;
}

template <class T> RMSNorm<T>::RMSNorm(std::size_t features, T eps) : g("g", filled<T>({features}, 1)), epsilon(eps) {}

template <class T> Variable<T> RMSNorm<T>::operator()(const Variable<T>& x, Where where) const {
    const Frame frame("RMSNorm");
    check_features(x.value().shape(), g.value().size(), "RMSNorm", where);
    return x / sqrt(mean(square(x), -1, true, where) + epsilon) * g;
}

template Variable<float> normalised(const Variable<float>&, float, Where);
template Variable<double> normalised(const Variable<double>&, double, Where);
template struct LayerNorm<float>;
template struct LayerNorm<double>;
template struct RMSNorm<float>;
template struct RMSNorm<double>;

}  // namespace xtape::nn
