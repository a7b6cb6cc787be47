// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to nn/analytic/*.cpp: the few things the hand-derived gradients do with plain arrays.

#include <cblas.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>
#include <xtensor/xarray.hpp>

namespace xtape::nn::analytic {

template <class Real> using Array = xt::xarray<Real>;
static_assert(Array<float>::static_layout == xt::layout_type::row_major, "the products below count on rows");
using Shape = std::vector<std::size_t>;

[[noreturn]] inline void refuse(const std::string& message) { throw std::invalid_argument("[analytic] " + message); }

std::string text(const auto& shape) {
    std::string out = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
    return out + (shape.size() == 1 ? ",)" : ")");
}

void check(const char* name, const auto& array, const Shape& shape) {
    if (!std::equal(shape.begin(), shape.end(), array.shape().begin(), array.shape().end()))
        refuse(std::string(name) + " must have shape " + text(shape) + "; got " + text(array.shape()));
}

template <class Real> Array<Real> zeros(const Shape& shape) {
    return Array<Real>(typename Array<Real>::shape_type(shape.begin(), shape.end()), Real(0));
}

// all (N, i, j) -> its n-th (i, j)
template <class Real> Array<Real> step(const Array<Real>& all, std::size_t n) {
    Array<Real> one = zeros<Real>({all.shape()[1], all.shape()[2]});
    std::copy_n(all.data() + n * one.size(), one.size(), one.data());
    return one;
}

template <class Real> void set_step(Array<Real>& all, std::size_t n, const Array<Real>& one) {
    std::copy(one.begin(), one.end(), all.data() + n * one.size());
}

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

// a (m, n) -> (n), added up in double: a batch of floats may be long
template <class Real> Array<Real> sum0(const Array<Real>& a) {
    const std::size_t n = a.shape()[1];
    std::vector<double> sum(n, 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) sum[i % n] += static_cast<double>(a.data()[i]);
    Array<Real> out = zeros<Real>({n});
    std::transform(sum.begin(), sum.end(), out.begin(), [](double s) { return static_cast<Real>(s); });
    return out;
}

}  // namespace xtape::nn::analytic
