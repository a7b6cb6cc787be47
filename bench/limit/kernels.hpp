// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products of row-major matrices that are too small for BLAS to be at its best. Tiles of 6 rows by two vectors stay in
// registers over the whole depth; nothing is packed, instead rows lie at distances that spread over the cache.

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <xsimd/xsimd.hpp>

namespace xtape::bench {

using Vector = xsimd::batch<float>;
inline constexpr int lanes = static_cast<int>(Vector::size);
inline constexpr int panel = 2 * lanes;  // the columns of a tile

inline Vector load(const float* from) { return Vector::load_unaligned(from); }

// Columns rounded up to whole panels, and the distance between rows that hold them: never a multiple of 256 bytes,
// because then a column of the matrix would fall on a few lines of the cache only.
inline int padded(int columns) { return (columns + panel - 1) / panel * panel; }
inline int stride(int columns) { return padded(columns) + (padded(columns) % 64 ? 0 : panel); }

// One summand a b of a product: a(i, k) = a[i * a_row + k * a_column], b(k, j) = b[k * b_row + j].
struct Term {
    const float* a;
    std::ptrdiff_t a_row, a_column;
    const float* b;
    std::ptrdiff_t b_row;
    int depth;
};

// Keeps a loaded vector in its register. Left alone, compilers load it anew for each of the R rows; the loads then
// take twice as long as the arithmetic.
inline void pin([[maybe_unused]] Vector& v) {
#if defined(__x86_64__)
    __asm__("" : "+v"(v.data));
#endif
}

// f(0), ..., f(N - 1). Sums in an array stay in registers only if their indices are constants.
template <int N, class F> [[gnu::always_inline]] inline void each(const F& f) {
    const auto all = [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
        (f(std::integral_constant<int, i>()), ...);
    };
    all(std::make_integer_sequence<int, N>());
}

// sum (R, W vectors) += a (R, 1) b (1, W vectors), two vectors at a time
template <int R, int W>
[[gnu::always_inline]] inline void step(Vector (*sum)[W], const float* a, std::ptrdiff_t a_row, const float* b) {
    each<W / 2>([&](auto pair) __attribute__((always_inline)) {
        constexpr int v = 2 * pair;
        Vector left = load(b + v * lanes), right = load(b + (v + 1) * lanes);
        pin(left);
        pin(right);
        each<R>([&](auto r) __attribute__((always_inline)) {
            const Vector value(a[r * a_row]);
            sum[r][v] = xsimd::fma(value, left, sum[r][v]);
            sum[r][v + 1] = xsimd::fma(value, right, sum[r][v + 1]);
        });
    });
}

// c (R, W vectors) = or += the sum of the terms at row i and column j. Few sums would wait for their own additions, so
// `ways` of them run side by side.
template <bool Add, int R, int W, class... Terms>
[[gnu::always_inline]] inline void tile(int i, int j, float* c, std::ptrdiff_t c_row, const Terms&... terms) {
    constexpr int ways = R * W >= 8 ? 1 : 8 / (R * W);
    Vector sum[R * ways][W];
    each<R * ways * W>([&](auto at) { sum[at / W][at % W] = Vector(0.0f); });
    const auto add = [&](const Term& term) __attribute__((always_inline)) {
        const float *a = term.a + i * term.a_row, *b = term.b + j;
        int k = 0;
        for (; k + ways <= term.depth; k += ways, a += ways * term.a_column, b += ways * term.b_row)
            each<ways>([&](auto w) __attribute__((always_inline)) {
                step<R, W>(sum + w * R, a + w * term.a_column, term.a_row, b + w * term.b_row);
            });
        for (; k < term.depth; ++k, a += term.a_column, b += term.b_row) step<R, W>(sum, a, term.a_row, b);
    };
    (add(terms), ...);
    each<R * W>([&](auto at) {
        constexpr int r = at / W, v = at % W;
        each<ways - 1>([&](auto w) { sum[r][v] += sum[(w + 1) * R + r][v]; });
        float* to = c + r * c_row + v * lanes;
        (Add ? sum[r][v] + load(to) : sum[r][v]).store_unaligned(to);
    });
}

// c (m, n) = or += the sum of the terms; whole panels are written. finish(i, rows, j, columns) is called for each block
// of c soon after it is there: at once where c is large, so that it is still near; at the end where it is near anyway.
template <bool Add = false, class Finish, class... Terms>
void product(int m, int n, float* c, std::ptrdiff_t c_row, const Finish& finish, const Terms&... terms) {
    const bool large = m > 1 && m * n > 4096;
    int j = 0;
    for (; m == 1 && j + 2 * panel <= padded(n); j += 2 * panel) tile<Add, 1, 4>(0, j, c + j, c_row, terms...);
    for (; j < n; j += panel) {
        int i = 0;
        const auto rows = [&]<int R>(std::integral_constant<int, R>) {
            for (; i + R <= m; i += R) {
                tile<Add, R, 2>(i, j, c + i * c_row + j, c_row, terms...);
                if (large) finish(i, R, j, panel);
            }
        };
        rows(std::integral_constant<int, 6>());
        rows(std::integral_constant<int, 4>());
        rows(std::integral_constant<int, 2>());
        rows(std::integral_constant<int, 1>());
    }
    if (!large) finish(0, m, 0, padded(n));
}

// w (m, n) -> w' (n, m)
inline void transpose(const float* w, int w_row, int m, int n, float* w_t, int w_t_row) {
    int rows = 0, columns = 0;  // what goes by blocks of 4 x 4
#if defined(__SSE__)
    rows = m / 4 * 4, columns = n / 4 * 4;
    for (int i = 0; i < rows; i += 4) {
        for (int j = 0; j < columns; j += 4) {
            const float* from = w + i * w_row + j;
            float* to = w_t + j * w_t_row + i;
            __m128 r0 = _mm_loadu_ps(from), r1 = _mm_loadu_ps(from + w_row);
            __m128 r2 = _mm_loadu_ps(from + 2 * w_row), r3 = _mm_loadu_ps(from + 3 * w_row);
            _MM_TRANSPOSE4_PS(r0, r1, r2, r3);
            _mm_storeu_ps(to, r0), _mm_storeu_ps(to + w_t_row, r1);
            _mm_storeu_ps(to + 2 * w_t_row, r2), _mm_storeu_ps(to + 3 * w_t_row, r3);
        }
    }
#endif
    for (int i = 0; i < m; ++i)
        for (int j = i < rows ? columns : 0; j < n; ++j) w_t[j * w_t_row + i] = w[i * w_row + j];
}

}  // namespace xtape::bench
