// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>

namespace xtape::nn {

// y = x w + b                  x (..., I)  w (I, O)  b (O) -> (..., O)
template <class T> struct Linear {
    using value_type = T;
    Parameter<T> w, b;

    Linear(std::size_t inputs, std::size_t outputs, Generator& generator)
        : w("w", glorot<T>(inputs, outputs, generator)), b("b", zeros<T>({outputs})) {}
    Variable<T> operator()(const Variable<T>& x, Where where = Where::here()) const {
        const Frame frame("Linear");
        return linear(x, w, b, where);
    }
    template <class F> void visit(F&& f) { f("w", w), f("b", b); }
};

// o = h v + c                  h (B, H)  v (H, K)  c (K) -> (B, K): what a recurrent network says of its state
template <class T> struct Readout {
    using value_type = T;
    Parameter<T> v, c;

    Readout(std::size_t hidden, std::size_t outputs, Generator& generator)
        : v("v", glorot<T>(hidden, outputs, generator)), c("c", zeros<T>({outputs})) {}
    Variable<T> operator()(const Variable<T>& h, Where where = Where::here()) const {
        const Frame frame("Readout");
        return linear(h, v, c, where);
    }
    template <class F> void visit(F&& f) { f("v", v), f("c", c); }
};

}  // namespace xtape::nn
