// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// For those who write cells: gates lie side by side, z (B, nH), so that one product serves all of them.

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>

namespace xtape::nn {

// The k-th of n gates: (B, nH) -> (B, H)
template <class T> Variable<T> gate(const Variable<T>& z, std::size_t k, std::size_t n, Where where = Where::here()) {
    const auto width = std::ptrdiff_t(z.value().shape().back() / n), from = std::ptrdiff_t(k) * width;
    return slice(z, -1, from, from + width, where);
}

// Each gate's weights are drawn as a matrix of its own: Glorot's for inputs, (rows, nH), and orthogonal ones for
// states. One that is not square is orthogonal in its rows or columns.
template <class T>
Array<T> glorot_gates(std::size_t rows, std::size_t hidden, std::size_t n, Generator& generator, double gain = 1);
template <class T>
Array<T> orthogonal_gates(std::size_t rows, std::size_t hidden, std::size_t n, Generator& generator, double gain = 1);

}  // namespace xtape::nn
