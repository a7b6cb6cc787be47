// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/autodiff.hpp>

#include <string>
#include <vector>

namespace xtape::nn {

// A module is any struct with a `value_type` and one function that lists its parameters and modules by name, once:
//     template <class F> void visit(F&& f) { f("cell", cell); f("readout", readout); }
template <class M>
concept Module = requires(M& m) {
    m.visit([](const char*, auto&) {});
};

// A parameter of a model and its path: "cell.wx".
template <class T> struct NamedParameter {
    std::string path;
    Parameter<T>* parameter;
};

namespace detail {

template <class T> struct Collector {
    std::string prefix;
    std::vector<NamedParameter<T>>& found;
    void operator()(const std::string& name, Parameter<T>& p) { found.push_back({prefix + name, &p}); }
    template <Module M> void operator()(const std::string& name, M& m) {
        m.visit(Collector{prefix + name + ".", found});
    }
    template <Module M> void operator()(const std::string& name, std::vector<M>& ms) {  // "cells.0.wx"
        for (std::size_t i = 0; i < ms.size(); ++i) (*this)(name + "." + std::to_string(i), ms[i]);
    }
};

}  // namespace detail

// In the order in which the model lists them. Pointers into the model: they live as long as it stays where it is.
template <Module M> auto parameters(M& model) {
    using T = typename M::value_type;
    std::vector<NamedParameter<T>> found;
    model.visit(detail::Collector<T>{"", found});
    return found;
}
template <Module M> auto parameters(const M& model) { return parameters(const_cast<M&>(model)); }

// As variables, to ask gradients for.
template <Module M> auto wanted(const M& model) {
    std::vector<Variable<typename M::value_type>> all;
    for (const auto& [path, parameter] : parameters(model)) all.push_back(*parameter);
    return all;
}

// Gives each parameter its path as its name: gradients and errors know it. For the end of a model's constructor.
template <Module M> void name_parameters(M& model) {
    for (const auto& [path, parameter] : parameters(model)) parameter->rename(path);
}

template <Module M> std::size_t count(const M& model) {
    std::size_t n = 0;
    for (const auto& [path, parameter] : parameters(model)) n += parameter->value().size();
    return n;
}

}  // namespace xtape::nn
