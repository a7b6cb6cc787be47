// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace xtape {

// A matrix in memory: op(A) is (rows, columns); its rows (of A itself, before `transposed`) are `stride` apart.
template <class T> struct Matrix {
    const T* data;
    std::size_t rows, columns, stride;
    bool transposed = false;
};

// C = op(A) op(B) + beta C, row major, C (m, n) with rows `stride` apart, beta 0 or 1. Any size, zero too.
// Throws Error when a size or stride exceeds what BLAS's 32-bit integers hold.
template <class T> void gemm(const Matrix<T>& a, const Matrix<T>& b, T beta, T* c, std::size_t stride);

}  // namespace xtape
