// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/rnn.hpp>

namespace xtape::nn {

// h' = relu(x wx + u h + b), elementwise in h: each unit has a memory of its own.
// x (B, I)  h (B, H)  wx (I, H)  u (H)  b (H) -> (B, H): Li et al. 2018, whose u begins in U(0, 1)
template <class T> struct IndRNNCell {
    using value_type = T;
    static constexpr bool reads_in_products = true;  // noisy_cells.hpp
    Parameter<T> wx, u, b;
    Activation activation;

    IndRNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, Activation activation = Activation::relu);
    Variable<T> operator()(const Variable<T>& x, const Variable<T>& h, Where = Where::here()) const;
    Variable<T> project(const Variable<T>& xs, Where = Where::here()) const;  // xs wx + b: (T, B, H)
    Variable<T> step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where = Where::here()) const;
    Variable<T> initial(std::size_t batch) const;
    template <class F> void visit(F&& f) { f("wx", wx), f("u", u), f("b", b); }

private:
    Variable<T> next(const Variable<T>& a, const Variable<T>& h, Where where) const;  // a = x wx + b
};

extern template struct IndRNNCell<float>;
extern template struct IndRNNCell<double>;

}  // namespace xtape::nn
