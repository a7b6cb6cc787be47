// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A fused operation equals the composition of ordinary ones that defines it.
#include <xtape/autodiff/grad.hpp>

#include <functional>

#include "support.hpp"

namespace xtape::test {

using Fusable = std::function<Variable<double>(const std::vector<Variable<double>>&)>;

// Value, gradients and Hessian-vector products of sum(f(x)^2 w) with a random w, along random directions
struct Differentiated {
    Array<double> value;
    std::vector<Array<double>> gradients, hvp;
};
inline Differentiated differentiated(const Fusable& f, const std::vector<Array<double>>& inputs) {
    using V = Variable<double>;
    const Tape tape;
    std::vector<V> x;
    for (const auto& a : inputs) x.push_back(variable(a));
    const V y = f(x), loss = sum(y * y * V(random_array<double>(y.shape(), 9)));
    Differentiated out{y.value(), {}, {}};
    const auto first = backward(loss, x);
    const auto g = recorded_backward(loss, x);
    V along(0.0);
    for (std::size_t k = 0; k < x.size(); ++k) {
        out.gradients.push_back(first[x[k]]);
        CHECK(distance(g[x[k]].value(), first[x[k]]) < 1e-13);
        along = along + sum(g[x[k]] * V(random_array<double>(inputs[k].shape(), unsigned(20 + k))));
    }
    const auto h = backward(along, x);
    for (const V& v : x) out.hvp.push_back(h[v]);
    return out;
}

inline void check_equal(const Fusable& fused, const Fusable& composed, const std::vector<Array<double>>& inputs) {
    const Differentiated a = differentiated(fused, inputs), b = differentiated(composed, inputs);
    CHECK(distance(a.value, b.value) < 1e-13);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        CAPTURE(k);
        CHECK(distance(a.gradients[k], b.gradients[k]) < 1e-12);
        CHECK(distance(a.hvp[k], b.hvp[k]) < 1e-11);
        CHECK(distance(a.hvp[k], zeros<double>(inputs[k].shape())) > 1e-6);
    }
}

}  // namespace xtape::test
