// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to nn/analytic/*.cpp: products of plain matrices, by BLAS.

#include <cblas.h>

#include <limits>
#include <xtape/nn/analytic/arrays.hpp>

namespace xtape::nn::analytic {

inline int blas_size(std::size_t n) {
    if (n > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        refuse("a size must fit BLAS's int; got " + std::to_string(n));
    return static_cast<int>(n);
}

inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda, const float* b,
                 int ldb, float* c) {
    cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}
inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a, int lda, const double* b,
                 int ldb, double* c) {
    cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}

// a (m, k)  b (k, n) -> a b (m, n); either may be transposed
template <class Real> Array<Real> product(const Array<Real>& a, const Array<Real>& b, CBLAS_TRANSPOSE ta = CblasNoTrans,
                                          CBLAS_TRANSPOSE tb = CblasNoTrans) {
    const std::size_t m = a.shape()[ta == CblasTrans], k = a.shape()[ta != CblasTrans], n = b.shape()[tb != CblasTrans];
    Array<Real> c = zeros<Real>({m, n});
    gemm(ta, tb, blas_size(m), blas_size(n), blas_size(k), a.data(), blas_size(a.shape()[1]), b.data(),
         blas_size(b.shape()[1]), c.data());
    return c;
}
template <class Real> Array<Real> product_tn(const Array<Real>& a, const Array<Real>& b) {  // a' b
    return product(a, b, CblasTrans);
}
template <class Real> Array<Real> product_nt(const Array<Real>& a, const Array<Real>& b) {  // a b'
    return product(a, b, CblasNoTrans, CblasTrans);
}

}  // namespace xtape::nn::analytic
