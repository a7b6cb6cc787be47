// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "apps/data/tasks.hpp"
#include "trainings.hpp"

namespace xtape::apps::memory {

// A task of any kind: an answer for each sequence, a number or a class, or a class for each step of each.
struct Batch {
    Array<float> xs, targets;
    Indices labels;
};

struct Task {
    std::string name, title, goal;
    TaskSizes sizes;
    std::vector<std::size_t> usual, quick;  // sizes of it, as its generator takes them
    std::size_t (*lag)(std::size_t size);   // steps from what counts to the answer, at least
    Batch (*batch)(std::size_t size, std::size_t n, std::uint64_t seed);
    double rate;      // of learning
    double guessing;  // the error of who knows nothing
    double solved;    // one that is small enough
    std::string error;
};
const std::vector<Task>& memory_tasks();

// One of them, of one size, and one cell.
struct Plan {
    std::size_t task, cell, size;
    auto operator<=>(const Plan&) const = default;
};
inline const std::vector<std::string> cell_titles{"tanh", "LSTM", "GRU"}, cell_names{"tanh", "lstm", "gru"};
Learnt train(const Settings& s, const Plan& plan, std::uint64_t seed);

}  // namespace xtape::apps::memory
