// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Modules as functions of their parameters, for gradcheck.

#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/nn/module.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {

// The inputs, and a random value for each of the model's parameters but one.
template <class M> std::vector<Array<double>> with_parameters(const M& model, std::vector<Array<double>> inputs,
                                                              unsigned seed, const std::string& without = "") {
    for (const auto& [path, p] : nn::parameters(model))
        if (path != without) inputs.push_back(random_array<double>(p->shape(), ++seed));
    return inputs;
}

// Those parameters of the model become these variables, from xs[first] on.
template <class M> void set_parameters(M& model, const std::vector<Variable<double>>& xs, std::size_t first,
                                       const std::string& without = "") {
    for (const auto& [path, p] : nn::parameters(model))
        if (path != without) static_cast<Variable<double>&>(*p) = xs[first++];
}

}  // namespace xtape::test
