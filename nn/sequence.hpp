// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/masked.hpp>
#include <xtape/nn/state.hpp>

#include <algorithm>
#include <vector>

namespace xtape::nn {

// A cell is any callable (x_t, state) -> state, x_t (B, ...). It may also take the step and the caller's place:
// (x_t, state, t, where), or (x_t, state, where). One that can multiply all inputs at once offers p = project(xs) and
// step(p, t, state), with the same result: one large product is faster than T small ones.
template <class Cell, class S>
concept Projects = requires(const Cell& cell, const S& state, const Variable<scalar_of<S>>& xs, Where where) {
    cell.step(cell.project(xs, where), std::ptrdiff_t(), state, where);
}
|| requires(const Cell& cell, const S& state, const Variable<scalar_of<S>>& xs, Where where) {
    cell.step(cell.project(xs, where), std::ptrdiff_t(), state, std::ptrdiff_t(), where);
};

// One step of any cell.
template <class Cell, State S>
S advance(const Cell& cell, const Variable<scalar_of<S>>& x, const S& state, std::ptrdiff_t t, Where where) {
    using V = const Variable<scalar_of<S>>&;
    if constexpr (std::invocable<const Cell&, V, const S&, std::ptrdiff_t, Where>)
        return cell(x, state, t, where);
    else if constexpr (std::invocable<const Cell&, V, const S&, Where>)
        return cell(x, state, where);
    else {
        constexpr bool takes = std::invocable<const Cell&, V, const S&>;
        static_assert(takes, "[xtape] a cell must take the state that it begins at; try cell.initial(B)");
        if constexpr (takes) return cell(x, state);
    }
}

template <State S> struct Unrolled {
    std::vector<S> states;  // after each step; where a sequence is padded, what it was before
    S last;                 // after the last step of each sequence; the initial state when there are no steps

    // What the cell said at each step: (T, B, H)
    Variable<scalar_of<S>> outputs(Where where = Where::here()) const {
        std::vector<Variable<scalar_of<S>>> all;
        for (const S& s : states) all.push_back(output(s));
        if (!all.empty()) return stack(all, 0, where);
        Shape none = output(last).shape();
        none.insert(none.begin(), 0);
        return zeros<scalar_of<S>>(none);
    }
};

// One step of a cell that projects: t is the i-th step that p holds. A cell whose step depends on t, as a random one
// does, may take it too: step(p, i, state, t, where).
template <class Cell, State S> S advance(const Cell& cell, const Variable<scalar_of<S>>& p, std::ptrdiff_t i,
                                         const S& state, std::ptrdiff_t t, Where where) {
    if constexpr (requires { cell.step(p, i, state, t, where); })
        return cell.step(p, i, state, t, where);
    else
        return cell.step(p, i, state, where);
}

struct SequenceOptions {
    Padding padding = {};      // which steps of which sequences there are; all, unless told
    bool reverse = false;      // from the last step to the first, each sequence from its own last one
    std::ptrdiff_t begin = 0;  // the number of the first step, for cells that are told it: of a part of a sequence
};

namespace detail {

struct Steps {
    std::size_t begin, end;
    bool reverse = false;
    std::ptrdiff_t number = 0;  // of step 0
};

// Throws Error unless each field of a state has the shape that it had before: padding could not keep another one.
template <State S> void check_kept(const S& next, const S& before, Where where) {
    const auto one = [&](const auto& n, const auto& b) {
        const Shape &is = n.value().shape(), &was = b.value().shape();
        check(is == was, where, "unroll", "a cell must keep the shape of its state, ", was, "; got ", is);
    };
    [&]<std::size_t... i>(std::index_sequence<i...>, const auto& to, const auto& from) {
        (one(std::get<i>(to), std::get<i>(from)), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<decltype(fields(next))>>(), fields(next), fields(before));
}

// step(t, state) -> state at each step in order; a sequence that is padded at t keeps its state.
template <class Step, State S>
Unrolled<S> run(const Step& step, S state, const Padding& padding, const Steps& steps, Frame& frame, Where where) {
    Unrolled<S> result;
    result.states.reserve(steps.end - steps.begin);
    for (std::size_t i = steps.begin; i < steps.end; ++i) {
        const std::size_t t = steps.reverse ? steps.end - 1 - (i - steps.begin) : i;
        frame.at(std::ptrdiff_t(t));
        if (padding.any(t)) {
            S next = step(std::ptrdiff_t(t), state);
            check_kept(next, state, where);
            state = padding.all(t) ? std::move(next) : padding.keep(t, next, state);
        }
        result.states.push_back(state);
    }
    if (steps.reverse) std::reverse(result.states.begin(), result.states.end());
    result.last = std::move(state);
    return result;
}

// The axis of time. Throws Error where there is none, and where the padding does not fit.
std::size_t checked_steps(const Shape& xs, const Padding& padding, Where where);

template <class Cell, State S> Unrolled<S> unroll(const Cell& cell, const Variable<scalar_of<S>>& xs, const S& first,
                                                  const Padding& padding, const Steps& steps, Where where) {
    using V = Variable<scalar_of<S>>;
    Frame frame("unroll");
    const Shape& s = xs.value().shape();
    if constexpr (Projects<Cell, S>)
        if (s.size() > 1 && s[1] <= 64) {  // of larger batches the product of all inputs only leaves the cache
            const auto from = std::ptrdiff_t(steps.begin), to = std::ptrdiff_t(steps.end);
            const V p = cell.project(steps.end - steps.begin == s[0] ? xs : slice(xs, 0, from, to, where), where);
            const auto step = [&](std::ptrdiff_t t, const S& state) {
                return advance(cell, p, t - from, state, steps.number + t, where);
            };
            return run(step, first, padding, steps, frame, where);
        }
    const auto step = [&](std::ptrdiff_t t, const S& state) {
        return advance(cell, select(xs, 0, t, where), state, steps.number + t, where);
    };
    return run(step, first, padding, steps, frame, where);
}

// Drivers read variables, parameters and xtensor arrays, and begin at a state, or at what converts to a state of one
// variable: a parameter, which is a state that is learned, or an array.
template <class X>
concept Sequence = AnyVariable<X> || Expression<X>;
template <class S, class X> struct StartOf { using type = Variable<typename std::remove_cvref_t<X>::value_type>; };
template <State S, class X> struct StartOf<S, X> { using type = S; };
template <AnyVariable S, class X> struct StartOf<S, X> { using type = Variable<typename S::value_type>; };
template <class S, class X> using Start = typename StartOf<S, X>::type;

// What a driver reads: the sequence without what is padded. Throws Error unless xs is (T, B, ...), as many sequences as
// the state has rows, and the padding fits.
template <class T, State S>
Variable<T> checked(const Variable<T>& xs, const S& first, const Padding& padding, Where where) {
    const Frame frame("unroll");
    const Shape& s = xs.value().shape();
    checked_steps(s, padding, where);
    (void)map_state(
        [&](const auto& v) {
            const Shape& own = v.value().shape();
            check(s.size() < 2 || (!own.empty() && own[0] == s[1]), where, "unroll",
                  "sequences must be (T, B, features) and states (B, ...); got ", s, " and ", own);
            return v;
        },
        first);
    return without_padding(xs, padding, where);
}

}  // namespace detail

// state_t = cell(x_t, state_{t-1}) for t = 1 ... T, for any cell. xs (T, B, ...), states (B, ...), T = 0 included.
// A state of one variable may be given as whatever converts to it, a parameter among them: a learned initial state.
// There is no backpropagation through time here or anywhere: it is what backward does to this loop.
// Stateful training: the next part of a long sequence begins at detached(run.last), where its gradients end.
// Throws Error, with the step at which something does not fit.
template <class Cell, detail::Sequence X, class S>
Unrolled<detail::Start<S, X>> unroll(const Cell& cell, const X& xs, const S& first, const SequenceOptions& options = {},
                                     Where where = Where::here()) {
    using From = detail::Start<S, X>;
    const From start = first;
    const auto read = detail::checked(operand<scalar_of<From>>(xs), start, options.padding, where);
    const detail::Steps steps{0, read.value().shape()[0], options.reverse, options.begin};
    return detail::unroll(cell, read, start, options.padding, steps, where);
}

}  // namespace xtape::nn
