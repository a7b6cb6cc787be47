// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mixed.hpp>
#include <xtape/autodiff/tape.hpp>

namespace xtape {

// What recurrent cells do with their gates, each as one operation because measured.

// z (B, 4H) = [i | f | g | o], c (B, H) -> y (2, B, H), whose halves are h = select(y, 0, 0) and c' = select(y, 0, 1):
// c' = sigmoid(f) c + sigmoid(i) tanh(g)          h = sigmoid(o) tanh(c')
template <class T> Variable<T> lstm_gates(const Variable<T>& z, const Variable<T>& c, Where = Where::here());
template <class Z, class C>
requires Mixed<Z, C>
auto lstm_gates(const Z& z, const C& c, Where where = Where::here()) {
    using T = scalar_among<Z, C>;
    return lstm_gates<T>(operand<T>(z), operand<T>(c), where);
}
// x (B, 3H) = [r | z | n] from the input, m (B, 3H) from the state h (B, H) -> h' (B, H):
// r = sigmoid(x_r + m_r)          z = sigmoid(x_z + m_z)          h' = (1 - z) tanh(x_n + r m_n) + z h
template <class T>
Variable<T> gru_gates(const Variable<T>& x, const Variable<T>& m, const Variable<T>& h, Where = Where::here());
template <class X, class M, class H>
requires Mixed<X, M, H>
auto gru_gates(const X& x, const M& m, const H& h, Where where = Where::here()) {
    using T = scalar_among<X, M, H>;
    return gru_gates<T>(operand<T>(x), operand<T>(m), operand<T>(h), where);
}

}  // namespace xtape
