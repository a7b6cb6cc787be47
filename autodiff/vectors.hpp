// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <xsimd/xsimd.hpp>

namespace xtape {

template <class T> using Vector = xsimd::batch<T>;

template <class T> Vector<T> sigmoid_of(const Vector<T>& x) {
    return Vector<T>(T(1)) / (Vector<T>(T(1)) + xsimd::exp(-x));
}

// out[0][i], ... = f(in[0][i], ...) for all i < n, a vector at a time; outputs may lie over inputs. What is left at the
// end goes through whole vectors too, so that a number's bits depend neither on its place nor on n.
template <class T, std::size_t I, std::size_t O, class F>
void by_vectors(std::size_t n, const std::array<const T*, I>& in, const std::array<T*, O>& out, const F& f) {
    constexpr std::size_t lanes = Vector<T>::size;
    std::array<Vector<T>, I> x;
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        for (std::size_t k = 0; k < I; ++k) x[k] = Vector<T>::load_unaligned(in[k] + i);
        const std::array<Vector<T>, O> y = f(x);
        for (std::size_t k = 0; k < O; ++k) y[k].store_unaligned(out[k] + i);
    }
    if (i == n) return;
    T part[lanes] = {};
    for (std::size_t k = 0; k < I; ++k) {
        std::copy_n(in[k] + i, n - i, part);
        x[k] = Vector<T>::load_unaligned(part);
    }
    const std::array<Vector<T>, O> y = f(x);
    for (std::size_t k = 0; k < O; ++k) {
        y[k].store_unaligned(part);
        std::copy_n(part, n - i, out[k] + i);
    }
}

}  // namespace xtape
