// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "training.hpp"

namespace xtape::apps {

// Over t = 1 ... T, of a batch of sequences of the lesson that were not seen before.
struct Profile {
    std::vector<double> h, c;  // |dL/dh_t| and, of an LSTM, |dL/dc_t|: of all ways on which c_t counts, h_t among them
    // What arrives at c_t through the forget gates alone: |dL/dc_T f_T f_{T-1} ... f_{t+1}|. No weights are in it.
    std::vector<double> gates;
    const std::vector<double>& memory() const { return c.empty() ? h : c; }
};
Profile profile(const Network& network, const Lesson& lesson);

struct Trained {
    Profile before, after;
    double accuracy;
};
Trained trained(Network network, const Lesson& lesson);

// What is left at the first step.
double left(const std::vector<double>& lengths);

}  // namespace xtape::apps
