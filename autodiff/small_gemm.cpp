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

// A panel of b: rows and columns that begin at one place, as many columns as a tile or fewer.
struct Panel {
    std::size_t row, rows, column, columns;
};

template <class T> void copy_rows(const Strided<T>& b, const Panel& p, T* to) {
    for (std::size_t k = 0; k < p.rows; ++k, to += width<T>) {
        const T* from = b.at(p.row + k, p.column);
        if (p.columns < width<T>) {
            std::fill(std::copy_n(from, p.columns, to), to + width<T>, T(0));
        } else {
            load(from).store_unaligned(to);
            load(from + lanes<T>).store_unaligned(to + lanes<T>);
        }
    }
}

template <class T> void copy_columns(const Strided<T>& b, const Panel& p, T* to) {
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

// c (R, columns) = start + a (R rows from i on) times a panel, whose rows are `down` apart; a start of null is zero
template <std::size_t R, class T> void tile(const Panel& p, const Strided<T>& from_a, std::size_t i, const T* panel,
                                            std::size_t down, const T* start, T* c, std::size_t stride) {
    Vector<T> left[R], right[R];
    for (std::size_t r = 0; r < R; ++r) left[r] = right[r] = Vector<T>(T(0));
    const T* a = from_a.at(i, p.row);
    for (std::size_t k = 0; k < p.rows; ++k, a += from_a.right, panel += down) {
        Vector<T> l = load(panel), h = load(panel + lanes<T>);
        pin(l), pin(h);
        for (std::size_t r = 0; r < R; ++r) {
            const Vector<T> x(a[r * from_a.down]);
            left[r] = xsimd::fma(x, l, left[r]);
            right[r] = xsimd::fma(x, h, right[r]);
        }
    }
    for (std::size_t r = 0; r < R; ++r, c += stride, start += start ? stride : 0) {
        T part[width<T>];
        T* to = p.columns == width<T> ? c : part;
        const T* from = start && to == part ? std::copy_n(start, p.columns, part) - p.columns : start;
        (from ? load(from) + left[r] : left[r]).store_unaligned(to);
        (from ? load(from + lanes<T>) + right[r] : right[r]).store_unaligned(to + lanes<T>);
        if (to == part) std::copy_n(part, p.columns, c);
    }
}

}  // namespace

template <class T> void small_gemm(const Matrix<T>& a, const Matrix<T>& b, const T* start, T* c, std::size_t stride) {
    const Strided<T> from_a(a), from_b(b);
    alignas(64) T copied[depth * width<T>];
    for (std::size_t k = 0; k < a.columns; k += depth, start = c)
        for (std::size_t j = 0; j < b.columns; j += width<T>) {
            const Panel p{k, std::min(depth, a.columns - k), j, std::min(width<T>, b.columns - j)};
            // Few rows are done before a copy would be.
            const bool in_place = !b.transposed && p.columns == width<T> && a.rows <= 12;
            if (!in_place) b.transposed ? copy_columns(from_b, p, copied) : copy_rows(from_b, p, copied);
            const T* panel = in_place ? from_b.at(k, j) : copied;
            const std::size_t down = in_place ? b.stride : width<T>;
            std::size_t i = 0;
            const auto tiles = [&]<std::size_t R>(std::integral_constant<std::size_t, R>) {
                for (; i + R <= a.rows; i += R) {
                    const std::size_t at = i * stride + j;
                    tile<R>(p, from_a, i, panel, down, start ? start + at : nullptr, c + at, stride);
                }
            };
            tiles(std::integral_constant<std::size_t, 6>());
            tiles(std::integral_constant<std::size_t, 4>());
            tiles(std::integral_constant<std::size_t, 2>());
            tiles(std::integral_constant<std::size_t, 1>());
        }
}

template void small_gemm(const Matrix<float>&, const Matrix<float>&, const float*, float*, std::size_t);
template void small_gemm(const Matrix<double>&, const Matrix<double>&, const double*, double*, std::size_t);

}  // namespace xtape
