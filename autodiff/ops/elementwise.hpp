// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mixed.hpp>
#include <xtape/autodiff/tape.hpp>

namespace xtape {

// Elementwise, with NumPy's broadcasting. add, subtract, multiply, divide, negate are declared with Variable, whose
// operators they are.

// Of an array, expression or number and a variable. xsimd's add, which xtensor's arrays bring along, takes anything and
// may not throw: these two are more special.
template <class X, template <class> class V, class T>
requires AnyVariable<V<T>> && Mixed<X, V<T>>
auto add(const X& x, const V<T>& y, Where where = Where::here()) { return add<T>(operand<T>(x), y, where); }
template <template <class> class V, class T, class Y>
requires AnyVariable<V<T>> && Mixed<V<T>, Y> &&
    (!AnyVariable<Y>)auto add(const V<T>& x, const Y& y, Where where = Where::here()) {
    return add<T>(x, operand<T>(y), where);
}
template <class X, class Y>
requires Mixed<X, Y>
auto subtract(const X& x, const Y& y, Where where = Where::here()) {
    using T = scalar_among<X, Y>;
    return subtract<T>(operand<T>(x), operand<T>(y), where);
}
template <class X, class Y>
requires Mixed<X, Y>
auto multiply(const X& x, const Y& y, Where where = Where::here()) {
    using T = scalar_among<X, Y>;
    return multiply<T>(operand<T>(x), operand<T>(y), where);
}
template <class X, class Y>
requires Mixed<X, Y>
auto divide(const X& x, const Y& y, Where where = Where::here()) {
    using T = scalar_among<X, Y>;
    return divide<T>(operand<T>(x), operand<T>(y), where);
}

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
// y = x where mask is not 0 (NaN is not), else z. Only the chosen side gets a gradient: the other's is 0, which
// products multiply by NaN if there is one (docs/design.md, Numbers). All three broadcast.
template <class T>
Variable<T> where(const Array<T>& mask, const Variable<T>& x, const Variable<T>& z, Where = Where::here());
template <Expression M, class X, class Z>
requires AnyVariable<X> || AnyVariable<Z>
auto where(const M& mask, const X& x, const Z& z, Where here = Where::here()) {
    using T = scalar_among<X, Z>;
    return where<T>(Array<T>(mask), operand<T>(x), operand<T>(z), here);
}
// y = value where mask is not 0, else x. The mask broadcasts to x.
template <class T> Variable<T> masked_fill(const Variable<T>& x, const Array<T>& mask, std::type_identity_t<T> value,
                                           Where = Where::here());
template <class T, Expression M> Variable<T> masked_fill(const Variable<T>& x, const M& mask,
                                                         std::type_identity_t<T> value, Where here = Where::here()) {
    return masked_fill(x, Array<T>(mask), value, here);
}
// z = max(x, y) and min(x, y), broadcast; NaN in either is NaN, as in NumPy and PyTorch. Where x = y each gets half of
// the gradient, as in PyTorch and JAX.
template <class T> Variable<T> maximum(const Variable<T>& x, const Variable<T>& y, Where = Where::here());
template <class X, class Y>
requires Mixed<X, Y>
auto maximum(const X& x, const Y& y, Where where = Where::here()) {
    using T = scalar_among<X, Y>;
    return maximum<T>(operand<T>(x), operand<T>(y), where);
}
template <class T> Variable<T> minimum(const Variable<T>& x, const Variable<T>& y, Where = Where::here());
template <class X, class Y>
requires Mixed<X, Y>
auto minimum(const X& x, const Y& y, Where where = Where::here()) {
    using T = scalar_among<X, Y>;
    return minimum<T>(operand<T>(x), operand<T>(y), where);
}
// y = |x|; the derivative at 0 is 0
template <class T> Variable<T> abs(const Variable<T>& x, Where = Where::here());
// y = x^p for a number p; x^0 is 1 and has the derivative 0, everywhere
template <class T> Variable<T> pow(const Variable<T>& x, double p, Where = Where::here());
// y = x, as a node of its own
template <class T> Variable<T> identity(const Variable<T>& x, Where = Where::here());

}  // namespace xtape
