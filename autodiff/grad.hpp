// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions from functions, without a tape in sight. f takes variables and gives a variable.
// Given arrays or xtensor expressions, results are arrays; given numbers, those of grad, value_and_grad, vjp and hvp
// are numbers. Given variables, those of grad and value_and_grad are variables recorded on the enclosing tape: they
// nest in each other and in all the rest. Whole numbers count as double.

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
template <class X> using element_of = typename ScalarOf<std::remove_cvref_t<X>>::type;
template <class X> using scalar_of = std::conditional_t<std::integral<element_of<X>>, double, element_of<X>>;

// f(x, ...) as a variable. An array would have lost how it depends on x.
template <class T, class F, class... V> Variable<T> call(const F& f, const V&... x) {
    constexpr bool takes = std::invocable<const F&, const V&...>;
    static_assert(takes, "[xtape] a function to differentiate must take variables of its inputs' type, one for each");
    if constexpr (takes) {
        using Y = std::invoke_result_t<const F&, const V&...>;
        constexpr bool gives = VariableOf<Y, T> || Number<std::remove_cvref_t<Y>>;
        static_assert(gives, "[xtape] a function to differentiate must return a variable, not its value()");
        if constexpr (gives) return f(x...);
    }
    return {};
}

// A leaf, or a node of its own on the enclosing tape, at which the sweep stops.
template <class T, class X> Variable<T> input(const X& x, Where where) {
    if constexpr (AnyVariable<X>)
        return x.tracked() ? identity(x, where) : variable(x.value(), where);
    else
        return variable(Array<T>(x), where);
}

template <std::size_t N, class V> auto one_or_all(std::array<V, N> values) {
    if constexpr (N == 1)
        return std::move(values[0]);
    else
        return values;
}

template <class F, class T, std::size_t... I>
Variable<T> apply(const F& f, const std::vector<Variable<T>>& x, std::index_sequence<I...>) {
    return call<T>(f, x[I]...);
}
// A result is a number where all that was given are numbers.
template <class... X> auto like(const auto& y) {
    if constexpr ((Number<X> && ...))
        return *y.data();
    else
        return y;
}

template <class F, class... X> auto value_and_grad(Where where, const F& f, const X&... x) {
    using T = scalar_of<std::tuple_element_t<0, std::tuple<X...>>>;
    constexpr auto each = std::index_sequence_for<X...>{};
    const std::vector<Variable<T>> xs{input<T>(x, where)...};
    const Variable<T> y = apply<F, T>(f, xs, each);
    auto pick = [&]<class G, std::size_t... I>(const G& g, std::index_sequence<I...>) {
        return one_or_all(std::array{like<X...>(g.at(xs[I], where))...});
    };
    if constexpr ((AnyVariable<X> || ...))
        return std::pair(y, pick(recorded_backward(y, xs, where), each));
    else
        return std::pair(like<X...>(y.value()), pick(backward(y, xs, where), each));
}

}  // namespace detail

// (x, ...) -> (f(x, ...), its gradient; for several inputs a std::array of gradients). f gives one number.
template <class F> auto value_and_grad(F f, Where where = Where::here()) {
    return [f = std::move(f), where](const auto&... x) {
        if constexpr ((AnyVariable<decltype(x)> || ...)) {
            check(recording(), where, "grad", "a gradient of variables is recorded on a tape; got none; try arrays");
            return detail::value_and_grad(where, f, x...);
        } else {
            const Tape tape(where);
            return detail::value_and_grad(where, f, x...);
        }
    };
}

// (x, ...) -> df/dx
template <class F> auto grad(F f, Where where = Where::here()) {
    return [f = value_and_grad(std::move(f), where)](const auto&... x) { return f(x...).second; };
}

// g' df/dx at x, for g of f(x)'s shape
template <class F, class X, class G> auto vjp(const F& f, const X& x, const G& g, Where where = Where::here()) {
    using T = detail::scalar_of<X>;
    const Tape tape(where);
    const Variable<T> v = variable(Array<T>(x), where), y = detail::call<T>(f, v);
    return detail::like<X>(backward(y, {v}, Array<T>(g), where).at(v, where));
}

// df/dx v at x, for v of x's shape: the vjp of the vjp, which is linear in g
template <class F, class X, class V> auto jvp(const F& f, const X& x, const V& direction, Where where = Where::here()) {
    using T = detail::scalar_of<X>;
    const Tape tape(where);
    const Variable<T> v = variable(Array<T>(x), where), y = detail::call<T>(f, v),
                      g = variable(filled(y.shape(), T(1)));
    const Variable<T> dx = recorded_backward(y, {v}, g, where).at(v, where);
    return backward(dx, {g}, Array<T>(direction), where).at(g, where);
}

// d2f/dx2 v at x, for f that gives one number and v of x's shape
template <class F, class X, class V> auto hvp(const F& f, const X& x, const V& direction, Where where = Where::here()) {
    return vjp(grad(f, where), x, direction, where);
}

// (x) -> df/dx of shape f(x)'s + x's
template <class F> auto jacobian(F f, Where where = Where::here()) {
    return [f = std::move(f), where](const auto& x) {
        using T = detail::scalar_of<decltype(x)>;
        const Tape tape(where);
        const Variable<T> v = variable(Array<T>(x), where), y = detail::call<T>(f, v);
        Shape shape = y.shape();
        for (const std::size_t n : v.shape()) shape.push_back(n);
        Array<T> rows = Array<T>::from_shape(shape), seed = zeros<T>(y.shape());
        for (std::size_t i = 0; i < seed.size(); ++i) {
            seed.data()[i] = 1;
            const Array<T> row = backward(y, {v}, seed, where).at(v, where);
            std::copy(row.data(), row.data() + row.size(), rows.data() + i * row.size());
            seed.data()[i] = 0;
        }
        return rows;
    };
}

// (x) -> d2f/dx2 of shape x's + x's, for f that gives one number
template <class F> auto hessian(F f, Where where = Where::here()) { return jacobian(grad(std::move(f), where), where); }

}  // namespace xtape
