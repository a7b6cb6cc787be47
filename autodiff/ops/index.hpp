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

}  // namespace xtape
