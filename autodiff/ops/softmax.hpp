// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops/index.hpp>

namespace xtape {

// Probabilities, and the loss that they end in.

// y = x - ln sum e^x along the axis
template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis = -1, Where = Where::here());
// The mean over rows of -log_softmax(x)[i, labels[i]]: (N, K), N labels in [0, K) -> ()
template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, Where = Where::here());
// Labels may be of any whole type, in a container or an xtensor expression.
template <class T, WholeNumbers L>
Variable<T> cross_entropy(const Variable<T>& x, const L& labels, Where where = Where::here()) {
    return cross_entropy(x, Indices(labels.begin(), labels.end()), where);
}

}  // namespace xtape
