// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Modules as functions of their parameters, for gradcheck.

#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/nn/module.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {

// The inputs, and a random value for each of the model's parameters.
template <class M>
std::vector<Array<double>> with_parameters(const M& model, std::vector<Array<double>> inputs, unsigned seed) {
    for (const auto& [path, p] : nn::parameters(model)) inputs.push_back(random_array<double>(p->shape(), ++seed));
    return inputs;
}

// The model's parameters become these variables, from xs[first] on.
template <class M> void set_parameters(M& model, const std::vector<Variable<double>>& xs, std::size_t first) {
    for (const auto& [path, p] : nn::parameters(model)) static_cast<Variable<double>&>(*p) = xs[first++];
}

}  // namespace xtape::test
