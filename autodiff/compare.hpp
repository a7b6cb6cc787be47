// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// gradcheck compares autograd with differences; compare_gradients compares it with a gradient that the user derived.

#include <xtape/autodiff/grad.hpp>
#include <xtape/autodiff/methods.hpp>

#include <iosfwd>
#include <optional>

namespace xtape {

struct CompareOptions {
    double tolerance = 0;  // of norm-relative differences; 0: 1e-12 in double, 1e-4 in float
    Names names = {};      // of the arguments; x, or x0, x1, ... unless given
    std::vector<std::pair<std::string, double>> sizes = {};  // {"B", 32}: what a constant factor may be explained with
};

// Two gradients of one argument. Where they cannot be compared (`reason` says why) the numbers are NaN.
struct GradientDifference {
    std::string name;
    Shape shape;
    double absolute, relative, ulps;  // largest of all elements; relative to the larger one; units in the last place
    double norm_relative;             // |autograd - analytic| / the larger norm: what is held against the tolerance
    double cosine;
    double factor;                     // analytic = factor * autograd, to within sqrt(tolerance); NaN: of no factor
    std::optional<std::size_t> first;  // the first element that differs, counted row by row, and both its values
    double autograd = 0, analytic = 0;
    bool agrees = true;
    std::string reason;  // why not

    std::string place() const;  // of `first`: "(1, 2)", or nothing
};

// Where backpropagation through time first went wrong, in the order of the sweep, from the last step to the first.
struct Divergence {
    std::size_t step;    // t = 0 ... T-1
    std::string factor;  // output, recurrent Jacobian, activation, input, or accumulation
    std::string reason;
};

// Converts to bool, so that CHECK(compare_gradients(f, analytic, x)) works in any framework, and prints itself.
struct CompareReport {
    bool passed = true;
    std::string verdict;        // one sentence, with its reason
    std::string normalisation;  // what a factor that all arguments have in common says of the loss; else nothing
    double tolerance = 0;
    std::vector<GradientDifference> arguments;
    std::optional<Divergence> divergence;  // if what is compared told its steps: nn/bptt.hpp
    explicit operator bool() const { return passed; }
};

enum class Format { text, markdown, csv, json, latex };
std::string formatted(const CompareReport& report, Format format);
std::ostream& operator<<(std::ostream&, const CompareReport&);  // as text

// Gradients that are there already. An argument without an analytic gradient, another shape, and NaN or infinity in
// either are reasons to fail. Norms up to 4 epsilon of the largest norm of all count as equal. Throws Error for an
// analytic gradient of what is no argument, and for two of one.
template <class T>
CompareReport compare_named(const NamedArrays<T>& autograd, const NamedArrays<T>& analytic, const CompareOptions& = {});

namespace detail {

// What a derivation gives: named arrays, one array, or several; arrays of any kind that converts.
template <class T, class A> NamedArrays<T> named_arrays(const A& a, const Names& names) {
    if constexpr (std::same_as<A, NamedArrays<T>>) {
        return a;
    } else if constexpr (Expression<A> || Number<A>) {
        return {{names.empty() ? "x" : names[0], Array<T>(a)}};
    } else {
        NamedArrays<T> all;
        for (const auto& array : a)
            all.push_back(
                {all.size() < names.size() ? names[all.size()] : "x" + std::to_string(all.size()), Array<T>(array)});
        return all;
    }
}
// An array can be called too, with indices.
template <class A, class... X>
concept Derivation = !Expression<A> && std::invocable<const A&, const X&...>;

template <class T, class A, class... X> NamedArrays<T> derived(const A& analytic, const Names& names, const X&... x) {
    if constexpr (Derivation<A, X...>)
        return named_arrays<T>(analytic(x...), names);
    else
        return named_arrays<T>(analytic, names);
}

}  // namespace detail

// Compares the gradient of f, a function of variables that gives one number, by reverse mode with the analytic one: an
// array for each input (one array, or a container of them), or a function of the inputs that gives that. Inputs are one
// array, several in braces for f(x, y, ...), or a std::vector for f(std::vector<Variable<T>>).
template <class F, class A, class X>
requires Expression<X> || Number<X> CompareReport compare_gradients(const F& f, const A& analytic, const X& x,
                                                                    const CompareOptions& options = {}) {
    using T = detail::scalar_of<X>;
    const auto names = argument_names(1, options.names);
    const ManyToOne<T> g = [&](const std::vector<Variable<T>>& xs) { return detail::call<T>(f, xs[0]); };
    return compare_named(reverse_mode<T>(g, {Array<T>(x)}, names), detail::derived<T>(analytic, names, x), options);
}
template <class F, class A, class T, std::size_t N>
CompareReport compare_gradients(const F& f, const A& analytic, const Array<T> (&inputs)[N],
                                const CompareOptions& options = {}) {
    const auto names = argument_names(N, options.names);
    return [&]<std::size_t... I>(std::index_sequence<I...> each) {
        const ManyToOne<T> g = [&](const std::vector<Variable<T>>& xs) { return detail::apply<F, T>(f, xs, each); };
        return compare_named(reverse_mode<T>(g, {inputs[I]...}, names),
                             detail::derived<T>(analytic, names, inputs[I]...), options);
    }
    (std::make_index_sequence<N>());
}
template <class F, class A, class T> CompareReport compare_gradients(const F& f, const A& analytic,
                                                                     const std::vector<Array<T>>& inputs,
                                                                     const CompareOptions& options = {}) {
    const auto names = argument_names(inputs.size(), options.names);
    return compare_named(reverse_mode<T>(f, inputs, names), detail::derived<T>(analytic, names, inputs), options);
}

}  // namespace xtape
