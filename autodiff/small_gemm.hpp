// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/gemm.hpp>

namespace xtape {

// The same as gemm, for products too small for BLAS to be at its best: to copy both operands into its own order and to
// pass over C once more costs it up to half of its time. Inner sizes must not be zero.
template <class T> void small_gemm(const Matrix<T>& a, const Matrix<T>& b, const T* start, T* c, std::size_t stride);

}  // namespace xtape
