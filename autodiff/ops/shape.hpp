// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/tape.hpp>

#include <vector>

namespace xtape {

// The same elements elsewhere.

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

}  // namespace xtape
