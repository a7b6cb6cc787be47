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

template <class T> void outer(const Matrix<T>& a, const Matrix<T>& b, const Into<T>& to) {
    const std::size_t step = a.transposed ? 1 : a.stride, hop = b.transposed ? b.stride : 1;
    for (std::size_t i = 0; i < a.rows; ++i) {
        const T x = a.data[i * step];
        T* c = to.c + i * to.stride;
        if (hop == 1)
            for (std::size_t j = 0; j < b.columns; ++j) c[j] += x * b.data[j];
        else
            for (std::size_t j = 0; j < b.columns; ++j) c[j] += x * b.data[j * hop];
    }
}

// Many rows times a small matrix: block by block, each of which stays in the second cache.
template <class T> void by_rows(const Matrix<T>& a, const Matrix<T>& b, const Into<T>& to) {
    constexpr std::size_t block = 256;
    for (std::size_t i = 0; i < a.rows; i += block)
        small_gemm<T>({a.data + i * a.stride, std::min(block, a.rows - i), a.columns, a.stride}, b, to.at(i, 0));
}

template <class T> void copy_start(std::size_t m, std::size_t n, const Into<T>& to) {
    if (to.start == to.c) return;
    for (std::size_t i = 0; i < m; ++i) {
        const Into<T> row = to.at(i, 0);
        row.start ? std::copy_n(row.start, n, row.c) : std::fill_n(row.c, n, T(0));
    }
}

// By our tiles, where they were measured to be faster, with AVX2 and AVX-512: all small products, and larger ones for
// which BLAS has one thread and the tiles are full. False if nothing was done.
template <class T> bool by_tiles(const Matrix<T>& a, const Matrix<T>& b, const Into<T>& to) {
    constexpr std::size_t size = 128, small = size * size * size;
    const std::size_t m = a.rows, n = b.columns, k = a.columns;
    if (k == 1 || m == 1) return false;
    const double work = double(m) * double(n) * double(k);
    const bool full = n >= 32 && (m >= 8 || !b.transposed), alone = work > small && full && blas_threads() == 1;
    if (work <= small || (alone && (work <= 8 * small || m * n <= size * size)))
        small_gemm(a, b, to);
    else if (alone && n * k <= size * size && !a.transposed)
        by_rows(a, b, to);
    else
        return false;
    return true;
}

}  // namespace

template <class T> void gemm(const Matrix<T>& a, const Matrix<T>& b, const Into<T>& to) {
    const std::size_t m = a.rows, n = b.columns, k = a.columns;
    if (m == 0 || n == 0) return;
    const int lda = narrow(a.stride), ldb = narrow(b.stride), ldc = narrow(to.stride);
    const int mi = narrow(m), ni = narrow(n), ki = narrow(k);
    if (k > 0 && by_tiles(a, b, to)) return;
    copy_start(m, n, to);
    if (k == 0) return;  // BLAS rejects a leading dimension of 0
    // One column times one row, or one row: gemm's packing costs up to five times the product itself.
    if (k == 1) return outer(a, b, to);
    blas();
    if (m == 1)
        return product(flag(!b.transposed), b.transposed ? ni : ki, b.transposed ? ki : ni, b.data, ldb, a.data,
                       a.transposed ? lda : 1, to.c);
    product(flag(a.transposed), flag(b.transposed), mi, ni, ki, a.data, lda, b.data, ldb, T(to.start != nullptr), to.c,
            ldc);
}

template void gemm(const Matrix<float>&, const Matrix<float>&, const Into<float>&);
template void gemm(const Matrix<double>&, const Matrix<double>&, const Into<double>&);

}  // namespace xtape
