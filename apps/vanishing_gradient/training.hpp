// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "apps/data/tasks.hpp"
#include "networks.hpp"

namespace xtape::apps {

// Delayed recall of the first symbol of sequences of lag + 1 steps, by Adam.
struct Lesson {
    std::size_t lag, steps;     // of training, at most
    std::size_t depth = ~0ull;  // gradients go back through so many steps of a sequence
    std::uint64_t seed = 1;
    std::size_t symbols = 4, batch = 32;
    double rate = 3e-3, clip = 1;
    bool until_solved = false;  // stops there
};

Classification<double> sequences(const Lesson& lesson, std::size_t batch, std::uint64_t number);

struct Learnt {
    double accuracy;            // of 512 sequences that were not seen before
    std::size_t solved_at = 0;  // the first step at which 99 % of recent answers were right; 0: there was none
    std::vector<double> norms;  // of the gradients of each step, before clipping
};
Learnt train(Network& network, const Lesson& lesson);

}  // namespace xtape::apps
