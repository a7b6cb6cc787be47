// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/module.hpp>

#include <tuple>

namespace xtape::nn {
namespace detail {

template <class... L> struct FirstValueType {
    static_assert(sizeof...(L) > 0,
                  "[xtape] Sequential must have a module, whose value_type is its own; got functions "
                  "alone; try a function that calls them");
    using type = double;
};
template <class L, class... Rest> struct FirstValueType<L, Rest...> : FirstValueType<Rest...> {};
template <class L, class... Rest>
requires requires { typename L::value_type; }
struct FirstValueType<L, Rest...> {
    using type = typename L::value_type;
};

}  // namespace detail

// y = f_n(... f_1(f_0(x))), of modules and any other callables: Sequential{Linear<float>(3, 4, g), [](const auto& x) {
// return relu(x); }, Dropout(0.1, 1)}. In braces, because these are made from left to right, as the generator's numbers
// are drawn. Parameters are called "0.w" by their place. A layer that may take the time step, (x, t), is given it.
template <class... Layer> struct Sequential {
    using value_type = typename detail::FirstValueType<Layer...>::type;
    std::tuple<Layer...> layers;

    explicit Sequential(Layer... all) : layers(std::move(all)...) { name_parameters(*this); }
    template <class X> auto operator()(const X& x, Where where = Where::here()) const { return (*this)(x, 0, where); }
    template <class X> auto operator()(const X& x, std::ptrdiff_t t, Where where = Where::here()) const {
        const Frame frame("Sequential");
        return from<0>(x, t, where);
    }
    template <class F> void visit(F&& f) {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            const auto one = [&](std::size_t place, auto& layer) {
                if constexpr (Module<std::remove_reference_t<decltype(layer)>>) f(std::to_string(place).c_str(), layer);
            };
            (one(i, std::get<i>(layers)), ...);
        }
        (std::index_sequence_for<Layer...>());
    }

private:
    template <std::size_t i, class X> auto from(const X& x, std::ptrdiff_t t, Where where) const {
        if constexpr (i == sizeof...(Layer))
            return x;
        else
            return from<i + 1>(call(std::get<i>(layers), std::to_string(i), x, t, where), t, where);
    }
    template <class L, class X>
    static auto call(const L& layer, const std::string& place, const X& x, std::ptrdiff_t t, Where where) {
        const Frame frame(place.c_str());
        if constexpr (std::invocable<const L&, const X&, std::ptrdiff_t, Where>)
            return layer(x, t, where);
        else if constexpr (std::invocable<const L&, const X&, Where>)
            return layer(x, where);
        else
            return layer(x);
    }
};

}  // namespace xtape::nn
