// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/module.hpp>

#include <functional>

namespace xtape::nn {

// Optimisers may be given other options between two steps. They throw Error for options out of range, for gradients of
// another model, and for another model than at the first step, and then change nothing.

// What every optimiser keeps: how many steps it made, and for each parameter of the model, in its order, some arrays of
// its shape ("momentum", or "m" and "v"), named "PATH.m". A checkpoint is these.
template <class T> struct OptimizerState {
    std::int64_t steps = 0;
    std::vector<std::pair<std::string, Array<T>>> arrays;
};

template <class T> struct SGDOptions { T rate = T(1e-2), momentum = 0; };
// v = momentum v + g;  w -= rate v
template <class T> class SGD {
public:
    explicit SGD(const SGDOptions<T>& o = {}, Where = Where::here());
    template <Module M> void step(M& model, const Gradients<T>& g, Where where = Where::here()) {
        step(parameters(model, where), g, where);
    }
    void step(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& g, Where = Where::here());
    SGDOptions<T> options;
    OptimizerState<T> state;
};

// Decay is for matrices, not for biases nor for recurrent weights (named "wh"), which begin orthogonal and should stay.
bool decays_by_default(const std::string& path, const Shape& shape);

template <class T> struct AdamOptions {
    T rate = T(1e-3), beta1 = T(0.9), beta2 = T(0.999), epsilon = T(1e-8);
    T decay = 0;  // decoupled from the gradient, which may be none: AdamW, Loshchilov and Hutter 2019
    std::function<bool(const std::string& path, const Shape& shape)> decays = decays_by_default;
};
template <class T> struct AdamWOptions {
    T rate = T(1e-3), beta1 = T(0.9), beta2 = T(0.999), epsilon = T(1e-8);
    T decay = T(1e-2);
    std::function<bool(const std::string& path, const Shape& shape)> decays = decays_by_default;
};
// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  w -= rate (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + decay w)
// Kingma and Ba 2015
template <class T> class Adam {
public:
    explicit Adam(const AdamOptions<T>& o = {}, Where = Where::here());
    template <Module M> void step(M& model, const Gradients<T>& g, Where where = Where::here()) {
        step(parameters(model, where), g, where);
    }
    void step(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& g, Where = Where::here());
    AdamOptions<T> options;
    OptimizerState<T> state;
};

// Adam whose decay is 0.01 unless told otherwise.
template <class T> class AdamW : public Adam<T> {
public:
    explicit AdamW(const AdamWOptions<T>& o = {}, Where where = Where::here())
        : Adam<T>({o.rate, o.beta1, o.beta2, o.epsilon, o.decay, o.decays}, where) {}
};

extern template class SGD<float>;
extern template class SGD<double>;
extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace xtape::nn
