// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/optim.hpp>

#include <cmath>

namespace xtape::nn {
namespace {

// Gradients of a copy of the model know none of its parameters: the step would do nothing.
template <class T> void check_own(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& gradients) {
    for (const auto& [path, parameter] : parameters)
        for (const auto& item : gradients.items())
            if (item.identity == parameter->place().serial) return;
    check(parameters.empty(), Where{}, "optimizer",
          "gradients must be of this model's parameters; got those of none of them; a copy has parameters of its own");
}

// The state's arrays for these parameters: made at the first step, then the same as ever.
template <class T> void prepare(OptimizerState<T>& state, const std::vector<NamedParameter<T>>& parameters,
                                std::initializer_list<const char*> kinds) {
    if (!state.arrays.empty()) {
        check(state.arrays.size() == parameters.size() * kinds.size(), Where{}, "optimizer",
              "the model must be the one of its first step; got ", parameters.size(), " parameters for ",
              state.arrays.size(), " arrays of state");
        return;
    }
    for (const auto& [path, parameter] : parameters)
        for (const char* kind : kinds)
            state.arrays.emplace_back(path + "." + kind, zeros<T>(parameter->value().shape()));
}

template <class T> void check_shapes(const Array<T>& w, const Array<T>& g, const Array<T>& s, const std::string& path) {
    check(w.shape() == g.shape() && w.shape() == s.shape(), Where{}, "optimizer",
          "gradient and state must have the shape of ", path, ", ", w.shape(), "; got ", g.shape(), " and ", s.shape());
}

template <class T> struct AdamStep {
    T rate, b1, b2, eps, m_scale, v_scale, decay;
    void operator()(std::size_t n, T* __restrict w, T* __restrict m, T* __restrict v, const T* __restrict g) const {
        for (std::size_t i = 0; i < n; ++i) {
            m[i] = b1 * m[i] + (1 - b1) * g[i];
            v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
            w[i] -= rate * (m[i] * m_scale / (std::sqrt(v[i] * v_scale) + eps) + decay * w[i]);
        }
    }
};

}  // namespace

bool decays_by_default(const std::string& path, const Shape& shape) {
    const std::string name = path.substr(path.rfind('.') + 1);
    return shape.size() >= 2 && name != "wh";
}

template <class T> void SGD<T>::step(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& gradients) {
    check_own(parameters, gradients);
    prepare(state, parameters, {"momentum"});
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const Array<T>* g = gradients.find(*parameters[k].parameter);
        if (g) check_shapes(parameters[k].parameter->value(), *g, state.arrays[k].second, parameters[k].path);
    }
    ++state.steps;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const Array<T>* g = gradients.find(*parameters[k].parameter);
        Array<T>& v = state.arrays[k].second;
        Array<T>& w = parameters[k].parameter->edit();
        for (std::size_t i = 0; i < w.size(); ++i) {
            v.data()[i] = options.momentum * v.data()[i] + (g ? g->data()[i] : 0);
            w.data()[i] -= options.rate * v.data()[i];
        }
    }
}

template <class T> void Adam<T>::step(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& gradients) {
    check_own(parameters, gradients);
    prepare(state, parameters, {"m", "v"});
    std::vector<Array<T>> none;  // zeros, for what the loss does not depend on
    std::vector<const Array<T>*> all;
    none.reserve(parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const Array<T>& w = parameters[k].parameter->value();
        const Array<T>* g = gradients.find(*parameters[k].parameter);
        all.push_back(g ? g : &none.emplace_back(zeros<T>(w.shape())));
        check_shapes(w, *all.back(), state.arrays[2 * k].second, parameters[k].path);
    }
    const auto t = double(++state.steps);
    AdamStep<T> update{options.rate,
                       options.beta1,
                       options.beta2,
                       options.epsilon,
                       T(1 / (1 - std::pow(double(options.beta1), t))),
                       T(1 / (1 - std::pow(double(options.beta2), t))),
                       0};
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const auto& [path, parameter] = parameters[k];
        update.decay = options.decay != 0 && options.decays(path, parameter->value().shape()) ? options.decay : 0;
        Array<T>& w = parameter->edit();
        update(w.size(), w.data(), state.arrays[2 * k].second.data(), state.arrays[2 * k + 1].second.data(),
               all[k]->data());
    }
}

template class SGD<float>;
template class SGD<double>;
template class Adam<float>;
template class Adam<double>;

}  // namespace xtape::nn
