// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>

#include <functional>

namespace xtape {

// y = f(x), of which only x and y are kept: f runs again when the gradient is pulled. Same gradients, to the bit;
// memory of one segment instead of all. f must give the same result each time. What f captures (parameters too) gets
// its gradient, and must be recorded before; else Error. Nests, and can be differentiated again.
template <class T>
Variable<T> checkpoint(std::function<Variable<T>(const Variable<T>&)> f, const Variable<T>& x, Where = Where::here());

}  // namespace xtape
