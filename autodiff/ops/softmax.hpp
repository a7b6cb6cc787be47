// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops/index.hpp>

#include <optional>

namespace xtape {

// Probabilities, and the loss that they end in.

// y = e^x / sum e^x along the axis
template <class T> Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis = -1, Where = Where::here());
// The same among what the mask has, which broadcasts to x: where it is 0, y and the gradient are 0, whatever x is. What
// has nothing else along the axis is 0 throughout.
template <class T>
Variable<T> softmax(const Variable<T>& x, const Array<T>& mask, std::ptrdiff_t axis = -1, Where = Where::here());
template <class T, Expression M>
Variable<T> softmax(const Variable<T>& x, const M& mask, std::ptrdiff_t axis = -1, Where where = Where::here()) {
    return softmax(x, Array<T>(mask), axis, where);
}
// y = ln sum e^x along the axis, which goes, or stays with length 1; -infinity of nothing but -infinity, gradient 0
template <class T>
Variable<T> logsumexp(const Variable<T>& x, std::ptrdiff_t axis = -1, bool keep = false, Where = Where::here());
// y = x - ln sum e^x along the axis
template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis = -1, Where = Where::here());
// The mean over rows of -log_softmax(x)[i, labels[i]]: (N, K), N labels in [0, K) -> ()
template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, Where = Where::here());
// The same with options: cross_entropy(x, labels, {.smoothing = 0.1, .weights = mask})
template <class T> struct CrossEntropy {
    double smoothing = 0;  // p: the target is 1 - p at the label, and p / K is added everywhere
    // One for each row, (N): the mean is the weighted one. Of a row of weight 0 neither scores nor label are looked at;
    // some row must count.
    std::optional<Array<T>> weights = {};
};
template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels,
                                             const CrossEntropy<T>& options, Where = Where::here());
// Labels may be of any whole type, in a container or an xtensor expression.
template <class T, WholeNumbers L>
Variable<T> cross_entropy(const Variable<T>& x, const L& labels, Where where = Where::here()) {
    return cross_entropy(x, Indices(labels.begin(), labels.end()), where);
}
template <class T, WholeNumbers L> Variable<T> cross_entropy(const Variable<T>& x, const L& labels,
                                                             const CrossEntropy<T>& options,
                                                             Where where = Where::here()) {
    return cross_entropy(x, Indices(labels.begin(), labels.end()), options, where);
}

}  // namespace xtape
