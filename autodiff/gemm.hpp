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

// C = start + op(A) op(B), row major; the rows of C (m, n) and of start are `stride` apart. A start of null is zero,
// of c it is C itself. Any size, zero too.
// Throws Error when a size or stride exceeds what BLAS's 32-bit integers hold.
template <class T> void gemm(const Matrix<T>& a, const Matrix<T>& b, const T* start, T* c, std::size_t stride);

// The same for products too small for BLAS to be at its best: to copy both operands into its own order and to pass over
// C once more costs it up to half of its time. The inner size must not be zero.
template <class T> void small_gemm(const Matrix<T>& a, const Matrix<T>& b, const T* start, T* c, std::size_t stride);

}  // namespace xtape
