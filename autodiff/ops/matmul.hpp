// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mixed.hpp>
#include <xtape/autodiff/tape.hpp>

namespace xtape {

// Products.

// c = a b: (..., K) (K, N) -> (..., N), and (..., M, K) (..., K, N) -> (..., M, N), where axes before the last two
// broadcast; a vector is a row on the left and a column on the right, as in NumPy
template <class T> Variable<T> matmul(const Variable<T>& a, const Variable<T>& b, Where = Where::here());
template <class A, class B>
requires Mixed<A, B>
auto matmul(const A& a, const B& b, Where where = Where::here()) {
    using T = scalar_among<A, B>;
    return matmul<T>(operand<T>(a), operand<T>(b), where);
}
// y = x w + b: (..., I) (I, O) (O) -> (..., O), in one operation: the product goes onto the bias
template <class T>
Variable<T> linear(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b, Where = Where::here());
template <class X, class W, class B>
requires Mixed<X, W, B>
auto linear(const X& x, const W& w, const B& b, Where where = Where::here()) {
    using T = scalar_among<X, W, B>;
    return linear<T>(operand<T>(x), operand<T>(w), operand<T>(b), where);
}
// z = x wx + h wh + b: (B, I) (I, H) (B, J) (J, H) (H) -> (B, H). One operation because measured: no sum is stored.
template <class T> Variable<T> affine(const Variable<T>& x, const Variable<T>& wx, const Variable<T>& h,
                                      const Variable<T>& wh, const Variable<T>& b, Where = Where::here());
template <class X, class Wx, class H, class Wh, class B>
requires Mixed<X, Wx, H, Wh, B>
auto affine(const X& x, const Wx& wx, const H& h, const Wh& wh, const B& b, Where where = Where::here()) {
    using T = scalar_among<X, Wx, H, Wh, B>;
    return affine<T>(operand<T>(x), operand<T>(wx), operand<T>(h), operand<T>(wh), operand<T>(b), where);
}
// z = x[t] + h wh: (T, B, H) (B, J) (J, H) -> (B, H). A recurrent step whose input was multiplied for all t at once.
template <class T> Variable<T> affine(const Variable<T>& x, std::ptrdiff_t t, const Variable<T>& h,
                                      const Variable<T>& wh, Where = Where::here());
template <class X, class H, class Wh>
requires Mixed<X, H, Wh>
auto affine(const X& x, std::ptrdiff_t t, const H& h, const Wh& wh, Where where = Where::here()) {
    using T = scalar_among<X, H, Wh>;
    return affine<T>(operand<T>(x), t, operand<T>(h), operand<T>(wh), where);
}

}  // namespace xtape
