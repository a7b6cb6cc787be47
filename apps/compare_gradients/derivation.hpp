// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Backpropagation through time as people write it, with a place for each of their mistakes. Nothing planted, it is what
// the engine and nn/analytic compute.

#include <xtape/nn/analytic/gru.hpp>
#include <xtape/nn/analytic/lstm.hpp>
#include <xtape/nn/analytic/rnn_cells.hpp>
#include <xtape/nn/bptt.hpp>

#include "head.hpp"
#include "mistakes.hpp"

namespace xtape::apps {

// What is derived from: x (T, B, I), the state before, what each loss is made of.
struct Given {
    Problem p;
    Sample sample;
    Plain x;
    nn::analytic::State<double> first;
    Plain v, c;

    // dL_t/dH_t, H_t being h (B, H): dO = w_t / B (softmax(h V + c) - Y), times V'.
    Plain said(std::size_t t, const Plain& h, const Planted& planted) const;
};

using Trace = nn::BpttTrace<double>;
Trace derivation(const nn::analytic::RnnCell<double>& cell, const Given& given, const Planted& planted);
Trace derivation(const nn::analytic::LstmCell<double>& cell, const Given& given, const Planted& planted);
Trace derivation(const nn::analytic::GruCell<double>& cell, const Given& given, const Planted& planted);

// Adds up the terms of all steps, the last step first.
void add_up(Trace& trace, const Planted& planted);

}  // namespace xtape::apps
