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

}  // namespace

template <class T> void gemm(const Matrix<T>& a, const Matrix<T>& b, T beta, T* c, std::size_t stride) {
    const std::size_t m = a.rows, n = b.columns, k = a.columns;
    if (beta == 0 && (k == 0 || m == 1 || k == 1))
        for (std::size_t i = 0; i < m; ++i) std::fill_n(c + i * stride, n, T(0));
    if (m == 0 || n == 0 || k == 0) return;  // BLAS rejects a leading dimension of 0
    blas();
    const int lda = narrow(a.stride), ldb = narrow(b.stride);
    const int mi = narrow(m), ni = narrow(n), ki = narrow(k);
    // One row, or one column times one row: gemm's packing costs up to five times the product itself.
    if (k == 1) return outer(a, b, c, stride);
    if (m == 1)
        return product(flag(!b.transposed), b.transposed ? ni : ki, b.transposed ? ki : ni, b.data, ldb, a.data,
                       a.transposed ? lda : 1, c);
    product(flag(a.transposed), flag(b.transposed), mi, ni, ki, a.data, lda, b.data, ldb, beta, c, narrow(stride));
}

template void gemm(const Matrix<float>&, const Matrix<float>&, float, float*, std::size_t);
template void gemm(const Matrix<double>&, const Matrix<double>&, double, double*, std::size_t);

}  // namespace xtape
