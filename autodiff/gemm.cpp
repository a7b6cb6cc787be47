// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/gemm.hpp>

#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/check.hpp>

#include <cblas.h>

#include <algorithm>
#include <climits>

namespace xtape {
namespace {

void product(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda, const float* b,
             int ldb, float beta, float* c, int ldc) {
    cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
void product(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a, int lda, const double* b,
             int ldb, double beta, double* c, int ldc) {
    cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

void product(CBLAS_TRANSPOSE t, int m, int n, const float* a, int lda, const float* x, int step, float* y) {
    cblas_sgemv(CblasRowMajor, t, m, n, 1, a, lda, x, step, 1, y, 1);
}
void product(CBLAS_TRANSPOSE t, int m, int n, const double* a, int lda, const double* x, int step, double* y) {
    cblas_dgemv(CblasRowMajor, t, m, n, 1, a, lda, x, step, 1, y, 1);
}

int narrow(std::size_t n) {
    check(n <= INT_MAX, {}, "gemm", "sizes must fit BLAS's 32-bit integers; got ", n, "; try smaller pieces");
    return int(n);
}

CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

template <class T> void outer(const Matrix<T>& a, const Matrix<T>& b, T* c, std::size_t stride) {
    const std::size_t step = a.transposed ? 1 : a.stride, hop = b.transposed ? b.stride : 1;
    for (std::size_t i = 0; i < a.rows; ++i) {
        const T x = a.data[i * step];
        if (hop == 1)
            for (std::size_t j = 0; j < b.columns; ++j) c[i * stride + j] += x * b.data[j];
        else
            for (std::size_t j = 0; j < b.columns; ++j) c[i * stride + j] += x * b.data[j * hop];
    }
}

// Many rows times a small matrix: block by block, each of which stays in the second cache.
template <class T> void by_rows(const Matrix<T>& a, const Matrix<T>& b, const T* start, T* c, std::size_t stride) {
    constexpr std::size_t block = 256;
    for (std::size_t i = 0; i < a.rows; i += block) {
        const Matrix<T> rows{a.data + i * a.stride, std::min(block, a.rows - i), a.columns, a.stride};
        small_gemm(rows, b, start ? start + i * stride : nullptr, c + i * stride, stride);
    }
}

}  // namespace

// Which is the faster one, our tiles or BLAS, was measured.
template <class T> void gemm(const Matrix<T>& a, const Matrix<T>& b, const T* start, T* c, std::size_t stride) {
    const std::size_t m = a.rows, n = b.columns, k = a.columns;
    if (m == 0 || n == 0) return;
    const int lda = narrow(a.stride), ldb = narrow(b.stride), ldc = narrow(stride);
    const int mi = narrow(m), ni = narrow(n), ki = narrow(k);
    if (k > 1 && m > 1) {
        constexpr std::size_t size = 128;
        if (double(m) * double(n) * double(k) <= size * size * size) return small_gemm(a, b, start, c, stride);
        if (n <= size && k <= size && !a.transposed && blas_threads() == 1) return by_rows(a, b, start, c, stride);
    }
    for (std::size_t i = 0; i < m && start != c; ++i)
        start ? std::copy_n(start + i * stride, n, c + i * stride) : std::fill_n(c + i * stride, n, T(0));
    if (k == 0) return;  // BLAS rejects a leading dimension of 0
    // One column times one row, or one row: gemm's packing costs up to five times the product itself.
    if (k == 1) return outer(a, b, c, stride);
    blas();
    if (m == 1)
        return product(flag(!b.transposed), b.transposed ? ni : ki, b.transposed ? ki : ni, b.data, ldb, a.data,
                       a.transposed ? lda : 1, c);
    product(flag(a.transposed), flag(b.transposed), mi, ni, ki, a.data, lda, b.data, ldb, T(start != nullptr), c, ldc);
}

template void gemm(const Matrix<float>&, const Matrix<float>&, const float*, float*, std::size_t);
template void gemm(const Matrix<double>&, const Matrix<double>&, const double*, double*, std::size_t);

}  // namespace xtape
