// SPDX-License-Identifier: BSD-3-Clause
#include "experiment.hpp"

namespace xtape::apps::memory {

const std::vector<Experiment>& experiments() {
    static const std::vector<Experiment> all{
        {"window",
         "A window of the last K steps against a hidden state: recall, and rows of MNIST",
         {.hidden = 32, .steps = 24, .seeds = 3, .training_steps = 1000, .mnist_steps = 1800},
         {.hidden = 16, .steps = 8, .seeds = 1, .training_steps = 120, .mnist_steps = 10},
         window_pictures},
        {"tasks",
         "Adding, copy, temporal order and latch for tanh, LSTM and GRU, over the lag",
         {.hidden = 32, .seeds = 5, .training_steps = 1500},
         {.hidden = 16, .seeds = 1, .training_steps = 60},
         tasks_pictures},
        {"truncation",
         "Gradients through the last k steps alone: the lags that they learn, and their bias",
         {.hidden = 16, .steps = 12, .seeds = 3, .training_steps = 300},
         {.hidden = 16, .steps = 5, .seeds = 1, .training_steps = 120},
         truncation_pictures},
        {"both-ways",
         "One way against both ways, where answers need what comes before and after",
         {.hidden = 24, .steps = 24, .seeds = 3, .training_steps = 500},
         {.hidden = 12, .steps = 9, .seeds = 1, .training_steps = 100},
         both_ways_pictures}};
    return all;
}

}  // namespace xtape::apps::memory
