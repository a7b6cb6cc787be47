// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A recurrence, and what bptt.hpp runs it on: each step has weights of its own.

#include <xtape/nn/compare.hpp>
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// L(cell) = sum_t L_t, L_t = loss(t, S_t), S_t = cell(x_t, S_{t-1}), for t = 0 ... T-1 and x (T, B, ...).
template <State S, class Loss> struct Recurrence {
    using T = scalar_of<S>;
    Variable<T> xs;
    S first;
    Loss loss;  // (t, S_t) -> one number
    Recurrence(const Variable<T>& x, const S& s, const Loss& l) : xs(x), first(s), loss(l) {}

    std::size_t steps() const { return detail::checked_steps(xs.value().shape(), {}, {}); }
    std::vector<std::pair<std::string, double>> sizes() const {
        return {{"B", double(output(first).value().shape()[0])}, {"T", double(steps())}};
    }
    template <class Cell> Variable<T> operator()(const Cell& cell) const {
        const Unrolled<S> run = unroll(cell, xs, first);
        Variable<T> total = 0;
        for (std::size_t t = 0; t < run.states.size(); ++t) total = total + loss(t, run.states[t]);
        return total;
    }
};
template <class X, State S, class Loss> Recurrence(const X&, const S&, const Loss&) -> Recurrence<S, Loss>;

namespace detail {

template <State S> auto variables(const S& state) {
    std::vector<Variable<scalar_of<S>>> all;
    (void)map_state([&](const auto& v) { return all.emplace_back(v); }, state);
    return all;
}

// The sequence with a copy of the weights for each step, and with places at which gradients can be asked for.
template <State S> struct Untied {
    using V = Variable<scalar_of<S>>;
    std::vector<std::vector<V>> weights, states, said;  // [t]; states: as the next step and L_t read them, said: as L_t
    std::vector<V> a, losses;                           // [t]; a: the projected inputs, to which h W_h is added

    V total() const {
        V sum = 0;
        for (const V& loss : losses) sum = sum + loss;
        return sum;
    }
    std::vector<V> all() const {
        std::vector<V> everything = a;
        for (const auto* part : {&weights, &states, &said})
            for (const auto& of_step : *part) everything.insert(everything.end(), of_step.begin(), of_step.end());
        return everything;
    }
};

template <class Cell, State S>
S untied_step(const Cell& cell, const Variable<scalar_of<S>>& xs, std::ptrdiff_t t, const S& state, Untied<S>& run) {
    if constexpr (Projects<Cell, S>) {
        run.a.push_back(identity(cell.project(slice(xs, 0, t, t + 1), Where{})));
        return advance(cell, run.a.back(), 0, state, t, Where{});
    } else {
        return advance(cell, select(xs, 0, t), state, t, Where{});
    }
}

template <Module Cell, State S, class Loss> Untied<S> untied(const Recurrence<S, Loss>& f, const Cell& cell) {
    using V = Variable<scalar_of<S>>;
    const auto alias = [](const V& v) { return identity(v); };
    Frame frame("bptt");
    Untied<S> run;
    S state = f.first;
    for (std::size_t t = 0; t < f.steps(); ++t) {
        frame.at(std::ptrdiff_t(t));
        Cell copy = cell;
        run.weights.push_back(wanted(cell));
        for (V& w : run.weights[t]) w = identity(w);
        for (std::size_t k = 0; const auto& [path, p] : parameters(copy)) static_cast<V&>(*p) = run.weights[t][k++];
        state = map_state(alias, untied_step(copy, f.xs, std::ptrdiff_t(t), state, run));
        const S said = map_state(alias, state);
        run.states.push_back(variables(state));
        run.said.push_back(variables(said));
        run.losses.push_back(f.loss(t, said));
        check(run.losses[t].value().size() == 1, {}, "bptt", "the loss of a step must be one number; got shape ",
              run.losses[t].shape(), "; try sum(...)");
    }
    return run;
}

// Gradients, 0 for constants and of constants.
template <class T> class GradientsOrZeros {
public:
    GradientsOrZeros(const Variable<T>& y, std::vector<Variable<T>> wanted) {
        std::erase_if(wanted, [](const Variable<T>& v) { return !v.tracked(); });
        if (y.tracked()) gradients_ = std::make_unique<Gradients<T>>(backward(y, wanted));
    }
    Array<T> of(const Variable<T>& v) const {
        return gradients_ && v.tracked() ? (*gradients_)[v] : zeros<T>(v.shape());
    }
    std::vector<Array<T>> all(const std::vector<Variable<T>>& vs) const {
        std::vector<Array<T>> out;
        for (const Variable<T>& v : vs) out.push_back(of(v));
        return out;
    }

private:
    std::unique_ptr<Gradients<T>> gradients_;
};

template <class T> NamedArrays<T> named(const Names& names, std::vector<Array<T>> arrays) {
    NamedArrays<T> all;
    for (std::size_t k = 0; k < names.size(); ++k) all.push_back({names[k], std::move(arrays[k])});
    return all;
}

// (1, B, ...) -> (B, ...)
template <class T> Array<T> without_first_axis(Array<T> a) {
    const Shape shape = a.shape();
    a.reshape(Shape(shape.begin() + 1, shape.end()));
    return a;
}

}  // namespace detail
}  // namespace xtape::nn
