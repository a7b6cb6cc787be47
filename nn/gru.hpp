// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

struct GRUOptions {
    bool reset_after = true;  // as in cuDNN, PyTorch and Keras 3; false: as in the paper
};

// a = x wx + b = [r z n]      m = h wh = [r z n]      x (B, I)  h (B, H)  wx (I, 3H)  wh (H, 3H)  b (3H)  bn (H)
// r = sigmoid(ar + mr)        z = sigmoid(az + mz)
// n = tanh(an + r (mn + bn))                          reset after: one product serves all gates
// n = tanh(an + (r h) wn)                             reset before, wn the last H columns of wh: Cho et al. 2014
// h' = (1 - z) n + z h                                z keeps, as in PyTorch and Keras; in some papers it renews
// Where a second bias would only be added to the first there is none: bn alone is inside r (...).
template <class T> struct GRUCell {
    using value_type = T;
    using Options = GRUOptions;
    bool reset_after;
    Parameter<T> wx, wh, b, bn;

    GRUCell(std::size_t inputs, std::size_t hidden, Generator& generator, const GRUOptions& options = {});
    Variable<T> operator()(const Variable<T>& x, const Variable<T>& h, Where = Where::here()) const;
    // The same, with `read` for h in the products but not in z h: noisy_cells.hpp
    Variable<T> reading(const Variable<T>& x, const Variable<T>& h, const Variable<T>& read,
                        Where = Where::here()) const;
    // The same in two parts: all inputs at once, p = xs wx + b (T, B, 3H), then the gates of a = p[t].
    Variable<T> project(const Variable<T>& xs, Where = Where::here()) const;
    Variable<T> step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where = Where::here()) const;
    Variable<T> initial(std::size_t batch) const;
    template <class F> void visit(F&& f) {
        f("wx", wx), f("wh", wh), f("b", b);
        if (reset_after) f("bn", bn);
    }

private:
    Variable<T> gates(const Variable<T>& a, const Variable<T>& h, const Variable<T>& read, Where where) const;
};

extern template struct GRUCell<float>;
extern template struct GRUCell<double>;

}  // namespace xtape::nn
