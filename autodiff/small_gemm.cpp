// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/gemm.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <xsimd/xsimd.hpp>

namespace xtape {
namespace {

template <class T> using Vector = xsimd::batch<T>;
template <class T> constexpr std::size_t lanes = Vector<T>::size;
template <class T> constexpr std::size_t width = 2 * lanes<T>;  // the columns of a tile and of a panel
constexpr std::size_t depth = 128;                              // a panel's rows, at most: it stays in the first cache
constexpr std::size_t tall = sizeof(Vector<float>) == 64 ? 8 : 6;  // a tile's rows: its sums stay in registers

template <class T> Vector<T> load(const T* from) { return Vector<T>::load_unaligned(from); }

// Keeps a loaded vector in its register: left alone, compilers load it anew for each row of a tile.
template <class V> void pin([[maybe_unused]] V& v) {
#if defined(__x86_64__)
    __asm__("" : "+v"(v.data));
#endif
}

// a[from], b[from], a[from + 1], b[from + 1], ... (xsimd's own zip differs between its versions)
template <std::size_t from, class T, std::size_t... i>
Vector<T> zip(const Vector<T>& a, const Vector<T>& b, std::index_sequence<i...>) {
    return Vector<T>(__builtin_shufflevector(a.data, b.data, (from + i / 2 + i % 2 * lanes<T>)...));
}

// r[i][j] -> r[j][i]: every perfect shuffle of all rows turns one bit of i into one of j
template <class T> void transpose(Vector<T> (&r)[lanes<T>]) {
    constexpr std::size_t n = lanes<T>;
    for (std::size_t bit = 1; bit < n; bit *= 2) {
        Vector<T> next[n];
        for (std::size_t i = 0; i < n / 2; ++i) {
            next[2 * i] = zip<0, T>(r[i], r[i + n / 2], std::make_index_sequence<n>());
            next[2 * i + 1] = zip<n / 2, T>(r[i], r[i + n / 2], std::make_index_sequence<n>());
        }
        std::copy_n(next, n, r);
    }
}

// Where one operand's element (row, column) is: data[row * down + column * right]
template <class T> struct Strided {
    const T* data;
    std::size_t down, right;
    explicit Strided(const Matrix<T>& m)
        : data(m.data), down(m.transposed ? 1 : m.stride), right(m.transposed ? m.stride : 1) {}
    const T* at(std::size_t row, std::size_t column) const { return data + row * down + column * right; }
};

// A panel of b: rows and columns that begin at one place, as many columns as a tile or fewer. It is in b or in a copy.
template <class T> struct Panel {
    std::size_t row, rows, column, columns;
    const T* data;
    std::size_t down, ahead;  // ahead: to the panel on the right, which is fetched meanwhile
    void move_to(const T* copy) { data = copy, down = width<T>; }
};

// Fewer columns than a tile has, with zeros to its right
template <class T> void copy_rows(const Strided<T>& b, const Panel<T>& p, T* to) {
    for (std::size_t k = 0; k < p.rows; ++k, to += width<T>)
        std::fill(std::copy_n(b.at(p.row + k, p.column), p.columns, to), to + width<T>, T(0));
}

template <class T> void copy_columns(const Strided<T>& b, const Panel<T>& p, T* to) {
    constexpr std::size_t n = lanes<T>;
    std::size_t k = 0;
    for (; p.columns == width<T> && k + n <= p.rows; k += n)
        for (std::size_t half = 0; half < width<T>; half += n) {
            Vector<T> r[n];
            for (std::size_t i = 0; i < n; ++i) r[i] = load(b.at(p.row + k, p.column + half + i));
            transpose<T>(r);
            for (std::size_t i = 0; i < n; ++i) r[i].store_unaligned(to + (k + i) * width<T> + half);
        }
    for (; k < p.rows; ++k)
        for (std::size_t j = 0; j < width<T>; ++j)
            to[k * width<T> + j] = j < p.columns ? *b.at(p.row + k, p.column + j) : T(0);
}

template <std::size_t R, class T> struct Sums {
    Vector<T> left[R], right[R];
    void put(const Into<T>& to) {
        if (to.start)
            for (std::size_t r = 0; r < R; ++r) {
                left[r] = load(to.start + r * to.start_stride) + left[r];
                right[r] = load(to.start + r * to.start_stride + lanes<T>) + right[r];
            }
        for (std::size_t r = 0; r < R; ++r) {
            left[r].store_unaligned(to.c + r * to.stride);
            right[r].store_unaligned(to.c + r * to.stride + lanes<T>);
        }
    }
    // Fewer columns than a tile has
    void put(const Into<T>& to, std::size_t columns) {
        T whole[R * width<T>];
        put({whole, width<T>});
        for (std::size_t r = 0; r < R; ++r)
            for (std::size_t j = 0; j < columns; ++j)
                to.c[r * to.stride + j] =
                    (to.start ? to.start[r * to.start_stride + j] : T(0)) + whole[r * width<T> + j];
    }
};

// R rows of a, from i on, times a panel, which is copied on the way when a copy is asked for.
template <std::size_t R, bool copying = false, class T>
void tile(const Panel<T>& p, const Strided<T>& from_a, std::size_t i, const Into<T>& to, [[maybe_unused]] T* copy) {
    Sums<R, T> sums;
    for (std::size_t r = 0; r < R; ++r) sums.left[r] = sums.right[r] = Vector<T>(T(0));
    const T *a = from_a.at(i, p.row), *b = p.data;
    for (std::size_t k = 0; k < p.rows; ++k, a += from_a.right, b += p.down) {
        Vector<T> l = load(b), h = load(b + lanes<T>);
        pin(l), pin(h);
        if constexpr (copying) {
            __builtin_prefetch(b + p.ahead), __builtin_prefetch(b + p.ahead + lanes<T>);
            l.store_aligned(copy);
            h.store_aligned(copy + lanes<T>);
            copy += width<T>;
        }
        for (std::size_t r = 0; r < R; ++r) {
            const Vector<T> x(a[r * from_a.down]);
            sums.left[r] = xsimd::fma(x, l, sums.left[r]);
            sums.right[r] = xsimd::fma(x, h, sums.right[r]);
        }
    }
    p.columns == width<T> ? sums.put(to) : sums.put(to, p.columns);
}

// All rows of a times a panel. The first tile copies it while it reads it; few rows are done before a copy would be.
// Inlined, since a call for each panel costs a small product 4 %.
template <class T> [[gnu::always_inline]] inline void tiles(const Strided<T>& from_a, std::size_t rows,
                                                            const Strided<T>& from_b, Panel<T> p, const Into<T>& to) {
    alignas(64) T copy[depth * width<T>];
    std::size_t i = 0;
    if (p.columns < width<T> || from_b.right != 1) {
        from_b.right == 1 ? copy_rows(from_b, p, copy) : copy_columns(from_b, p, copy);
        p.move_to(copy);
    } else if (rows > tall) {
        tile<tall, true>(p, from_a, 0, to, copy);
        p.move_to(copy), i = tall;
    }
    const auto as_many_as = [&]<std::size_t R>(std::integral_constant<std::size_t, R>) {
        for (; i + R <= rows; i += R) tile<R>(p, from_a, i, to.at(i, 0), copy);
    };
    as_many_as(std::integral_constant<std::size_t, tall>());
    as_many_as(std::integral_constant<std::size_t, 4>());
    as_many_as(std::integral_constant<std::size_t, 2>());
    as_many_as(std::integral_constant<std::size_t, 1>());
}

}  // namespace

template <class T> void small_gemm(const Matrix<T>& a, const Matrix<T>& b, Into<T> to) {
    const Strided<T> from_a(a), from_b(b);
    for (std::size_t k = 0; k < a.columns; k += depth, to.start = to.c, to.start_stride = to.stride)
        for (std::size_t j = 0; j < b.columns; j += width<T>) {
            const std::size_t left = b.columns - j;
            tiles(from_a, a.rows, from_b,
                  {k, std::min(depth, a.columns - k), j, std::min(width<T>, left), from_b.at(k, j), from_b.down,
                   left >= 2 * width<T> ? width<T> : 0},
                  to.at(0, j));
        }
}

template void small_gemm(const Matrix<float>&, const Matrix<float>&, Into<float>);
template void small_gemm(const Matrix<double>&, const Matrix<double>&, Into<double>);

}  // namespace xtape
