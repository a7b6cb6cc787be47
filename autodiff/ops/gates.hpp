// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mixed.hpp>
#include <xtape/autodiff/tape.hpp>

namespace xtape {

// What recurrent cells do with their gates, each as one operation: one pass over memory instead of a dozen.

// z (B, 4H) = [i | f | g | o], c (B, H) -> c' = sigmoid(f) c + sigmoid(i) tanh(g), (B, H)
template <class T> Variable<T> lstm_memory(const Variable<T>& z, const Variable<T>& c, Where = Where::here());
template <class Z, class C>
requires Mixed<Z, C>
auto lstm_memory(const Z& z, const C& c, Where where = Where::here()) {
    using T = scalar_among<Z, C>;
    return lstm_memory<T>(operand<T>(z), operand<T>(c), where);
}
// of the same z, and c' -> h = sigmoid(o) tanh(c'), (B, H)
template <class T> Variable<T> lstm_output(const Variable<T>& z, const Variable<T>& c, Where = Where::here());
template <class Z, class C>
requires Mixed<Z, C>
auto lstm_output(const Z& z, const C& c, Where where = Where::here()) {
    using T = scalar_among<Z, C>;
    return lstm_output<T>(operand<T>(z), operand<T>(c), where);
}
// x (B, 3H) = [r | z | n] from the input, m (B, 3H) from the state h (B, H), b (H) -> h' (B, H):
// r = sigmoid(x_r + m_r)          z = sigmoid(x_z + m_z)          h' = (1 - z) tanh(x_n + r (m_n + b)) + z h
template <class T> Variable<T> gru_gates(const Variable<T>& x, const Variable<T>& m, const Variable<T>& h,
                                         const Variable<T>& b, Where = Where::here());
template <class X, class M, class H, class B>
requires Mixed<X, M, H, B>
auto gru_gates(const X& x, const M& m, const H& h, const B& b, Where where = Where::here()) {
    using T = scalar_among<X, M, H, B>;
    return gru_gates<T>(operand<T>(x), operand<T>(m), operand<T>(h), operand<T>(b), where);
}

}  // namespace xtape
