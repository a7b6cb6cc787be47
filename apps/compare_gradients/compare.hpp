// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/compare_methods.hpp>

#include "study.hpp"

namespace xtape::apps {

struct Timed {
    std::string name;
    double seconds;
};
struct Credit {
    std::string prefix;  // of the direction
    Array<double> map;   // (T, T): |G[s, t]| of all weights
};

struct Comparison {
    CompareReport arguments;             // nn/analytic's gradients beside the engine's
    MethodsReport methods;               // each two ways to the gradients of all arguments
    std::optional<MethodsReport> sums;   // each two ways to those of the cells' weights, sums of G[s, t] among them
    std::optional<CompareReport> steps;  // the sweep, as derived by hand
    std::vector<nn::BpttTerms<double>> terms;
    std::vector<Credit> credit;
    std::vector<Timed> times;
    std::vector<std::pair<std::string, std::string>> left_out;  // what, and why

    bool passed() const { return arguments.passed && methods.passed && (!sums || *sums) && (!steps || *steps); }
};

Comparison compare(const Study& study);

// The derivation with this mistake, held against the engine's sweep.
CompareReport compare_steps(const Study& study, const Planted& planted);

}  // namespace xtape::apps
