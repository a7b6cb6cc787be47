// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/tape.hpp>

#include <concepts>
#include <cstdint>
#include <vector>

namespace xtape {

// Elements chosen by whole numbers.

using Indices = std::vector<std::int64_t>;
template <class L>
concept WholeNumbers = std::integral<typename L::value_type> && !std::same_as<L, Indices>;
// y[i] = x[i, index[i]]: (N, K) -> (N), and its transpose: zeros (N, K) with g[i] at [i, index[i]]
template <class T> Variable<T> pick(const Variable<T>& x, const Indices& index, Where = Where::here());
template <class T>
Variable<T> scatter(const Variable<T>& g, const Indices& index, std::size_t columns, Where = Where::here());
template <class T, WholeNumbers I> Variable<T> pick(const Variable<T>& x, const I& index, Where where = Where::here()) {
    return pick(x, Indices(index.begin(), index.end()), where);
}
template <class T, WholeNumbers I>
Variable<T> scatter(const Variable<T>& g, const I& index, std::size_t columns, Where where = Where::here()) {
    return scatter(g, Indices(index.begin(), index.end()), columns, where);
}

// y = x[..., index, ...]: the axis becomes those of the index, of this shape or a list. Rows of a table: (V, D),
// indices of shape (T, B) -> (T, B, D). Its transpose: a table of zeros, of this length along the axis, to which the
// rows of g are added where the index says, in its order.
template <class T>
Variable<T> take(const Variable<T>& x, const Indices& index, std::ptrdiff_t axis = 0, Where = Where::here());
template <class T> Variable<T> take(const Variable<T>& x, const Indices& index, const Shape& shape,
                                    std::ptrdiff_t axis = 0, Where = Where::here());
template <class T> Variable<T> segment_sum(const Variable<T>& g, const Indices& index, std::size_t length,
                                           std::ptrdiff_t axis = 0, Where = Where::here());
// Indices may be of any whole type, in a container, which is a list, or an xtensor expression, which has a shape.
template <class T, WholeNumbers L>
Variable<T> take(const Variable<T>& x, const L& index, std::ptrdiff_t axis = 0, Where where = Where::here()) {
    const Indices all(index.begin(), index.end());
    if constexpr (Expression<L>)
        return take(x, all, shape_of(index), axis, where);
    else
        return take(x, all, axis, where);
}
// y = x[..., ::-1, ...]: one axis the other way round
template <class T> Variable<T> flip(const Variable<T>& x, std::ptrdiff_t axis, Where = Where::here());

}  // namespace xtape
