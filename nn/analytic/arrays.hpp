// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to nn/analytic: the few things the hand-derived gradients do with plain arrays.

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>
#include <xtensor/xarray.hpp>

namespace xtape::nn::analytic {

template <class Real> using Array = xt::xarray<Real>;
static_assert(Array<float>::static_layout == xt::layout_type::row_major, "steps and products count on rows");
using Shape = std::vector<std::size_t>;

[[noreturn]] inline void refuse(const std::string& message) { throw std::invalid_argument("[analytic] " + message); }

std::string text(const auto& shape) {
    std::string out = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
    return out + (shape.size() == 1 ? ",)" : ")");
}

void check(const char* name, const auto& array, const Shape& shape) {
    if (!std::equal(shape.begin(), shape.end(), array.shape().begin(), array.shape().end()))
        refuse(std::string(name) + " must have shape " + text(shape) + "; got " + text(array.shape()));
}

template <class Real> Array<Real> zeros(const Shape& shape) {
    return Array<Real>(typename Array<Real>::shape_type(shape.begin(), shape.end()), Real(0));
}

template <class Real> Shape shape_of(const Array<Real>& a) { return Shape(a.shape().begin(), a.shape().end()); }
template <class Real> Array<Real> zeros_like(const Array<Real>& a) { return zeros<Real>(shape_of(a)); }

// all (N, i, j) -> its n-th (i, j)
template <class Real> Array<Real> step(const Array<Real>& all, std::size_t n) {
    Array<Real> one = zeros<Real>({all.shape()[1], all.shape()[2]});
    std::copy_n(all.data() + n * one.size(), one.size(), one.data());
    return one;
}

// (..., H) each -> [parts...] (..., nH), side by side in the last axis
template <class Real> Array<Real> side_by_side(const std::vector<Array<Real>>& parts) {
    Shape shape = shape_of(parts[0]);
    const std::size_t H = shape.back(), width = shape.back() *= parts.size();
    Array<Real> all = zeros<Real>(shape);
    for (std::size_t k = 0; k < parts.size(); ++k)
        for (std::size_t row = 0; row < parts[k].size() / H; ++row)
            std::copy_n(parts[k].data() + row * H, H, all.data() + row * width + k * H);
    return all;
}

// z (..., nH) -> its k-th part (..., H)
template <class Real> Array<Real> part(const Array<Real>& z, std::size_t k, std::size_t H) {
    Shape shape = shape_of(z);
    const std::size_t width = shape.back();
    shape.back() = H;
    Array<Real> one = zeros<Real>(shape);
    for (std::size_t row = 0; row < one.size() / H; ++row)
        std::copy_n(z.data() + row * width + k * H, H, one.data() + row * H);
    return one;
}

template <class Real> void set_step(Array<Real>& all, std::size_t n, const Array<Real>& one) {
    std::copy(one.begin(), one.end(), all.data() + n * one.size());
}

// a (..., n) -> (n), added up in double: a batch of floats may be long
template <class Real> Array<Real> sum0(const Array<Real>& a) {
    const std::size_t n = a.shape().back();
    std::vector<double> sum(n, 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) sum[i % n] += static_cast<double>(a.data()[i]);
    Array<Real> out = zeros<Real>({n});
    std::transform(sum.begin(), sum.end(), out.begin(), [](double s) { return static_cast<Real>(s); });
    return out;
}

}  // namespace xtape::nn::analytic
