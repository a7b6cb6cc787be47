// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mixed.hpp>
#include <xtape/autodiff/tape.hpp>

#include <cstdint>
#include <ranges>
#include <vector>

namespace xtape {

// The catalogue of operations. Every one can be differentiated at any order, and throws Error with its name and shapes.
// Axes and places count from 0; those of type ptrdiff_t from the end when negative, time steps excepted. Arrays come
// before axes before places. Where there are several operands, arrays, xtensor expressions and numbers stand beside
// variables.

// Arithmetic, elementwise with NumPy's broadcasting: add, subtract, multiply, divide, negate are declared with
// Variable, whose operators they are.

// y = x^2
template <class T> Variable<T> square(const Variable<T>& x, Where where = Where::here()) {
    return multiply(x, x, where);
}
// y = sqrt x; the derivative at 0 is infinite
template <class T> Variable<T> sqrt(const Variable<T>& x, Where = Where::here());
// y = e^x
template <class T> Variable<T> exp(const Variable<T>& x, Where = Where::here());
// y = ln x
template <class T> Variable<T> log(const Variable<T>& x, Where = Where::here());
// y = sin x, y = cos x
template <class T> Variable<T> sin(const Variable<T>& x, Where = Where::here());
template <class T> Variable<T> cos(const Variable<T>& x, Where = Where::here());
// y = tanh x
template <class T> Variable<T> tanh(const Variable<T>& x, Where = Where::here());
// y = 1 / (1 + e^-x)
template <class T> Variable<T> sigmoid(const Variable<T>& x, Where = Where::here());
// y = max(x, 0), NaN stays NaN; the derivative at 0 is 0
template <class T> Variable<T> relu(const Variable<T>& x, Where = Where::here());
// y = x where mask is not 0, else z. Only the chosen side gets a gradient. All three broadcast.
template <class T>
Variable<T> where(const Array<T>& mask, const Variable<T>& x, const Variable<T>& z, Where = Where::here());
template <Expression M, class X, class Z>
requires AnyVariable<X> || AnyVariable<Z>
auto where(const M& mask, const X& x, const Z& z, Where here = Where::here()) {
    using T = scalar_among<X, Z>;
    return where<T>(Array<T>(mask), operand<T>(x), operand<T>(z), here);
}

// c = a b: (..., K) (K, N) -> (..., N); a vector is a row on the left and a column on the right, as in NumPy
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

// y = sum of all elements, () ; adds in pairs: 2e7 ones make 2e7 in float
template <class T> Variable<T> sum(const Variable<T>& x, Where = Where::here());
// y = sum over one axis, which goes, or stays with length 1
template <class T> Variable<T> sum(const Variable<T>& x, std::ptrdiff_t axis, bool keep = false, Where = Where::here());
// y = sum / count; NaN of nothing
template <class T> Variable<T> mean(const Variable<T>& x, Where = Where::here());
template <class T>
Variable<T> mean(const Variable<T>& x, std::ptrdiff_t axis, bool keep = false, Where = Where::here());
// broadcast to a shape, and its transpose: summed to a shape that broadcasts to x's
template <class T> Variable<T> broadcast_to(const Variable<T>& x, const Shape& shape, Where = Where::here());
template <class T> Variable<T> sum_to(const Variable<T>& x, const Shape& shape, Where = Where::here());

// the same elements in another shape
template <class T> Variable<T> reshape(const Variable<T>& x, const Shape& shape, Where = Where::here());
// axes in another order; without one, reversed
template <class T>
Variable<T> transpose(const Variable<T>& x, const std::vector<std::size_t>& axes, Where = Where::here());
template <class T> Variable<T> transpose(const Variable<T>& x, Where = Where::here());
// x[..., i, ...]: the axis goes
template <class T>
Variable<T> select(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t i, Where = Where::here());
// x[..., begin:end, ...]
template <class T> Variable<T> slice(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t begin,
                                     std::ptrdiff_t end, Where = Where::here());
// arrays of one shape along a new axis; arrays end to end along an axis they have
template <class T>
Variable<T> stack(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis = 0, Where = Where::here());
template <class T>
Variable<T> concatenate(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis = 0, Where = Where::here());
// stack({x, y}), and stack<double>({x, an array})
template <class T>
Variable<T> stack(std::initializer_list<Variable<T>> xs, std::ptrdiff_t axis = 0, Where where = Where::here()) {
    return stack(std::vector<Variable<T>>(xs), axis, where);
}
template <class T>
Variable<T> concatenate(std::initializer_list<Variable<T>> xs, std::ptrdiff_t axis = 0, Where where = Where::here()) {
    return concatenate(std::vector<Variable<T>>(xs), axis, where);
}

using Indices = std::vector<std::int64_t>;
template <class L>
concept WholeNumbers = std::integral<typename L::value_type> && !std::same_as<L, Indices>;
// y[i] = x[i, index[i]]: (N, K) -> (N), and its transpose: zeros (N, K) with g[i] at [i, index[i]]
template <class T> Variable<T> pick(const Variable<T>& x, const Indices& index, Where = Where::here());
template <class T>
Variable<T> scatter(const Variable<T>& g, const Indices& index, std::size_t columns, Where = Where::here());
// Whole numbers of any type, in a container or an xtensor expression, here and as labels below
template <class T, WholeNumbers I> Variable<T> pick(const Variable<T>& x, const I& index, Where where = Where::here()) {
    return pick(x, Indices(index.begin(), index.end()), where);
}
template <class T, WholeNumbers I>
Variable<T> scatter(const Variable<T>& g, const I& index, std::size_t columns, Where where = Where::here()) {
    return scatter(g, Indices(index.begin(), index.end()), columns, where);
}

// y = x - ln sum e^x along the axis
template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis = -1, Where = Where::here());
// The mean over rows of -log_softmax(x)[i, labels[i]]: (N, K), N labels in [0, K) -> ()
template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, Where = Where::here());
template <class T, WholeNumbers L>
Variable<T> cross_entropy(const Variable<T>& x, const L& labels, Where where = Where::here()) {
    return cross_entropy(x, Indices(labels.begin(), labels.end()), where);
}

// y = x, as a node of its own
template <class T> Variable<T> identity(const Variable<T>& x, Where = Where::here());

}  // namespace xtape
