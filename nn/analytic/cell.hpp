// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What all recurrent cells here have in common. A cell is a struct of plain arrays with
//   forward(x, state) -> {state, saved}                   one step, and what its gradient needs
//   backward(d_state, saved, d) -> {d_x, d_state before}  adds the gradients of the parameters to d, a cell as well
//   visit(f)                                              f(name, array) for each parameter
// x (B, I), a state is {h} or {h, c}, (B, H) each, and what the cell says is h; d_name is the gradient of L by name.
// Sizes that do not fit, and sizes of zero, throw std::invalid_argument. Real is float or double.
//
// In the formulas a prime is a transpose, * is elementwise, d before a name is the gradient of L by it, sum0 adds over
// the batch, sigma is the logistic function. X_t and H_{t-1} are what a step reads, H_t is what it makes.

#include <utility>
#include <vector>
#include <xtensor/xarray.hpp>

namespace xtape::nn::analytic {

template <class Real> using State = std::vector<xt::xarray<Real>>;
template <class Real> using BackwardStep = std::pair<xt::xarray<Real>, State<Real>>;  // d_x and d_state before

// Gradients of all parameters, 0 so far.
template <class Module> Module no_gradients(Module like) {
    like.visit([](const char*, auto& parameter) { parameter.fill(0); });
    return like;
}

}  // namespace xtape::nn::analytic
