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

// Where a product goes, C (m, n), and what it is added to: nothing, an array like C, or C itself with its own stride,
// or one row for all where start's rows are 0 apart.
template <class T> struct Into {
    T* c;
    std::size_t stride;
    const T* start = nullptr;
    std::size_t start_stride = 0;
    Into at(std::size_t row, std::size_t column) const {
        return {c + row * stride + column, stride, start ? start + row * start_stride + column : nullptr, start_stride};
    }
};

// C = start + op(A) op(B), row major. Any size, zero too.
// Throws Error when a size or stride exceeds what BLAS's 32-bit integers hold.
template <class T> void gemm(const Matrix<T>& a, const Matrix<T>& b, const Into<T>& to);

// The same for products too small for BLAS to be at its best: to copy both operands into its own order and to pass over
// C once more costs it up to half of its time. The inner size must not be zero.
template <class T> void small_gemm(const Matrix<T>& a, const Matrix<T>& b, Into<T> to);

}  // namespace xtape
