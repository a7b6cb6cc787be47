// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>

#include <optional>

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
// o = h v + x u + c            x (B, I)  u (I, K): with a skip, it sees the input too
template <class T> struct Readout {
    using value_type = T;
    Parameter<T> v, c;
    std::optional<Parameter<T>> u{};  // of the skip

    Readout(std::size_t hidden, std::size_t outputs, Generator& generator)
        : v("v", glorot<T>(hidden, outputs, generator)), c("c", zeros<T>({outputs})) {}
    Readout(std::size_t hidden, std::size_t inputs, std::size_t outputs, Generator& generator)
        : Readout(hidden, outputs, generator) {
        u.emplace("u", glorot<T>(inputs, outputs, generator));
    }
    Variable<T> operator()(const Variable<T>& h, Where where = Where::here()) const {
        const Frame frame("Readout");
        check(!u, where, "Readout", "a read-out with a skip must see the input; got the state alone; try (h, x)");
        return linear(h, v, c, where);
    }
    Variable<T> operator()(const Variable<T>& h, const Variable<T>& x, Where where = Where::here()) const {
        const Frame frame("Readout");
        check(u.has_value(), where, "Readout", "a read-out without a skip must see the state alone; got an input, too");
        return affine(h, v, x, *u, c, where);
    }
    template <class F> void visit(F&& f) {
        f("v", v), f("c", c);
        if (u) f("u", *u);
    }
};

}  // namespace xtape::nn
