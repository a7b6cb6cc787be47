// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/optim.hpp>

#include <variant>

#include "network.hpp"

namespace xtape::apps {

// The one of nn's optimisers that the settings name.
class Optimizer {
public:
    explicit Optimizer(const Settings& settings);
    void step(Network& model, const Gradients<float>& gradients, double rate);
    double rate() const;  // of the last step
    const nn::OptimizerState<float>& state() const;
    nn::OptimizerState<float>& state();
    const std::vector<const char*>& kinds() const;  // of arrays that it keeps for each parameter

private:
    std::variant<nn::SGD<float>, nn::Adam<float>> one_;
};

}  // namespace xtape::apps
