// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/lstm.hpp>

namespace xtape::nn {

// z = gain_x norm(x wx) + gain_h norm(h wh) + b = [i f g o]          norm(a) = (a - mean) / sqrt(variance + epsilon)
// c' = sigmoid(f) c + sigmoid(i) tanh(g)          h' = sigmoid(o) tanh(gain_c norm(c') + bias_c)
// x (B, I)  h, c (B, H)  wx (I, 4H)  wh (H, 4H)  b, gain_x, gain_h (4H)  gain_c, bias_c (H): Ba et al. 2016. Their two
// biases of z are the one b, whose forget part begins at 1.
template <class T> struct LayerNormLSTMCell {
    using value_type = T;
    static constexpr bool reads_in_products = true;  // h, that is: noisy_cells.hpp
    Parameter<T> wx, wh, b, gain_x, gain_h, gain_c, bias_c;
    T epsilon;

    LayerNormLSTMCell(std::size_t inputs, std::size_t hidden, Generator& generator, T epsilon = T(1e-5));
    LSTMState<T> operator()(const Variable<T>& x, const LSTMState<T>& s, Where = Where::here()) const;
    // The same in two parts: p = gain_x norm(xs wx) + b (T, B, 4H), then the rest of z.
    Variable<T> project(const Variable<T>& xs, Where = Where::here()) const;
    LSTMState<T> step(const Variable<T>& p, std::ptrdiff_t t, const LSTMState<T>& s, Where = Where::here()) const;
    LSTMState<T> initial(std::size_t batch) const;
    template <class F> void visit(F&& f) {
        f("wx", wx), f("wh", wh), f("b", b);
        f("gain_x", gain_x), f("gain_h", gain_h), f("gain_c", gain_c), f("bias_c", bias_c);
    }

private:
    LSTMState<T> gates(const Variable<T>& p, const LSTMState<T>& s, Where where) const;
};

extern template struct LayerNormLSTMCell<float>;
extern template struct LayerNormLSTMCell<double>;

}  // namespace xtape::nn
