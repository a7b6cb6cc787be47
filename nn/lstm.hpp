// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/sequence.hpp>

#include <optional>

namespace xtape::nn {

template <class T> struct LSTMState {
    Variable<T> h, c;  // (B, H) each; h is (B, P) with a projection
    auto fields() { return std::tie(h, c); }
};

struct LSTMOptions {
    double forget_bias = 1;   // how open the memory is at first: sigmoid(1) = 0.73 of it stays: Jozefowicz et al. 2015
    std::size_t longest = 0;  // if given, the memory reaches 1 ... longest steps at first: chrono, Tallec et al. 2018
    bool peepholes = false;   // gates read the memory too: Gers et al. 2002
    bool coupled = false;     // what is written is what was forgotten, i = 1 - f: Greff et al. 2017
    std::size_t projection = 0;  // P: h = (o tanh c') wp, (H, P): Sak et al. 2014
};

// z = x wx + h wh + b = [i f g o]                 x (B, I)  h (B, H)  c (B, H)  wx (I, 4H)  wh (H, 4H)  b (4H)
// c' = sigmoid(f) c + sigmoid(i) tanh(g)          h' = sigmoid(o) tanh(c')
// Hochreiter and Schmidhuber 1997, Gers et al. 2000. One bias: two, as cuDNN has, would only be added.
// Coupled: z = [f g o], (B, 3H). Peepholes: i + pi c, f + pf c, o + po c', each p (H).
template <class T> struct LSTMCell {
    using value_type = T;
    using Options = LSTMOptions;
    static constexpr bool reads_in_products = true;  // h, that is: noisy_cells.hpp
    std::size_t hidden;
    bool coupled;
    Parameter<T> wx, wh, b;
    std::optional<Parameter<T>> pi, pf, po, wp;

    LSTMCell(std::size_t inputs, std::size_t hidden, Generator& generator, const LSTMOptions& options = {});
    LSTMState<T> operator()(const Variable<T>& x, const LSTMState<T>& s, Where = Where::here()) const;
    // The same in two parts: all inputs at once, p = xs wx + b (T, B, 4H), then z = p[t] + h wh.
    Variable<T> project(const Variable<T>& xs, Where = Where::here()) const;
    LSTMState<T> step(const Variable<T>& p, std::ptrdiff_t t, const LSTMState<T>& s, Where = Where::here()) const;
    LSTMState<T> initial(std::size_t batch) const;
    template <class F> void visit(F&& f) {
        f("wx", wx), f("wh", wh), f("b", b);
        if (pi) f("pi", *pi);
        if (pf) f("pf", *pf), f("po", *po);
        if (wp) f("wp", *wp);
    }

private:
    LSTMState<T> gates(const Variable<T>& z, const Variable<T>& c, Where where) const;
};

extern template struct LSTMCell<float>;
extern template struct LSTMCell<double>;

}  // namespace xtape::nn
