// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to the cells' .cpp files: what gates are made with, and the checks of sizes.

#include <cmath>
#include <xtape/nn/analytic/cell.hpp>
#include <xtape/nn/analytic/products.hpp>

namespace xtape::nn::analytic {

template <class Real> Array<Real> sigma(Array<Real> a) {
    for (Real& value : a) value = 1 / (1 + std::exp(-value));
    return a;
}

template <class Real> Array<Real> tanh_of(Array<Real> a) {
    for (Real& value : a) value = std::tanh(value);
    return a;
}

// x (B, I) for the weights wx (I, nH); returns B.
template <class Real> std::size_t checked_batch(const Array<Real>& x, const Array<Real>& wx) {
    if (wx.dimension() != 2 || wx.size() == 0)
        refuse("wx must have shape (I, nH), none of them 0; got " + text(wx.shape()));
    if (x.dimension() != 2 || x.size() == 0) refuse("x must have shape (B, I), none of them 0; got " + text(x.shape()));
    check("x", x, {x.shape()[0], wx.shape()[0]});
    return x.shape()[0];
}

// A state has the fields named, of these widths.
template <class Real>
void check_state(const State<Real>& state, std::size_t B, const std::vector<std::size_t>& widths) {
    const char* const names[]{"h", "c"};
    if (state.size() != widths.size())
        refuse("a state must have this many fields: " + std::to_string(widths.size()) + "; got " +
               std::to_string(state.size()));
    for (std::size_t k = 0; k < widths.size(); ++k) check(names[k], state[k], {B, widths[k]});
}

}  // namespace xtape::nn::analytic
