// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// For what reads padded sequences: what is padded may hold anything, NaN too, and 0 times that is not 0.

#include <xtape/nn/padding.hpp>

namespace xtape::nn::detail {

// xs (T, B, ...), and 0 where the mask (T, B) is
template <class T> Variable<T> without_padding(const Variable<T>& xs, const Array<T>& mask, Where where);
// The same, where there is no step. The padding fits.
template <class T> Variable<T> without_padding(const Variable<T>& xs, const Padding& padding, Where where);

// Of each sequence of xs (T, B, ...) what stands at its last step, or at its first one, and 0 where it has none:
// (B, ...)
enum class End { first, last };
template <class T> Variable<T> at_end(const Variable<T>& xs, const Padding& padding, End end, Where where);

}  // namespace xtape::nn::detail
