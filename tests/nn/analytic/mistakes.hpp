// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mistakes that people make when they derive backpropagation through time by hand, planted around the right one.

#include "cells.hpp"

// One step of the sweep, of which a mistake may change anything: before it is taken what it reads, after it what it
// gives. sum has the gradients of the parameters so far, d those of this step.
template <class Cell> struct Step {
    Cell cell;
    by_hand::State<double> d_state;
    typename Cell::Saved saved;
    Cell d, sum;
    xt::xarray<double> d_x;
    by_hand::State<double> d_before;
};

template <class Cell> struct Mistake {
    const char* name;
    void (*before)(Step<Cell>&);
    void (*after)(Step<Cell>&);
};
template <class S> void nothing(S&) {}

// A cell that goes forward as it should, and makes the mistake on the way back.
template <class Cell> struct Mistaken {
    using value_type = double;
    using Saved = typename Cell::Saved;
    Cell cell;
    Mistake<Cell> mistake;

    auto forward(const xt::xarray<double>& x, const by_hand::State<double>& state) const {
        return cell.forward(x, state);
    }
    by_hand::BackwardStep<double> backward(const by_hand::State<double>& d_state, const Saved& saved,
                                           Mistaken& d) const {
        Step<Cell> s{cell, d_state, saved, by_hand::no_gradients(cell), d.cell, {}, {}};
        mistake.before(s);
        std::tie(s.d_x, s.d_before) = s.cell.backward(s.d_state, s.saved, s.d);
        mistake.after(s);
        std::vector<xt::xarray<double>> step;
        s.d.visit([&](const char*, const auto& gradient) { step.push_back(gradient); });
        d.cell = s.sum;
        std::size_t i = 0;
        d.cell.visit([&](const char*, auto& gradient) { gradient += step[i++]; });
        return {s.d_x, s.d_before};
    }
    template <class F> void visit(F&& f) { cell.visit(f); }
};

inline xt::xarray<double> transposed(const xt::xarray<double>& a) { return xt::transpose(a); }

// [a b c d], with two of the parts in each other's place
inline void swap_parts(xt::xarray<double>& a, std::size_t i, std::size_t j) {
    std::vector<xt::xarray<double>> parts;
    for (std::size_t k = 0; k < a.shape().back() / hidden; ++k) parts.push_back(by_hand::part(a, k, hidden));
    std::swap(parts[i], parts[j]);
    a = by_hand::side_by_side(parts);
}

using RnnStep = Step<by_hand::RnnCell<double>>;
inline const std::vector<Mistake<by_hand::RnnCell<double>>> rnn_mistakes{
    {"none", nothing, nothing},
    {"tanh' of the pre-activation", [](RnnStep& s) { s.saved.h = xt::atanh(s.saved.h); }, nothing},
    {"the logistic function's slope, h (1 - h), for that of tanh",
     [](RnnStep& s) { s.saved.h = xt::sqrt(1 - s.saved.h + s.saved.h * s.saved.h); }, nothing},
    {"no slope at all", [](RnnStep& s) { s.saved.h.fill(0); }, nothing},
    {"W_h not transposed", [](RnnStep& s) { s.cell.wh = transposed(s.cell.wh); }, nothing},
    {"dW_h transposed", nothing, [](RnnStep& s) { s.d.wh = transposed(s.d.wh); }},
    {"nothing carried to the step before", nothing, [](RnnStep& s) { s.d_before[0].fill(0); }},
    {"H_t where H_{t-1} belongs", [](RnnStep& s) { s.saved.before = s.saved.h; }, nothing},
    {"the weights' gradient of one step only", [](RnnStep& s) { s.sum = by_hand::no_gradients(s.sum); }, nothing},
    {"the bias's mean over the batch", nothing, [](RnnStep& s) { s.d.b /= s.d_state[0].shape()[0]; }},
    {"dX_t without the slope", nothing, [](RnnStep& s) {
         s.d_x = s.cell.backward(s.d_state, {s.saved.x, s.saved.before, 0 * s.saved.h}, s.sum).first;
     }}};

using LstmStep = Step<by_hand::LstmCell<double>>;
inline const std::vector<Mistake<by_hand::LstmCell<double>>> lstm_mistakes{
    {"none", nothing, nothing},
    {"what comes from C_{t+1} forgotten", [](LstmStep& s) { s.d_state[1].fill(0); }, nothing},
    {"C_{t-1} through the input gate", nothing, [](LstmStep& s) { s.d_before[1] *= s.saved.i / s.saved.f; }},
    {"gates in the order i, f, o, g", nothing,
     [](LstmStep& s) { swap_parts(s.d.wx, 2, 3), swap_parts(s.d.wh, 2, 3), swap_parts(s.d.b, 2, 3); }},
    {"C_t where tanh C_t belongs", [](LstmStep& s) { s.saved.u = s.saved.next; }, nothing},
    {"C_t where C_{t-1} belongs", [](LstmStep& s) { s.saved.c = s.saved.next; }, nothing},
    {"p_o not in dC_t", [](LstmStep& s) { s.cell.po->fill(0); }, nothing},
    {"p_i and p_f not in dC_{t-1}", [](LstmStep& s) { s.cell.pi->fill(0), s.cell.pf->fill(0); }, nothing}};

inline const std::vector<Mistake<by_hand::LstmCell<double>>> coupled_mistakes{
    {"none", nothing, nothing},
    {"coupled: f's part in the input gate forgotten", [](LstmStep& s) { s.saved.c += s.saved.g; }, nothing}};

using GruStep = Step<by_hand::GruCell<double>>;
inline const std::vector<Mistake<by_hand::GruCell<double>>> gru_mistakes{
    {"none", nothing, nothing},
    {"z and 1 - z exchanged", [](GruStep& s) { s.saved.z = 1 - s.saved.z; }, nothing},
    {"z * H_{t-1} forgotten", nothing, [](GruStep& s) { s.d_before[0] -= s.d_state[0] * s.saved.z; }},
    {"b_n outside of the reset", nothing, [](GruStep& s) { s.d.bn = by_hand::part(s.d.b, 2, hidden); }},
    {"r, z in each other's place", nothing, [](GruStep& s) { swap_parts(s.d.wh, 0, 1); }},
    {"reset gate left open", [](GruStep& s) { s.saved.r.fill(1); }, nothing}};

using LayerNormLstmStep = Step<by_hand::LayerNormLstmCell<double>>;
inline const std::vector<Mistake<by_hand::LayerNormLstmCell<double>>> layer_norm_mistakes{
    {"none", nothing, nothing},
    {"mean and variance held, in the norm of H_{t-1} W_h", [](LayerNormLstmStep& s) { s.saved.nh.n.fill(0); }, nothing},
    {"the norm of C_t not divided by its deviation",
     [](LayerNormLstmStep& s) { std::fill(s.saved.nc.deviation.begin(), s.saved.nc.deviation.end(), 1); }, nothing}};
