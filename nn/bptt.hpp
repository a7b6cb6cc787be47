// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Backpropagation through time, step by step: what the weights at step t did to the loss at step s. As in
//     Recurrence f(xs, cell.initial(B), [&](std::size_t t, const V& h) { return ...; });   // L_t, one number
//     nn::compare_gradients(f, analytic, cell)
// with analytic a BpttTrace, or what gives one: then the report says where it first goes wrong.

#include <xtape/nn/bptt_steps.hpp>

namespace xtape::nn {

// The terms of the double sum: G[s, t] = dL_s/dW^(t), W^(t) being the weights that step t uses, for t <= s. Their sum
// is the gradient of the tied weights, their norms are the credit map.
template <class T> struct BpttTerms {
    std::vector<std::vector<NamedArrays<T>>> terms;  // [s][t], t = 0 ... s: one array for each weight

    NamedArrays<T> total() const;                 // sum over s and t; nothing without steps
    NamedArrays<T> of_step(std::size_t t) const;  // sum over s: dL/dW^(t)
    // C[s, t] = |G[s, t]| of this weight, or without a name of all: (T, T), 0 for t > s. Throws Error for another name.
    Array<double> credit(const std::string& name = "") const;
};
template <Module Cell, State S, class Loss> auto bptt_terms(const Recurrence<S, Loss>& f, const Cell& cell) {
    using T = scalar_of<S>;
    const Tape tape;
    const detail::Untied<S> run = detail::untied(f, cell);
    const Names paths = detail::parameter_paths(cell);
    BpttTerms<T> all;
    std::vector<Variable<T>> weights;
    for (std::size_t s = 0; s < run.losses.size(); ++s) {
        weights.insert(weights.end(), run.weights[s].begin(), run.weights[s].end());
        const detail::GradientsOrZeros<T> g(run.losses[s], weights);
        all.terms.emplace_back();
        for (std::size_t t = 0; t <= s; ++t) all.terms[s].push_back(detail::named(paths, g.all(run.weights[t])));
    }
    return all;
}

// What a sweep from the last step to the first computes on its way. Parts may be left empty, all but `gradients`.
template <class T> struct BpttTrace {
    std::vector<std::vector<Array<T>>> state;   // [t]: dL/dS_t by what follows step t, for each field; dL/dh_t first
    std::vector<Array<T>> a;                    // [t]: dL/da_t, what the activations are applied to
    std::vector<NamedArrays<T>> terms;          // [t]: dL/dW^(t), what step t adds to each weight's gradient
    std::vector<std::vector<Array<T>>> output;  // [t]: dL_t/dS_t, the part of `state` that L_t itself has
    NamedArrays<T> gradients;                   // dL/dW

    BpttTrace() = default;
    explicit BpttTrace(std::size_t steps) : state(steps), a(steps), terms(steps), output(steps) {}
};
// By the engine. `a` is empty for cells that do not project their inputs.
template <Module Cell, State S, class Loss> auto bptt_trace(const Recurrence<S, Loss>& f, const Cell& cell) {
    using T = scalar_of<S>;
    BpttTrace<T> trace(f.steps());
    trace.gradients = nn::reverse_mode(f, cell);
    const Tape tape;
    const detail::Untied<S> run = detail::untied(f, cell);
    const detail::GradientsOrZeros<T> g(run.total(), run.all());
    for (std::size_t t = 0; t < run.losses.size(); ++t) {
        trace.state[t] = g.all(run.states[t]);
        trace.output[t] = g.all(run.said[t]);
        if (!run.a.empty()) trace.a[t] = detail::without_first_axis(g.of(run.a[t]));
        trace.terms[t] = detail::named(detail::parameter_paths(cell), g.all(run.weights[t]));
    }
    return trace;
}

// The gradients, and the first step of the sweep at which the two differ, with the factor that it sits in. Throws Error
// for traces of different lengths, and for weights that the other does not have.
template <class T> CompareReport compare_traces(const BpttTrace<T>& autograd, const BpttTrace<T>& analytic,
                                                const CompareOptions& options = {});

// A trace of plain arrays, as nn/analytic's traced_bptt gives: state[t][field], terms[t] and gradients.parameters,
// which list their arrays.
template <class T, class Plain> BpttTrace<T> trace_of(const Plain& plain) {
    BpttTrace<T> trace(plain.terms.size());
    for (std::size_t t = 0; t < plain.terms.size(); ++t) {
        trace.state[t].assign(plain.state[t].begin(), plain.state[t].end());
        trace.terms[t] = detail::named_arrays<T>(plain.terms[t], {});
    }
    trace.gradients = detail::named_arrays<T>(plain.gradients.parameters, {});
    return trace;
}

// As for any module; an analytic BpttTrace, or a function of the cell that gives one, is compared step by step.
template <Module Cell, State S, class Loss, class A>
CompareReport compare_gradients(const Recurrence<S, Loss>& f, const A& analytic, const Cell& cell,
                                CompareOptions options = {}) {
    using T = scalar_of<S>;
    if (options.sizes.empty()) options.sizes = f.sizes();
    if constexpr (xtape::detail::Derivation<A, Cell>) {
        return nn::compare_gradients(f, analytic(cell), cell, options);
    } else if constexpr (std::same_as<A, BpttTrace<T>>) {
        return compare_traces(bptt_trace(f, cell), analytic, options);
    } else {
        const NamedArrays<T> autograd = nn::reverse_mode(f, cell);
        return compare_named(autograd, detail::named_arrays<T>(analytic, autograd), options);
    }
}

extern template struct BpttTerms<float>;
extern template struct BpttTerms<double>;

}  // namespace xtape::nn
