// SPDX-License-Identifier: BSD-3-Clause
#include "optimizer.hpp"

namespace xtape::apps {
namespace {

std::variant<nn::SGD<float>, nn::Adam<float>> made(const Settings& s) {
    const auto rate = static_cast<float>(s.lr);
    if (s.optimizer == "sgd") return nn::SGD<float>({.rate = rate, .momentum = static_cast<float>(s.momentum)});
    const double decay = s.optimizer == "adamw" ? s.decay : 0;
    return nn::Adam<float>({.rate = rate, .decay = static_cast<float>(decay)});
}

}  // namespace

Optimizer::Optimizer(const Settings& settings) : one_(made(settings)) {}

void Optimizer::step(Network& model, const Gradients<float>& gradients, double rate) {
    std::visit(
        [&](auto& one) {
            one.options.rate = static_cast<float>(rate);
            one.step(model, gradients);
        },
        one_);
}

double Optimizer::rate() const {
    return std::visit([](const auto& one) { return double{one.options.rate}; }, one_);
}

const nn::OptimizerState<float>& Optimizer::state() const {
    return std::visit(
        [](const auto& one) -> const auto& { return one.state; }, one_);
}

nn::OptimizerState<float>& Optimizer::state() {
    return std::visit(
        [](auto& one) -> auto& { return one.state; }, one_);
}

const std::vector<const char*>& Optimizer::kinds() const {
    static const std::vector<const char*> of_sgd{".momentum"}, of_adam{".m", ".v"};
    return std::holds_alternative<nn::SGD<float>>(one_) ? of_sgd : of_adam;
}

}  // namespace xtape::apps
