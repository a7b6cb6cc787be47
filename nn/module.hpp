// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/autodiff.hpp>

#include <string>
#include <unordered_set>
#include <vector>

namespace xtape::nn {

// A module is any struct with a `value_type` and one function that lists its parameters and modules by name, once:
//     template <class F> void visit(F&& f) { f("cell", cell); f("readout", readout); }
// Each name once: what takes a model apart throws Error for a path that is there twice.
template <class M>
concept Module = requires(M& m) {
    m.visit([](const char*, auto&) {});
};

// A parameter of a model and its path: "cell.wx".
template <class T> struct NamedParameter {
    std::string path;
    Parameter<T>* parameter;
};
// The same of a buffer: an array that a model keeps, lists and saves, but that no gradient changes, such as the running
// mean of BatchNorm.
template <class T> struct NamedBuffer {
    std::string path;
    Array<T>* buffer;
};

namespace detail {

// f(path, x) for each x that a module lists, and for what that lists in turn.
template <class T, class F> struct Walk {
    std::string prefix;
    const F& f;
    void operator()(const std::string& name, Parameter<T>& p) const { f(prefix + name, p); }
    void operator()(const std::string& name, Array<T>& a) const { f(prefix + name, a); }
    template <Module M> void operator()(const std::string& name, M& m) const {
        f(prefix + name, m);
        m.visit(Walk{prefix + name + ".", f});
    }
    template <Module M> void operator()(const std::string& name, std::vector<M>& ms) const {  // "cells.0.wx"
        for (std::size_t i = 0; i < ms.size(); ++i) (*this)(name + "." + std::to_string(i), ms[i]);
    }
};
template <Module M, class F> void walk(M& model, Where where, const F& f) {
    std::unordered_set<std::string> known;
    const auto once = [&](const std::string& path, auto& x) {
        check(known.insert(path).second, where, "visit", "each entry must have a name of its own; got ", path,
              " twice");
        f(path, x);
    };
    model.visit(Walk<typename M::value_type, decltype(once)>{"", once});
}

}  // namespace detail

// In the order in which the model lists them. Pointers into the model: they live as long as it stays where it is.
template <Module M> auto parameters(M& model, Where where = Where::here()) {
    using T = typename M::value_type;
    std::vector<NamedParameter<T>> found;
    detail::walk(model, where, [&]<class X>(const std::string& path, X& x) {
        if constexpr (std::same_as<X, Parameter<T>>) found.push_back({path, &x});
    });
    return found;
}
template <Module M> auto parameters(const M& model, Where where = Where::here()) {
    return parameters(const_cast<M&>(model), where);
}

template <Module M> auto buffers(M& model, Where where = Where::here()) {
    using T = typename M::value_type;
    std::vector<NamedBuffer<T>> found;
    detail::walk(model, where, [&]<class X>(const std::string& path, X& x) {
        if constexpr (std::same_as<X, Array<T>>) found.push_back({path, &x});
    });
    return found;
}
template <Module M> auto buffers(const M& model, Where where = Where::here()) {
    return buffers(const_cast<M&>(model), where);
}

// As variables, to ask gradients for.
template <Module M> auto wanted(const M& model) {
    std::vector<Variable<typename M::value_type>> all;
    for (const auto& [path, parameter] : parameters(model)) all.push_back(*parameter);
    return all;
}

// Gives each parameter its path as its name: gradients and errors know it. For the end of a model's constructor.
template <Module M> void name_parameters(M& model, Where where = Where::here()) {
    for (const auto& [path, parameter] : parameters(model, where)) parameter->rename(path);
}

template <Module M> std::size_t count(const M& model) {
    std::size_t n = 0;
    for (const auto& [path, parameter] : parameters(model)) n += parameter->value().size();
    return n;
}

}  // namespace xtape::nn
