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
concept Projects = requires(const Cell& cell, const Variable<T>& v) {
    cell.step(cell.project(v), std::ptrdiff_t(), v);
};

// h_t = cell(x_t, h_{t-1}) for t = 1 ... T, for any callable. xs (T, B, I), h (B, H). There is no backpropagation
// through time here or anywhere: it is what backward does to this loop.
template <class Cell, class T> Unrolled<T> unroll(const Cell& cell, const Variable<T>& xs, Variable<T> h) {
    Frame frame("unroll");
    Unrolled<T> result;
    const auto steps = xs.value().dimension() ? std::ptrdiff_t(xs.value().shape()[0]) : 0;
    result.states.reserve(std::size_t(steps));
    const auto run = [&](const auto& step) {
        for (std::ptrdiff_t t = 0; t < steps; ++t) {
            frame.at(t);
            h = step(t);
            result.states.push_back(h);
        }
    };
    if constexpr (Projects<Cell, T>)
        run([&, p = cell.project(xs)](std::ptrdiff_t t) { return cell.step(p, t, h); });
    else
        run([&](std::ptrdiff_t t) { return cell(select(xs, 0, t), h); });
    result.last = std::move(h);
    return result;
}

}  // namespace xtape::nn
