// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/padding.hpp>

namespace xtape::nn {

// What attention looks back at, made once for all queries. It is a state: in beam search it goes with its row.
template <class T> struct Memory {
    Variable<T> values;  // (B, S, H), 0 where there is no step
    Variable<T> keys;    // (B, S, A), what queries are compared with
    Variable<T> mask;    // (B, S), 1 where there is a step
    auto fields() { return std::tie(values, keys, mask); }
};

template <class T> struct Attended {
    Variable<T> context;  // sum over j of weight_j value_j, (B, H)
    Variable<T> weights;  // softmax over the memory's steps, (B, S); 0 for a row that has none, and so is its context
};

// Attention of a query q (B, ...) on a memory m (B, S, H), made of a sequence (S, B, H) such as an encoder's outputs:
//     const auto memory = attention.memory(outputs, lengths);
//     const auto [context, weights] = attention(q, memory);
// Padded steps of the memory have no part in anything, and get no gradient.

// e_j = q m_j                              q (B, H): Luong et al. 2015, dot
template <class T> struct DotAttention {
    using value_type = T;

    Memory<T> memory(const Variable<T>& outputs, const Padding& padding = {}, Where = Where::here()) const;
    Attended<T> operator()(const Variable<T>& q, const Memory<T>& memory, Where = Where::here()) const;
    template <class F> void visit(F&&) {}
};

// e_j = (q wa) m_j = q (m_j wa')           q (B, Q)  wa (Q, H): Luong et al. 2015, general
template <class T> struct GeneralAttention {
    using value_type = T;
    Parameter<T> wa;

    GeneralAttention(std::size_t query, std::size_t hidden, Generator& generator);
    Memory<T> memory(const Variable<T>& outputs, const Padding& padding = {}, Where = Where::here()) const;
    Attended<T> operator()(const Variable<T>& q, const Memory<T>& memory, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("wa", wa); }
};

// e_j = tanh(q wq + m_j wm) v              q (B, Q)  wq (Q, A)  wm (H, A)  v (A): Bahdanau et al. 2015
template <class T> struct AdditiveAttention {
    using value_type = T;
    Parameter<T> wq, wm, v;

    AdditiveAttention(std::size_t query, std::size_t hidden, std::size_t size, Generator& generator);
    Memory<T> memory(const Variable<T>& outputs, const Padding& padding = {}, Where = Where::here()) const;
    Attended<T> operator()(const Variable<T>& q, const Memory<T>& memory, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("wq", wq), f("wm", wm), f("v", v); }
};

struct MultiHeadOptions {
    Padding padding = {};  // of the memory
    bool causal = false;   // step t of a sequence sees steps 0 ... t of itself
};

// Scaled dot-product attention in N heads of D / N units each: Vaswani et al. 2017
//     head_n = softmax(q_n k_n' / sqrt(D / N)) v_n      q = x wq + bq      k = m wk + bk      v = m wv + bv
//     y = [head_1 ... head_N] wo + bo
// x (T, B, D)  m (S, B, D) -> y (T, B, D) and the weights (B, N, T, S); self-attention where m is x. Keys and values
// may be made of sequences of their own, (S, B, D) each. The weights w are (D, D), biases (D). Where there is nothing
// to see the heads are 0, and y = bo. Padded steps of the memory have no part in anything, of x neither where it is m.
template <class T> struct MultiHeadAttention {
    using value_type = T;
    std::size_t heads;
    Parameter<T> wq, bq, wk, bk, wv, bv, wo, bo;

    MultiHeadAttention(std::size_t size, std::size_t heads, Generator& generator, Where = Where::here());
    Attended<T> operator()(const Variable<T>& x, const Variable<T>& m, const MultiHeadOptions& options = {},
                           Where where = Where::here()) const {
        return attend(x, m, m, options, where);
    }
    template <OperandOf<T> V>  // so that {} is taken for options
    Attended<T> operator()(const Variable<T>& x, const Variable<T>& keys, const V& values,
                           const MultiHeadOptions& options = {}, Where where = Where::here()) const {
        return attend(x, keys, values, options, where);
    }
    template <class F> void visit(F&& f) {
        f("wq", wq), f("bq", bq), f("wk", wk), f("bk", bk), f("wv", wv), f("bv", bv), f("wo", wo), f("bo", bo);
    }

private:
    Attended<T> attend(const Variable<T>& x, const Variable<T>& keys, const Variable<T>& values,
                       const MultiHeadOptions& options, Where where) const;
};

extern template struct DotAttention<float>;
extern template struct DotAttention<double>;
extern template struct GeneralAttention<float>;
extern template struct GeneralAttention<double>;
extern template struct AdditiveAttention<float>;
extern template struct AdditiveAttention<double>;
extern template struct MultiHeadAttention<float>;
extern template struct MultiHeadAttention<double>;

}  // namespace xtape::nn
