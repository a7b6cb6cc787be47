// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to rtrl.hpp: real-time recurrent learning for any cell. For one sample, S_n = dstate_n/dtheta has a row for
// each number of the state, field by field, and a column for each number theta that it depends on, in the order
// [parameters; state before the first step; x_1; ...; x_T]:
//   S_n = J_n S_{n-1} + E_n     J_n = dstate_n/dstate_{n-1}     E_n = dstate_n/dtheta with state_{n-1} held
//   dL/dtheta = sum_n g_n S_n   g_n = dL_n/dstate_n
// A row of J_n and E_n is what the backward pass of one step makes of a unit vector. Nothing is swept back
// through time.

#include <xtape/nn/analytic/sequence_parts.hpp>

#include <utility>

namespace xtape::nn::analytic {

template <class Real> using Row = std::vector<Real>;

template <class Real> void add_scaled(Row<Real>& sum, Real factor, const Row<Real>& row) {
    for (std::size_t p = 0; p < row.size(); ++p) sum[p] += factor * row[p];
}

// The i-th sample's numbers of a state.
template <class Real> Row<Real> row_of(const State<Real>& state, std::size_t i) {
    Row<Real> all;
    for (const Array<Real>& field : state)
        for (std::size_t j = 0; j < field.shape()[1]; ++j) all.push_back(field(i, j));
    return all;
}

template <class Cell> Row<typename Cell::value_type> numbers_of(Cell cell) {
    Row<typename Cell::value_type> all;
    cell.visit([&](const char*, const auto& parameter) { all.insert(all.end(), parameter.begin(), parameter.end()); });
    return all;
}

// The i-th sample's sensitivities, from the state before step `first` on: only S_0 depends on the first state.
template <class Cell> class Sensitivities {
public:
    using Real = typename Cell::value_type;
    Sensitivities(const Cell& cell, const Unrolled<Cell>& run, std::size_t i, std::size_t first)
        : cell_(cell),
          run_(run),
          i_(i),
          weights_(numbers_of(cell).size()),
          rows_(row_of(run.states[0], i).size(), Row<Real>()) {
        const std::size_t states = rows_.size();
        for (std::size_t q = 0; q < states; ++q) {
            rows_[q].assign(weights_ + states + run.x.size() / run.x.shape()[1], Real(0));
            if (first == 0) rows_[q][weights_ + q] = 1;
        }
    }
    // S_n = J_n S_{n-1} + E_n
    void advance(std::size_t n) {
        const std::vector<Row<Real>> before = std::exchange(rows_, {});
        for (std::size_t k = 0; k < run_.states[0].size(); ++k)
            for (std::size_t j = 0; j < run_.states[0][k].shape()[1]; ++j) rows_.push_back(next(before, n, k, j));
    }
    // dL/dtheta += g_n S_n; g may be of the first numbers of the state alone
    void add_to(Row<Real>& sum, const Row<Real>& g) const {
        for (std::size_t q = 0; q < g.size(); ++q) add_scaled(sum, g[q], rows_[q]);
    }
    std::size_t columns() const { return rows_[0].size(); }

private:
    // The row of number j of field k.
    Row<Real> next(const std::vector<Row<Real>>& before, std::size_t n, std::size_t k, std::size_t j) const {
        Cell d = no_gradients(cell_);
        State<Real> unit = no_state(run_.states[0]);
        unit[k](i_, j) = 1;
        const auto [d_x, d_before] = cell_.backward(unit, run_.saved[n], d);
        Row<Real> row = numbers_of(d);
        row.resize(before[0].size(), Real(0));
        const std::size_t inputs = d_x.shape()[1];
        std::copy_n(&d_x(i_, 0), inputs, row.data() + weights_ + before.size() + n * inputs);
        const Row<Real> jacobian = row_of(d_before, i_);
        for (std::size_t q = 0; q < jacobian.size(); ++q) add_scaled(row, jacobian[q], before[q]);
        return row;
    }

    const Cell& cell_;
    const Unrolled<Cell>& run_;
    std::size_t i_, weights_;
    std::vector<Row<Real>> rows_;
};

// Adds the i-th sample's gradients of the losses of a range. Parameters are shared by the samples, x and states are
// not.
template <class Cell, class Real> void add_sample(SequenceGradients<Cell>& d, const Cell& cell,
                                                  const Unrolled<Cell>& run, const Array<Real>& d_h,
                                                  const State<Real>& d_last, const Range& range, std::size_t i) {
    Sensitivities<Cell> s(cell, run, i, range.first);
    Row<Real> sum(s.columns(), Real(0));
    for (std::size_t n = range.first; n < range.end; ++n) {
        s.advance(n);
        if (n >= range.losses) s.add_to(sum, row_of<Real>({step(d_h, n)}, i));
        if (n + 1 == run.saved.size()) s.add_to(sum, row_of(d_last, i));
    }
    const Real* next = sum.data();
    const auto add = [&](Real& gradient) { gradient += *next++; };
    d.parameters.visit([&](const char*, auto& gradient) { std::for_each(gradient.begin(), gradient.end(), add); });
    for (Array<Real>& field : d.first)
        for (std::size_t j = 0; j < field.shape()[1]; ++j) add(field(i, j));
    for (std::size_t t = 0; t < d.x.shape()[0]; ++t)
        for (std::size_t k = 0; k < d.x.shape()[2]; ++k) add(d.x(t, i, k));
}

}  // namespace xtape::nn::analytic
