// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/optim.hpp>

#include <cmath>

namespace xtape::nn {
namespace {

// Gradients of a copy of the model know none of its parameters: the step would do nothing.
template <class T>
void check_own(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& gradients, Where where) {
    for (const auto& [path, parameter] : parameters)
        for (const auto& item : gradients.items())
            if (item.identity == parameter->place().serial) return;
    check(parameters.empty(), where, "optimizer",
          "gradients must be of this model's parameters; got those of none of them; try a Tape before the loss, or "
          "this very model: a copy has parameters of its own");
}

template <class T> using NamedArrays = std::vector<std::pair<std::string, Array<T>>>;

// Zeros for these parameters at the first step. At all others it is checked that they are the same as ever.
template <class T> void prepare(NamedArrays<T>& arrays, const std::vector<NamedParameter<T>>& parameters,
                                std::initializer_list<const char*> kinds, Where where) {
    NamedArrays<T> first;
    std::size_t at = 0;
    for (const auto& [path, parameter] : parameters)
        for (const char* kind : kinds) {
            const std::string name = path + "." + kind;
            const Shape& shape = parameter->value().shape();
            if (arrays.empty())
                first.emplace_back(name, zeros<T>(shape));
            else
                check(at < arrays.size() && arrays[at].first == name && arrays[at].second.shape() == shape, where,
                      "optimizer", "the model must be the one of its first step; got ", name, " of shape ", shape,
                      at < arrays.size() ? " for " + arrays[at].first + " of shape " + text(arrays[at].second.shape())
                                         : " beyond its parameters");
            ++at;
        }
    if (arrays.empty()) arrays = std::move(first);
    check(at == arrays.size(), where, "optimizer", "the model must be the one of its first step; got one without ",
          at < arrays.size() ? arrays[at].first : "");
}

// Everything that a step needs and that can fail: then it changes nothing. Null is a gradient of zeros.
template <class T> std::vector<const Array<T>*> gradients_of(const std::vector<NamedParameter<T>>& parameters,
                                                             const Gradients<T>& gradients, Where where) {
    check_own(parameters, gradients, where);
    std::vector<const Array<T>*> all;
    for (const auto& [path, parameter] : parameters) {
        const Array<T>* g = gradients.find(*parameter);
        check(!g || g->shape() == parameter->value().shape(), where, "optimizer", "the gradient of ", path,
              " must have its shape ", parameter->value().shape(), "; got ", g ? g->shape() : Shape{});
        all.push_back(g);
    }
    return all;
}

template <class T> void check_finite(T x, const char* name, Where where) {
    check(x >= 0 && std::isfinite(x), where, "optimizer", name, " must be finite, and 0 or more; got ", x);
}
template <class T> void check_fraction(T x, const char* name, Where where) {
    check(x >= 0 && x < 1, where, "optimizer", name, " must be in [0, 1); got ", x);
}
template <class T> void check_options(const SGDOptions<T>& o, Where where) {
    check_finite(o.rate, "the rate", where);
    check_fraction(o.momentum, "the momentum", where);
}
template <class T> void check_options(const AdamOptions<T>& o, Where where) {
    check_finite(o.rate, "the rate", where);
    check_fraction(o.beta1, "beta1", where);
    check_fraction(o.beta2, "beta2", where);
    check_finite(o.epsilon, "epsilon", where);
    check_finite(o.decay, "the decay", where);
    check(o.decay == 0 || o.decays, where, "optimizer", "decays must say which parameters decay; got no function");
}

// How much each parameter decays
template <class T>
std::vector<T> decays_of(const std::vector<NamedParameter<T>>& parameters, const AdamOptions<T>& options) {
    std::vector<T> all;
    for (const auto& [path, parameter] : parameters)
        all.push_back(options.decay != 0 && options.decays(path, parameter->value().shape()) ? options.decay : T(0));
    return all;
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

template <class T> SGD<T>::SGD(const SGDOptions<T>& o, Where where) : options(o) { check_options(options, where); }

template <class T>
void SGD<T>::step(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& gradients, Where where) {
    check_options(options, where);
    const auto all = gradients_of(parameters, gradients, where);
    prepare(state.arrays, parameters, {"momentum"}, where);
    ++state.steps;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        Array<T>& v = state.arrays[k].second;
        Array<T>& w = parameters[k].parameter->edit();
        for (std::size_t i = 0; i < w.size(); ++i) {
            v.data()[i] = options.momentum * v.data()[i] + (all[k] ? all[k]->data()[i] : 0);
            w.data()[i] -= options.rate * v.data()[i];
        }
    }
}

template <class T> Adam<T>::Adam(const AdamOptions<T>& o, Where where) : options(o) { check_options(options, where); }

template <class T>
void Adam<T>::step(const std::vector<NamedParameter<T>>& parameters, const Gradients<T>& gradients, Where where) {
    check_options(options, where);
    const std::vector<T> decays = decays_of(parameters, options);
    const auto all = gradients_of(parameters, gradients, where);
    prepare(state.arrays, parameters, {"m", "v"}, where);
    const auto t = double(++state.steps);
    AdamStep<T> update{options.rate,
                       options.beta1,
                       options.beta2,
                       options.epsilon,
                       T(1 / (1 - std::pow(double(options.beta1), t))),
                       T(1 / (1 - std::pow(double(options.beta2), t))),
                       0};
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        update.decay = decays[k];
        Array<T>& w = parameters[k].parameter->edit();
        const Array<T> none = all[k] ? Array<T>() : zeros<T>(w.shape());
        update(w.size(), w.data(), state.arrays[2 * k].second.data(), state.arrays[2 * k + 1].second.data(),
               (all[k] ? *all[k] : none).data());
    }
}

template class SGD<float>;
template class SGD<double>;
template class Adam<float>;
template class Adam<double>;

}  // namespace xtape::nn
