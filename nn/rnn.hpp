// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/linear.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// h' = tanh(x wx + h wh + b)          x (B, I)  h (B, H) -> (B, H): Elman 1990
// wh is orthogonal, so that gradients neither vanish nor explode at first; small input weights keep tanh' near 1.
template <class T> struct RNNCell {
    using value_type = T;
    Parameter<T> wx, wh, b;

    RNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, double input_gain = 0.5)
        : wx("wx", glorot<T>(inputs, hidden, generator, input_gain)),
          wh("wh", orthogonal<T>(hidden, hidden, generator)),
          b("b", zeros<T>({hidden})) {}
    Variable<T> operator()(const Variable<T>& x, const Variable<T>& h, Where where = Where::here()) const {
        const Frame frame("RNNCell");
        return tanh(affine(x, wx, h, wh, b, where));
    }
    // The same in two parts: all inputs at once, p = xs wx + b (T, B, H), then h' = tanh(p[t] + h wh).
    Variable<T> project(const Variable<T>& xs, Where where = Where::here()) const {
        const Frame frame("RNNCell");
        return linear(xs, wx, b, where);
    }
    Variable<T> step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where where = Where::here()) const {
        const Frame frame("RNNCell");
        return tanh(affine(p, t, h, wh, where));
    }
    Variable<T> initial(std::size_t batch) const { return zeros<T>({batch, b.value().size()}); }
    template <class F> void visit(F&& f) { f("wx", wx), f("wh", wh), f("b", b); }
};

struct RNNSizes {
    std::size_t inputs, hidden, outputs;
};

// Reads a sequence and says what the last state means: xs (T, B, I) -> scores (B, K)
template <class T> struct RNN {
    using value_type = T;
    RNNCell<T> cell;
    Readout<T> readout;

    RNN(const RNNSizes& sizes, std::uint64_t seed);
    Variable<T> operator()(const Variable<T>& xs, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("cell", cell), f("readout", readout); }

private:
    RNN(const RNNSizes& sizes, Generator&& generator);
};

extern template struct RNN<float>;
extern template struct RNN<double>;

}  // namespace xtape::nn
