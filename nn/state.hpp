// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>

#include <tuple>
#include <vector>

namespace xtape::nn {

// What a cell carries from step to step: a variable, a tuple of states, or a struct that lists its parts, as in
//     struct LSTMState { Variable<T> h, c;  auto fields() { return std::tie(h, c); } };
// The first variable is what the cell says to the outside. Each is (B, ...): rows are sequences.

namespace detail {

template <class S> inline constexpr bool is_tuple = false;
template <class... S> inline constexpr bool is_tuple<std::tuple<S...>> = true;
template <class S>
concept ListsFields = requires(std::remove_const_t<S>& state) {
    state.fields();
};

}  // namespace detail

template <class S>
concept State = AnyVariable<S> || detail::is_tuple<std::remove_cvref_t<S>> || detail::ListsFields<S>;

// References to all variables of a state, as a tuple.
template <State S> auto fields(S& state) {
    const auto all = [](auto&... parts) { return std::tuple_cat(fields(parts)...); };
    if constexpr (AnyVariable<S>)
        return std::tie(state);
    else if constexpr (detail::is_tuple<std::remove_cv_t<S>>)
        return std::apply(all, state);
    else  // a struct lists its fields for writing; here a constant one is only read
        return std::apply(all, const_cast<std::remove_const_t<S>&>(state).fields());
}

template <State S> const auto& output(const S& state) { return std::get<0>(fields(state)); }
template <State S> using scalar_of = typename std::remove_cvref_t<decltype(output(std::declval<S&>()))>::value_type;

// f(field, field, ...) for each field that the states have in common, as a state.
template <class F, State S, State... Rest> S map_state(const F& f, const S& first, const Rest&... rest) {
    S result = first;
    [&]<std::size_t... i>(std::index_sequence<i...>, const auto& to, const auto&... from) {
        const auto one = [&](auto place, const auto&... all) { std::get<place>(to) = f(std::get<place>(all)...); };
        (one(std::integral_constant<std::size_t, i>(), from...), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<decltype(fields(result))>>(), fields(result), fields(first),
     fields(rest)...);
    return result;
}

// For cells. Throws Error unless a field of their state is (B, H): one row would be taken for the state of all others.
template <class T>
void check_state(const Variable<T>& h, std::size_t rows, std::size_t units, const char* op, Where where) {
    const Shape fits{rows, units};
    check(h.value().shape() == fits, where, op, "the state must be (B, H), ", fits, "; got ", h.value().shape());
}

// The state as a constant: where backpropagation is cut.
template <State S> S detached(const S& state) {
    return map_state([](const auto& v) { return detach(v); }, state);
}
template <State S> std::vector<S> detached(std::vector<S> states) {  // of layers
    for (S& state : states) state = detached(state);
    return states;
}

}  // namespace xtape::nn
