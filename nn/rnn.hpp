// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/linear.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// How a recurrent cell of I inputs and H units begins. The bias is 0, except for uniform.
enum class Init {
    orthogonal,  // wh: gradients neither vanish nor explode at first; wx half of Glorot's, which keeps tanh' near 1
    identity,    // wh, after Le et al. 2015; wx as above
    glorot,      // wx and wh
    normal,      // wx N(0, 1/I), wh N(0, 1/H): LeCun et al. 1998
    uniform,     // wx, wh and b U(-1/sqrt H, 1/sqrt H): PyTorch's, but for its second bias
};

enum class Activation { tanh, relu };
template <class T> Variable<T> activate(Activation f, const Variable<T>& a, Where where = Where::here()) {
    return f == Activation::relu ? relu(a, where) : tanh(a, where);
}

struct RNNCellOptions {
    Init init = Init::orthogonal;
    Activation activation = Activation::tanh;
};

// h' = tanh(x wx + h wh + b)          x (B, I)  h (B, H) -> (B, H): Elman 1990; or relu, Le et al. 2015 with identity
template <class T> struct RNNCell {
    using value_type = T;
    static constexpr bool reads_in_products = true;  // noisy_cells.hpp
    Parameter<T> wx, wh, b;
    Activation activation;

    RNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, const RNNCellOptions& options = {});
    Variable<T> operator()(const Variable<T>& x, const Variable<T>& h, Where where = Where::here()) const {
        const Frame frame("RNNCell");
        return activate(activation, affine(x, wx, h, wh, b, where), where);
    }
    // The same in two parts: all inputs at once, p = xs wx + b (T, B, H), then h' = tanh(p[t] + h wh).
    Variable<T> project(const Variable<T>& xs, Where where = Where::here()) const {
        const Frame frame("RNNCell");
        return linear(xs, wx, b, where);
    }
    Variable<T> step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where where = Where::here()) const {
        const Frame frame("RNNCell");
        return activate(activation, affine(p, t, h, wh, where), where);
    }
    Variable<T> initial(std::size_t batch) const { return zeros<T>({batch, b.value().size()}); }
    template <class F> void visit(F&& f) { f("wx", wx), f("wh", wh), f("b", b); }
};

struct RNNSizes {
    std::size_t inputs = 0, hidden = 0, outputs = 0;
};
struct RNNOptions {
    Init init = Init::orthogonal;
    bool skip = false;  // the read-out sees the last input too
};

// Reads a sequence and says what the last state means: xs (T, B, I) -> scores (B, K)
template <class T> struct RNN {
    using value_type = T;
    RNNCell<T> cell;
    Readout<T> readout;

    RNN(const RNNSizes& sizes, std::uint64_t seed, const RNNOptions& options = {});
    Variable<T> operator()(const Variable<T>& xs, Where = Where::here()) const;
    // The same scores, with gradients through the last `depth` steps alone: the state before them is a constant.
    Variable<T> truncated(const Variable<T>& xs, std::size_t depth, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("cell", cell), f("readout", readout); }

private:
    RNN(const RNNSizes& sizes, Generator&& generator, const RNNOptions& options);
    Variable<T> scores(const Variable<T>& xs, const Variable<T>& h, Where where) const;
};

extern template struct RNNCell<float>;
extern template struct RNNCell<double>;
extern template struct RNN<float>;
extern template struct RNN<double>;

}  // namespace xtape::nn
