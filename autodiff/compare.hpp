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

// What reads gradients from somewhere, of arguments whose names and shapes it is told: nn::io::NpzGradients does.
template <class A, class T>
concept GradientSource = requires(const A& source, const NamedArrays<T>& arguments) {
    { source.gradients(arguments) } -> std::same_as<NamedArrays<T>>;
};

// What a derivation gives: named arrays, one array, or several; arrays of any kind that converts.
template <class T, class A> NamedArrays<T> named_arrays(const A& a, const NamedArrays<T>& arguments) {
    if constexpr (std::same_as<A, NamedArrays<T>>) {
        return a;
    } else if constexpr (GradientSource<A, T>) {
        return a.gradients(arguments);
    } else if constexpr (Expression<A> || Number<A>) {
        return {{arguments.empty() ? "x" : arguments[0].name, Array<T>(a)}};
    } else {
        NamedArrays<T> all;
        for (const auto& array : a)
            all.push_back(
                {all.size() < arguments.size() ? arguments[all.size()].name : "x" + std::to_string(all.size()),
                 Array<T>(array)});
        return all;
    }
}
// An array can be called too, with indices.
template <class A, class... X>
concept Derivation = !Expression<A> && std::invocable<const A&, const X&...>;

// The gradients that autograd has, compared with a derivation's.
template <class T, class A, class... X> CompareReport compared(const NamedArrays<T>& autograd, const A& analytic,
                                                               const CompareOptions& options, const X&... x) {
    if constexpr (Derivation<A, X...>)
        return compare_named(autograd, named_arrays<T>(analytic(x...), autograd), options);
    else
        return compare_named(autograd, named_arrays<T>(analytic, autograd), options);
}

}  // namespace detail

// Compares the gradient of f, a function of variables that gives one number, by reverse mode with the analytic one: an
// array for each input (one array, or a container of them), a function of the inputs that gives that, or a file of them
// (nn/io/compare.hpp). Inputs are one array, several in braces for f(x, y, ...), or a std::vector for
// f(std::vector<Variable<T>>).
template <class F, class A, class X>
requires Expression<X> || Number<X> CompareReport compare_gradients(const F& f, const A& analytic, const X& x,
                                                                    const CompareOptions& options = {}) {
    using T = detail::scalar_of<X>;
    const ManyToOne<T> g = [&](const std::vector<Variable<T>>& xs) { return detail::call<T>(f, xs[0]); };
    return detail::compared(reverse_mode<T>(g, {Array<T>(x)}, options.names), analytic, options, x);
}
template <class F, class A, class T, std::size_t N>
CompareReport compare_gradients(const F& f, const A& analytic, const Array<T> (&inputs)[N],
                                const CompareOptions& options = {}) {
    return [&]<std::size_t... I>(std::index_sequence<I...> each) {
        const ManyToOne<T> g = [&](const std::vector<Variable<T>>& xs) { return detail::apply<F, T>(f, xs, each); };
        return detail::compared(reverse_mode<T>(g, {inputs[I]...}, options.names), analytic, options, inputs[I]...);
    }
    (std::make_index_sequence<N>());
}
template <class F, class A, class T> CompareReport compare_gradients(const F& f, const A& analytic,
                                                                     const std::vector<Array<T>>& inputs,
                                                                     const CompareOptions& options = {}) {
    return detail::compared(reverse_mode<T>(f, inputs, options.names), analytic, options, inputs);
}

}  // namespace xtape
