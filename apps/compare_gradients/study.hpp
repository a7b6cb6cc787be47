// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A problem with all that can be asked about it, whatever its model.

#include <xtape/nn/bptt.hpp>

#include <functional>
#include <optional>

#include "mistakes.hpp"
#include "sample.hpp"

namespace xtape::apps {

struct Direction {
    std::string prefix;                                           // of its names
    std::function<nn::BpttTerms<double>()> terms, terms_by_hand;  // s and t in the order of reading
};

struct Study {
    Problem p;
    Sample sample;
    std::size_t weights;                                   // the arguments before this one are those of cells
    ManyToOne<double> loss;                                // by the engine
    ManyToOne<double> held_loss;                           // the same, of which truncated gradients are the derivative
    std::function<NamedArrays<double>()> recursion, rtrl;  // by nn/analytic
    std::function<NamedArrays<double>()> outputs;          // h, the scores and the losses of all steps
    std::vector<Direction> directions;
    // For models of one cell: the sweep by the engine, and as derived by hand with this mistake or none.
    std::function<nn::BpttTrace<double>()> trace;
    std::function<nn::BpttTrace<double>(const Planted&)> derivation;
};

// Random parameters, inputs and labels; what is returned stands alone.
Study study_of(const Problem& problem);

}  // namespace xtape::apps
