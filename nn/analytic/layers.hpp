// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Layers of cells, in one direction or both: each layer reads what the one before has said.
//   one direction:  Y_t = H_t            both:  Y_t = [F_t R_t], F read from 1 to T, R by a cell of its own from T to 1
// What has read all of a sequence is [F_T R_1], the last states of the last layer's runs, not Y_T.

#include <xtape/nn/analytic/sequence.hpp>

namespace xtape::nn::analytic {

template <class Cell> struct Layers {
    std::vector<Cell> cells;     // layer 0 forward [, layer 0 backward], layer 1 ...
    std::size_t directions = 1;  // 1 or 2
};

template <class Cell> struct UnrolledLayers {
    std::vector<Unrolled<Cell>> runs;         // one for each cell
    xt::xarray<typename Cell::value_type> y;  // of the last layer, (T, B, H) or (T, B, 2H)
};

template <class Cell> struct LayersGradients {
    using Real = typename Cell::value_type;
    std::vector<Cell> cells;
    xt::xarray<Real> x;              // (T, B, I)
    std::vector<State<Real>> first;  // one for each cell
};

// x (T, B, I); one first state for each cell, the first one read
template <class Cell, class Real = typename Cell::value_type>
UnrolledLayers<Cell> unroll(const Layers<Cell>& layers, const xt::xarray<Real>& x,
                            const std::vector<State<Real>>& first, const std::optional<xt::xarray<Real>>& mask = {}) {
    check_layers(layers.cells.size(), layers.directions, first.size());
    UnrolledLayers<Cell> run{{}, x};
    for (std::size_t k = 0; k < layers.cells.size(); k += layers.directions) {
        std::vector<Array<Real>> said;
        for (std::size_t i = k; i < k + layers.directions; ++i) {
            run.runs.push_back(unroll(layers.cells[i], run.y, first[i], {mask, i > k}));
            said.push_back(run.runs.back().h);
        }
        run.y = side_by_side(said);  // [F_t R_t]
    }
    return run;
}

// d_y is dL/dY (T, B, H) or (T, B, 2H); d_last is, for each cell, dL by the last state that it read.
template <class Cell, class Real = typename Cell::value_type>
LayersGradients<Cell> bptt(const Layers<Cell>& layers, const UnrolledLayers<Cell>& run, const xt::xarray<Real>& d_y,
                           const std::vector<State<Real>>& d_last) {
    check_layers(layers.cells.size(), layers.directions, d_last.size());
    check("d_y", d_y, shape_of(run.y));
    LayersGradients<Cell> d{layers.cells, d_y, d_last};
    for (std::size_t k = layers.cells.size(); k > 0; k -= layers.directions) {
        const std::size_t below = k - layers.directions;
        // dF_t and dR_t are the halves of dY_t; X_t was read by both, so dX_t is the sum, and dY_t of the layer below
        Array<Real> d_x = zeros_like(run.runs[below].x);
        for (std::size_t i = below; i < k; ++i) {
            const Array<Real> d_h = part(d.x, i - below, run.runs[i].h.shape()[2]);
            SequenceGradients<Cell> one = bptt(layers.cells[i], run.runs[i], d_h, d_last[i]);
            d_x += one.x;
            d.cells[i] = std::move(one.parameters);
            d.first[i] = std::move(one.first);
        }
        d.x = std::move(d_x);
    }
    return d;
}

}  // namespace xtape::nn::analytic
