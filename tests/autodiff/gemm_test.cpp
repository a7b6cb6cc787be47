// SPDX-License-Identifier: BSD-3-Clause
// The one door to products, our own and those of BLAS, against three loops.
#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/gemm.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

// A matrix in memory whose rows have `gap` elements of NaN behind them, which nobody may read or write.
template <class T> struct Padded {
    std::size_t rows, columns, stride;
    std::vector<T> data;
    Padded(std::size_t m, std::size_t n, std::size_t gap, unsigned seed)
        : rows(m), columns(n), stride(n + gap), data(m * stride + 1, std::numeric_limits<T>::quiet_NaN()) {
        const auto values = random_array<double>({m, n}, seed);
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < n; ++j) data[i * stride + j] = T(values.data()[i * n + j]);
    }
    Matrix<T> op(bool transposed) const {
        return transposed ? Matrix<T>{data.data(), columns, rows, stride, true}
                          : Matrix<T>{data.data(), rows, columns, stride, false};
    }
    double at(bool transposed, std::size_t i, std::size_t j) const {
        return double(transposed ? data[j * stride + i] : data[i * stride + j]);
    }
};

template <class T> void compare(std::size_t m, std::size_t n, std::size_t k, bool ta, bool tb, std::size_t gap) {
    const double tolerance = double(std::numeric_limits<T>::epsilon()) * (double(k) + 2);
    const Padded<T> a(ta ? k : m, ta ? m : k, gap, 1), b(tb ? n : k, tb ? k : n, gap, 2);
    const Padded<T> before(m, n, gap, 3);
    for (const std::string start : {"null", "c", "elsewhere", "one row"}) {
        Padded<T> c = before;
        const bool own = start == "c", none = start == "null", row = start == "one row";
        if (!own)  // what is in C must not be read
            for (std::size_t i = 0; i < m; ++i)
                for (std::size_t j = 0; j < n; ++j) c.data[i * c.stride + j] = std::numeric_limits<T>::quiet_NaN();
        const T* from = none ? nullptr : own ? c.data.data() : before.data.data();
        gemm(a.op(ta), b.op(tb), Into<T>{c.data.data(), c.stride, from, row ? 0 : c.stride});
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < m; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double sum = none ? 0 : before.at(false, row ? 0 : i, j);
                for (std::size_t l = 0; l < k; ++l) sum += a.at(ta, i, l) * b.at(tb, l, j);
                wrong += !(std::abs(c.at(false, i, j) - sum) <= tolerance);  // a sum of k numbers up to 1
            }
            for (std::size_t j = n; j < c.stride; ++j) wrong += !std::isnan(c.data[i * c.stride + j]);
        }
        INFO("m, n, k = " << m << ", " << n << ", " << k << "; transposed " << ta << tb << "; gap " << gap << "; start "
                          << start);
        CHECK(wrong == 0);
    }
}

template <class T> void compare_all(const std::vector<std::size_t>& sizes) {
    for (const std::size_t m : sizes)
        for (const std::size_t n : sizes)
            for (const std::size_t k : sizes)
                for (const bool ta : {false, true})
                    for (const bool tb : {false, true})
                        for (const std::size_t gap : {0u, 3u}) compare<T>(m, n, k, ta, tb, gap);
}

TEST_CASE("gemm agrees with three loops, at every size, transposition and stride") {
    compare_all<float>({0, 1, 2, 13, 35});
    compare_all<double>({0, 1, 2, 13, 35});
}

TEST_CASE("gemm agrees with three loops where it works in blocks, and where BLAS does") {
    const std::vector<std::size_t> sizes =
        sanitized ? std::vector<std::size_t>{1, 64} : std::vector<std::size_t>{1, 64, 130};
    compare_all<float>(sizes);
    compare_all<double>(sizes);
    compare<float>(130, 17, 130, true, false, 1);
    compare<float>(16, 48, 300, false, true, 1);
    if (!sanitized) compare<float>(200, 150, 130, true, true, 2);
    compare<double>(3, 130, 64, false, true, 1);
    const OneBlasThread one;  // then our tiles take more of them, many rows in blocks, the last one a small one
    compare<float>(257, 100, 128, false, false, 1);
    compare<double>(515, 128, 64, false, true, 0);
    if (sanitized) return;
    compare<float>(64, 256, 1100, true, false, 0);
    compare<float>(1100, 64, 256, false, false, 0);
    compare<double>(150, 150, 150, false, true, 1);
    compare<float>(260, 260, 260, true, true, 1);
}

TEST_CASE("gemm with an inner size of zero is its start") {
    for (const bool add : {false, true}) {
        std::vector<float> c(6, add ? 7.0f : std::nanf(""));
        gemm<float>({nullptr, 2, 0, 0}, {nullptr, 0, 3, 3}, {c.data(), 3, add ? c.data() : nullptr, 3});
        CHECK(c == std::vector<float>(6, add ? 7.0f : 0.0f));
    }
    gemm<double>({nullptr, 0, 3, 3}, {nullptr, 3, 2, 2}, {nullptr, 2});
    gemm<double>({nullptr, 2, 3, 3}, {nullptr, 3, 0, 0}, {nullptr, 0});
}

TEST_CASE("gemm takes NaN and infinity for what they are") {
    const float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
    for (const std::size_t n : {1u, 2u, 20u}) {
        std::vector<float> a(n * n, 0.0f), b(n * n, 1.0f), c(n * n, 5.0f);
        b[0] = nan;  // 0 times NaN
        gemm<float>({a.data(), n, n, n}, {b.data(), n, n, n}, {c.data(), n});
        CHECK(std::isnan(c[0]));
        b[0] = inf;
        gemm<float>({a.data(), n, n, n}, {b.data(), n, n, n}, {c.data(), n});
        CHECK(std::isnan(c[0]));
        b[0] = 1, a[0] = inf;
        gemm<float>({a.data(), n, n, n}, {b.data(), n, n, n}, {c.data(), n});
        CHECK(c[0] == inf);
    }
}

TEST_CASE("gemm refuses what BLAS's 32-bit integers do not hold, and touches nothing") {
    const std::size_t huge = std::size_t(1) << 31;
    float x = 1, c = 7;
    auto refused = [&](const Matrix<float>& a, const Matrix<float>& b, std::size_t stride) {
        return contains(thrown([&] {
                            gemm<float>(a, b, {&c, stride, &c, stride});
                        }),
                        "[gemm] sizes must fit BLAS's 32-bit integers");
    };
    CHECK(refused({&x, huge, 2, 2}, {&x, 2, 2, 2}, 2));
    CHECK(refused({&x, 2, 2, 2}, {&x, 2, huge, huge}, huge));
    CHECK(refused({&x, 2, huge, huge}, {&x, huge, 2, 2}, 2));
    CHECK(refused({&x, 2, 2, huge}, {&x, 2, 2, 2}, 2));
    CHECK(refused({&x, 2, 2, 2}, {&x, 2, 2, 2}, huge));
    CHECK(contains(thrown([&] { gemm<float>({&x, 2, 2, huge}, {&x, 2, 2, 2}, {&c, 2, &c, 2}); }), text(huge)));
    CHECK(c == 7);
}

}  // namespace
}  // namespace xtape::test
