// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/compare.hpp>
#include <xtape/nn/module.hpp>

namespace xtape::nn {
namespace detail {

// What lists its arrays by name, as the cells of nn/analytic do.
template <class A>
concept ListsArrays = requires(A& a) {
    a.visit([](const char*, auto& array) { (void)array.shape(); });
};
template <class T, class A> NamedArrays<T> named_arrays(const A& a, const NamedArrays<T>& arguments) {
    if constexpr (ListsArrays<A>) {
        NamedArrays<T> all;
        const_cast<A&>(a).visit([&](const char* name, auto& array) { all.push_back({name, Array<T>(array)}); });
        return all;
    } else {
        return xtape::detail::named_arrays<T>(a, arguments);
    }
}

template <Module M> Names parameter_paths(const M& model) {
    Names all;
    for (const auto& [path, parameter] : parameters(model)) all.push_back(path);
    return all;
}

}  // namespace detail

// The gradient of f(model), one number, by each parameter of the model, under its path.
template <Module M, class F> auto reverse_mode(const F& f, const M& model) {
    using T = typename M::value_type;
    const Tape tape;
    const Variable<T> y = f(model);
    check(y.value().size() == 1, {}, "compare_gradients", "f must give one number; got shape ", y.shape(),
          "; try sum(...)");
    NamedArrays<T> all;
    for (const auto& [path, p] : parameters(model)) all.push_back({path, zeros<T>(p->shape())});
    if (!y.tracked()) return all;  // it depends on none of them
    const Gradients<T> g = backward(y, wanted(model));
    for (std::size_t k = 0; const auto& [path, p] : parameters(model)) all[k++].array = g[*p];
    return all;
}

// Compares the gradient of f(model), one number, by the model's parameters with the analytic one: arrays by path, one
// array for each parameter in the model's order, whatever lists its arrays as the cells of nn/analytic do, a function
// of the model that gives one of these, or a file of them (nn/io/compare.hpp).
template <Module M, class F, class A>
CompareReport compare_gradients(const F& f, const A& analytic, const M& model, const CompareOptions& options = {}) {
    using T = typename M::value_type;
    const NamedArrays<T> autograd = nn::reverse_mode(f, model);
    if constexpr (xtape::detail::Derivation<A, M>)
        return compare_named(autograd, detail::named_arrays<T>(analytic(model), autograd), options);
    else
        return compare_named(autograd, detail::named_arrays<T>(analytic, autograd), options);
}

}  // namespace xtape::nn
