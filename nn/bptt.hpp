// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Backpropagation through time, step by step: what the weights at step t did to the loss at step s. As in
//     Recurrence f(xs, cell.initial(B), [&](std::size_t t, const V& h) { return ...; });   // L_t, one number
//     compare_gradients(f, analytic, cell)
// with analytic a BpttTrace, or what gives one: then the report says where it first goes wrong.

#include <xtape/autodiff/compare.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// L(cell) = sum_t L_t, L_t = loss(t, S_t), S_t = cell(x_t, S_{t-1}), for t = 0 ... T-1 and x (T, B, ...).
template <State S, class Loss> struct Recurrence {
    using T = scalar_of<S>;
    Variable<T> xs;
    S first;
    Loss loss;
    Recurrence(const Variable<T>& x, const S& s, const Loss& l) : xs(x), first(s), loss(l) {}

    std::size_t steps() const { return detail::checked_steps(xs.value().shape(), {}, {}); }
    template <class Cell> Variable<T> operator()(const Cell& cell) const {
        const Unrolled<S> run = unroll(cell, xs, first);
        Variable<T> total = 0;
        for (std::size_t t = 0; t < run.states.size(); ++t) total = total + loss(t, run.states[t]);
        return total;
    }
};
template <class X, class S, class Loss> Recurrence(const X&, const S&, const Loss&) -> Recurrence<S, Loss>;

// The terms of the double sum: G[s, t] = dL_s/dW^(t), W^(t) being the weights that step t uses, for t <= s. Their sum
// is the gradient of the tied weights, their norms are the credit map.
template <class T> struct BpttTerms {
    std::vector<std::vector<NamedArrays<T>>> terms;  // [s][t], t = 0 ... s: one array for each weight

    NamedArrays<T> total() const;                     // sum over s and t
    NamedArrays<T> of_step(std::size_t t) const;      // sum over s: dL/dW^(t)
    Array<double> credit() const;                     // C[s, t] = |G[s, t]|, of all weights, (T, T); 0 for t > s
    Array<double> credit(const std::string& name) const;  // of this weight
};
template <class Cell, State S, class Loss>
BpttTerms<scalar_of<S>> bptt_terms(const Recurrence<S, Loss>& f, const Cell& cell);

// What a sweep from the last step to the first computes on its way. Its parts may be left empty, but for `gradients`.
template <class T> struct BpttTrace {
    std::vector<std::vector<Array<T>>> state;  // [t]: dL/dS_t, all of it, for each field of the state, dL/dh_t first
    std::vector<Array<T>> a;                   // [t]: dL/da_t, what the activations were applied to
    std::vector<NamedArrays<T>> terms;         // [t]: dL/dW^(t), what step t adds to each weight's gradient
    NamedArrays<T> gradients;                  // dL/dW
    std::vector<std::vector<Array<T>>> output;  // [t]: dL_t/dS_t, what L_t itself says of each field

    BpttTrace() = default;
    explicit BpttTrace(std::size_t steps) : state(steps), a(steps), terms(steps), output(steps) {}
};
// By the engine. `a` is empty for cells that do not project.
template <class Cell, State S, class Loss>
BpttTrace<scalar_of<S>> bptt_trace(const Recurrence<S, Loss>& f, const Cell& cell);

// The gradients, and the first step of the sweep at which the two differ, with the factor that it sits in.
template <class T> CompareReport compare_traces(const BpttTrace<T>& autograd, const BpttTrace<T>& analytic,
                                                const CompareOptions& options = {});
}  // namespace xtape::nn
