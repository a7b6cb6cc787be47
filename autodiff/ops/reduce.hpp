// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/tape.hpp>

namespace xtape {

// Sums, and their transpose.

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

}  // namespace xtape
