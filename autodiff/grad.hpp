// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions from functions, without a tape in sight. f takes variables and gives a variable.
// Given arrays, xtensor expressions or numbers of type T, results are arrays; given variables, results are variables
// recorded on the enclosing tape, so all of this nests.

#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/ops.hpp>

#include <array>
#include <utility>

namespace xtape {
namespace detail {

template <class X> struct ScalarOf { using type = X; };
template <class X>
requires requires { typename X::value_type; }
struct ScalarOf<X> {
    using type = typename X::value_type;
};
template <class X> using scalar_of = typename ScalarOf<std::remove_cvref_t<X>>::type;

// A leaf, or a node of its own on the enclosing tape, at which the sweep stops.
template <class T, class X> Variable<T> input(const X& x) {
    if constexpr (AnyVariable<X>)
        return x.tracked() ? identity(x) : variable(x.value());
    else
        return variable(Array<T>(x));
}

template <std::size_t N, class V> auto one_or_all(std::array<V, N> values) {
    if constexpr (N == 1)
        return std::move(values[0]);
    else
        return values;
}

template <class F, class T, std::size_t... I>
Variable<T> apply(const F& f, const std::vector<Variable<T>>& x, std::index_sequence<I...>) {
    return f(x[I]...);
}

template <class F, class... X> auto value_and_grad(const F& f, const X&... x) {
    using T = scalar_of<std::tuple_element_t<0, std::tuple<X...>>>;
    constexpr auto each = std::index_sequence_for<X...>{};
    const std::vector<Variable<T>> xs{input<T>(x)...};
    const Variable<T> y = apply<F, T>(f, xs, each);
    auto pick = [&]<class G, std::size_t... I>(const G& g, std::index_sequence<I...>) {
        return one_or_all(std::array{g[xs[I]]...});
    };
    if constexpr ((AnyVariable<X> || ...))
        return std::pair(y, pick(recorded_backward(y, xs), each));
    else
        return std::pair(y.value(), pick(backward(y, xs), each));
}

}  // namespace detail

// (x, ...) -> (f(x, ...), its gradient; for several inputs a std::array of gradients). f gives one number.
template <class F> auto value_and_grad(F f) {
    return [f = std::move(f)](const auto&... x) {
        if constexpr ((AnyVariable<decltype(x)> || ...)) {
            check(recording(), Where{}, "grad", "a gradient of variables is recorded on a tape; got none; try arrays");
            return detail::value_and_grad(f, x...);
        } else {
            const Tape tape;
            return detail::value_and_grad(f, x...);
        }
    };
}

// (x, ...) -> df/dx
template <class F> auto grad(F f) {
    return [f = value_and_grad(std::move(f))](const auto&... x) { return f(x...).second; };
}

// g' df/dx at x, for g of f(x)'s shape
template <class F, class X, class G> auto vjp(const F& f, const X& x, const G& g) {
    using T = detail::scalar_of<X>;
    const Tape tape;
    const Variable<T> v = variable(Array<T>(x)), y = f(v);
    return backward(y, {v}, Array<T>(g))[v];
}

// df/dx v at x, for v of x's shape: the vjp of the vjp, which is linear in g
template <class F, class X, class V> auto jvp(const F& f, const X& x, const V& direction) {
    using T = detail::scalar_of<X>;
    const Tape tape;
    const Variable<T> v = variable(Array<T>(x)), y = f(v), g = variable(zeros<T>(y.shape()));
    const Variable<T> dx = recorded_backward(y, {v}, g)[v];
    return backward(dx, {g}, Array<T>(direction))[g];
}

// d2f/dx2 v at x, for f that gives one number and v of x's shape
template <class F, class X, class V> auto hvp(const F& f, const X& x, const V& direction) {
    return vjp(grad(f), x, direction);
}

// (x) -> df/dx of shape f(x)'s + x's
template <class F> auto jacobian(F f) {
    return [f = std::move(f)](const auto& x) {
        using T = detail::scalar_of<decltype(x)>;
        const Tape tape;
        const Variable<T> v = variable(Array<T>(x)), y = f(v);
        Shape shape = y.shape();
        for (const std::size_t n : v.shape()) shape.push_back(n);
        Array<T> rows = Array<T>::from_shape(shape), seed = zeros<T>(y.shape());
        for (std::size_t i = 0; i < seed.size(); ++i) {
            seed.data()[i] = 1;
            const Array<T> row = backward(y, {v}, seed)[v];
            std::copy(row.data(), row.data() + row.size(), rows.data() + i * row.size());
            seed.data()[i] = 0;
        }
        return rows;
    };
}

// (x) -> d2f/dx2 of shape x's + x's, for f that gives one number
template <class F> auto hessian(F f) { return jacobian(grad(std::move(f))); }

}  // namespace xtape
