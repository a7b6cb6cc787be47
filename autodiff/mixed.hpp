// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions of several operands take variables beside arrays, expressions and numbers, and say what they do not take.

#include <xtape/autodiff/variable.hpp>

namespace xtape {
namespace detail {

template <class... A> struct FirstVariable {};
template <AnyVariable A, class... Rest> struct FirstVariable<A, Rest...> { using type = typename A::value_type; };
template <class A, class... Rest> struct FirstVariable<A, Rest...> : FirstVariable<Rest...> {};

}  // namespace detail

// The type that operands share: that of the first variable among them.
template <class... A> using scalar_among = typename detail::FirstVariable<std::remove_cvref_t<A>...>::type;

template <class A, class T>
concept VariableOf = std::derived_from<std::remove_cvref_t<A>, Variable<T>>;
// Operands of which some are variables, but not all are variables of one type.
template <class... A>
concept Mixed = (AnyVariable<A> || ...) && !(VariableOf<A, scalar_among<A...>> && ...) &&
                !(std::same_as<A, Where> || ...);
template <class A, class T>
concept OperandOf = std::convertible_to<const A&, Variable<T>>;

// An operand as a variable; one that is none is an error when the program is compiled.
template <class T, class A> decltype(auto) operand(const A& a) {
    constexpr bool fits = OperandOf<A, T>;
    static_assert(fits || !AnyVariable<A>, "[xtape] float and double variables do not mix; make them of one type");
    static_assert(fits || AnyVariable<A>,
                  "[xtape] a variable meets variables, xtensor arrays or expressions, and numbers; for other data try "
                  "array_from(data, shape)");
    if constexpr (!fits)
        return Variable<T>();
    else if constexpr (VariableOf<A, T>)
        return static_cast<const Variable<T>&>(a);
    else
        return Variable<T>(a);
}

// What no operator takes: for the sake of what operand() says.
template <class A, class B>
concept Unmixable = Mixed<A, B> && !(OperandOf<A, scalar_among<A, B>> && OperandOf<B, scalar_among<A, B>>);
template <class A, class B>
requires Unmixable<A, B>
auto operator+(const A& a, const B& b) { return operand<scalar_among<A, B>>(a), operand<scalar_among<A, B>>(b); }
template <class A, class B>
requires Unmixable<A, B>
auto operator-(const A& a, const B& b) { return a + b; }
template <class A, class B>
requires Unmixable<A, B>
auto operator*(const A& a, const B& b) { return a + b; }
template <class A, class B>
requires Unmixable<A, B>
auto operator/(const A& a, const B& b) { return a + b; }

}  // namespace xtape
