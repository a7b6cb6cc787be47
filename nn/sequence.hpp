// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/autodiff.hpp>

#include <vector>

namespace xtape::nn {

template <class T> struct Unrolled {
    std::vector<Variable<T>> states;  // h_1 ... h_T, each (B, H)
    Variable<T> last;                 // h_T; the initial state when there are no steps
};

// A cell that can multiply all inputs at once offers p = project(xs) and step(p, t, h), with the same result: one large
// product is faster than T small ones.
template <class Cell, class T>
concept Projects = requires(const Cell& cell, const Variable<T>& v, Where where) {
    cell.step(cell.project(v, where), std::ptrdiff_t(), v, where);
};

// h_t = cell(x_t, h_{t-1}) for t = 1 ... T, for any callable. xs (T, B, ...), h (B, H). There is no backpropagation
// through time here or anywhere: it is what backward does to this loop.
template <class Cell, class T>
Unrolled<T> unroll(const Cell& cell, const Variable<T>& xs, Variable<T> h, Where where = Where::here()) {
    Frame frame("unroll");
    const Shape& s = xs.value().shape();
    check(!s.empty(), where, "unroll", "a sequence must have an axis of time; got one number; try reshape");
    Unrolled<T> result;
    result.states.reserve(s[0]);
    const auto run = [&](const auto& step) {
        for (std::ptrdiff_t t = 0; t < std::ptrdiff_t(s[0]); ++t) {
            frame.at(t);
            h = step(t);
            result.states.push_back(h);
        }
        result.last = std::move(h);
        return std::move(result);
    };
    if constexpr (Projects<Cell, T>)
        if (s.size() > 1 && s[1] <= 64)  // of larger batches the product of all inputs only leaves the cache
            return run([&, p = cell.project(xs, where)](std::ptrdiff_t t) { return cell.step(p, t, h, where); });
    return run([&](std::ptrdiff_t t) {
        const Variable<T> x = select(xs, 0, t, where);
        if constexpr (std::invocable<const Cell&, const Variable<T>&, const Variable<T>&, Where>)
            return cell(x, h, where);
        else
            return cell(x, h);
    });
}

}  // namespace xtape::nn
