// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/nn/module.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {

// gradcheck of call(module, inputs), by the inputs and by each parameter, which are variables for the while.
template <nn::Module M, class Call>
GradcheckReport check_module(const M& module, const std::vector<Array<typename M::value_type>>& inputs,
                             const Call& call, const GradcheckOptions& options = {}) {
    using T = typename M::value_type;
    std::vector<Array<T>> all = inputs;
    for (const auto& [path, p] : nn::parameters(module)) all.push_back(p->value());
    const ManyToOne<T> f = [&](const std::vector<Variable<T>>& xs) {
        M copy = module;
        for (std::size_t i = inputs.size(); const auto& [path, p] : nn::parameters(copy))
            static_cast<Variable<T>&>(*p) = xs[i++];
        return call(copy, xs);
    };
    return gradcheck<T>(f, all, options);
}

template <nn::Module M> std::vector<std::string> paths(const M& model) {
    std::vector<std::string> all;
    for (const auto& p : nn::parameters(model)) all.push_back(p.path);
    return all;
}

}  // namespace xtape::test
