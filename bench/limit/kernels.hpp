// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Whole vectors of row-major matrices, whose rows lie at distances that spread over the cache.

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cstddef>
#include <xsimd/xsimd.hpp>

namespace xtape::bench {

using Vector = xsimd::batch<float>;
inline constexpr int lanes = static_cast<int>(Vector::size);
inline constexpr int panel = 2 * lanes;

inline Vector load(const float* from) { return Vector::load_unaligned(from); }

// Columns rounded up to whole panels, and the distance between rows that hold them: never a multiple of 256 bytes,
// because then a column of the matrix would fall on a few lines of the cache only.
inline int padded(int columns) { return (columns + panel - 1) / panel * panel; }
inline int stride(int columns) { return padded(columns) + (padded(columns) % 64 ? 0 : panel); }

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
