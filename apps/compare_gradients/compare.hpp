// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace xtape::apps {

struct Problem {
    std::size_t batch = 32, steps = 28, inputs = 28, hidden = 128, classes = 10;
    std::uint64_t seed = 1;
    bool every_step = false;  // else only the last step has a loss
};

// Of two gradients of one array: the largest difference of two elements, and that by the largest element.
struct Difference {
    std::string name, shape;
    double absolute, relative;
};

struct Comparison {
    double loss_difference;
    std::vector<Difference> gradients;       // of the parameters, the inputs and the first state
    double engine_seconds, by_hand_seconds;  // for the loss and all gradients: medians
};

// One random RNN and batch, in double; the loss and its gradients by the engine and by nn/analytic.
Comparison compare(const Problem& problem);

}  // namespace xtape::apps
