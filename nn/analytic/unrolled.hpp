// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <xtape/nn/analytic/cell.hpp>

namespace xtape::nn::analytic {

// Rows of a batch may have fewer steps than others: the mask (T, B) is 1 where a row has a step and 0 where not. A row
// without a step keeps its state, S_t = S_{t-1}. x must be finite there too. With reverse the steps are read from the
// last to the first, each row from its own last one if it is padded at the end. Without a mask there are all steps.
template <class Real> struct Reading {
    std::optional<xt::xarray<Real>> mask = {};
    bool reverse = false;
};

template <class Cell> struct Unrolled {
    using Real = typename Cell::value_type;
    xt::xarray<Real> x;     // (T, B, I), as given
    xt::xarray<Real> mask;  // (T, B)
    bool reverse;
    xt::xarray<Real> h;               // (T, B, H): what has been said at each step, padded ones too
    std::vector<State<Real>> states;  // T + 1 in the order of reading: the first state, then one after each step
    std::vector<typename Cell::Saved> saved;  // T in the order of reading
};

template <class Cell> struct SequenceGradients {
    using Real = typename Cell::value_type;
    Cell parameters;
    xt::xarray<Real> x;  // (T, B, I)
    State<Real> first;   // of the state before the first step that is read
};

}  // namespace xtape::nn::analytic
