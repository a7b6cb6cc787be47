// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Whatever reads a sequence, as functions of one kind: what is proven of one driver is proven of all.

#include <xtape/nn/layers.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {

// What each driver says of a sequence, as one number for each sequence: (B)
template <class Cell> struct Drivers {
    using value_type = typename Cell::value_type;
    using V = Variable<value_type>;
    using State = decltype(std::declval<const Cell&>().initial(1));
    Cell one, two;
    nn::Layers<Cell> deep, deep_both;
    Parameter<value_type> start;  // a first state of `one` that is learned, its fields side by side

    template <class Make> explicit Drivers(const Make& make)
        : one(make(3)),
          two(make(3)),
          deep(3, {.layers = 2, .residual = true}, make),
          deep_both(3, {.layers = 2, .bidirectional = true}, make),
          start("start", zeros<value_type>({width(one.initial(1))})) {}
    template <class F> void visit(F&& f) {
        f("one", one), f("two", two), f("deep", deep), f("deep_both", deep_both), f("start", start);
    }

    static constexpr const char* names[] = {"unroll",    "reversed", "padded",      "step by step", "bidirectional",
                                            "truncated", "layers",   "layers both", "learned state"};
    V operator()(std::size_t driver, const V& xs, const Indices& lengths) const {
        const std::size_t batch = xs.shape()[1];
        const auto first = one.initial(batch);
        switch (driver) {
            case 0:
                return said(nn::unroll(one, xs, first).outputs());
            case 1:
                return said(nn::unroll(one, xs, first, {.reverse = true}).outputs());
            case 2:
                return said(nn::unroll(one, xs, first, {.padding = lengths}).outputs());
            case 3:
                return step_by_step(xs, first);
            case 4: {
                const auto both = nn::bidirectional(one, two, xs, first, two.initial(batch), lengths);
                return said(both.outputs()) + sum(square(both.final_state()), 1);
            }
            case 5:
                return said(truncated(xs, lengths).outputs());
            case 6:
                return said(deep(xs, {.padding = lengths}).outputs());
            case 7:
                return said(deep_both(xs, {.padding = lengths}).outputs());
            default:
                return said(nn::unroll(one, xs, learned(batch), {.padding = lengths}).outputs());
        }
    }

    // From here on what truncated states that it differentiates, with its frozen states as they are now; and no more.
    void freeze(const V& xs, const Indices& lengths) {
        frozen_ = nn::unroll(one, xs, one.initial(xs.shape()[1]), {.padding = lengths}).states;
    }
    void thaw() { frozen_.clear(); }

private:
    static std::size_t width(const State& state) {
        return std::apply([](const auto&... field) { return (field.shape()[1] + ...); }, nn::fields(state));
    }
    State learned(std::size_t batch) const {
        std::ptrdiff_t end = 0;
        const V all = broadcast_to(start, {batch, start.shape()[0]});
        return nn::map_state(
            [&](const V& field) {
                const std::ptrdiff_t begin = end;
                end += std::ptrdiff_t(field.shape()[1]);
                return slice(all, 1, begin, end);
            },
            one.initial(batch));
    }
    nn::Unrolled<State> truncated(const V& xs, const Indices& lengths) const {
        const State first = one.initial(xs.shape()[1]);
        if (frozen_.empty()) return nn::truncated(one, xs, first, {.every = 2, .depth = 3}, lengths);
        // Blocks {0, 1}, from the first state, and {2, 3}, from the frozen state before step 1
        auto run = nn::detail::unroll(one, xs, first, nn::Padding(lengths), {0, 2}, Where::here());
        const auto second = nn::detail::unroll(one, xs, frozen_[0], nn::Padding(lengths), {1, 4}, Where::here());
        run.states.insert(run.states.end(), {second.states[1], second.states[2]});
        return run;
    }
    std::vector<State> frozen_;

    static V said(const V& outputs) {  // (T, B, H) -> (B), with a weight of its own for each step and unit
        const Shape s = outputs.shape();
        Array<value_type> weights = Array<value_type>::from_shape({s[0], 1, s[2]});
        for (std::size_t i = 0; i < weights.size(); ++i) weights.data()[i] = value_type(std::sin(1.0 + double(i)));
        return sum(sum(square(outputs) * weights + outputs, 2), 0);
    }
    template <class S> V step_by_step(const V& xs, S state) const {
        std::vector<V> all;
        for (std::ptrdiff_t t = 0; t < std::ptrdiff_t(xs.shape()[0]); ++t) {
            state = nn::advance(one, select(xs, 0, t), state, t, Where::here());
            all.push_back(nn::output(state));
        }
        return said(stack(all));
    }
};

}  // namespace xtape::test
