// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mixed.hpp>
#include <xtape/autodiff/tape.hpp>

namespace xtape {

// y = (x - mean) / sqrt(variance + epsilon) gain + bias, mean and variance along the last axis: x (..., N), gain (N),
// bias (N) -> (..., N). The variance is that of NumPy and PyTorch's layer norm: divided by N, from centred numbers.
template <class T> Variable<T> layer_norm(const Variable<T>& x, const Variable<T>& gain, const Variable<T>& bias,
                                          double epsilon = 1e-5, Where = Where::here());
template <class X, class G, class B>
requires Mixed<X, G, B>
auto layer_norm(const X& x, const G& gain, const B& bias, double epsilon = 1e-5, Where where = Where::here()) {
    using T = scalar_among<X, G, B>;
    return layer_norm<T>(operand<T>(x), operand<T>(gain), operand<T>(bias), epsilon, where);
}

}  // namespace xtape
