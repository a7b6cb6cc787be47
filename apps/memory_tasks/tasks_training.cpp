// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>

#include <cmath>

#include "networks.hpp"
#include "tasks.hpp"

namespace xtape::apps::memory {
namespace {

Batch of(Classification<float> task) { return {std::move(task.xs), {}, std::move(task.labels)}; }

template <class Cell> Answer answered(const Reader<Cell>& reader, const Batch& batch) {
    constexpr std::size_t recalled = 10;  // steps at the end of a copy
    if (batch.labels.empty()) {
        const V error = mean(square(reader.last(batch.xs) - V(batch.targets)));
        return {error, error.item()};
    }
    const std::size_t n = batch.xs.shape()[1], all = batch.labels.size();
    if (all == n) return classified(reader.last(batch.xs), batch.labels);
    return classified(reader.every(batch.xs), batch.labels, all - recalled * n);
}

template <class Cell> Learnt train(const Settings& s, const Task& task, std::size_t size, std::uint64_t seed) {
    Reader<Cell> reader({task.sizes.inputs, s.hidden, task.sizes.classes}, nn::Generator(seed));
    return learn(
        reader, {.steps = s.training_steps, .rate = task.rate, .solved = task.solved, .until_solved = true},
        [&](std::size_t step) { return task.batch(size, step ? 32 : 256, (seed << 32) + step); }, answered<Cell>);
}

}  // namespace

const std::vector<Task>& memory_tasks() {
    using std::size_t;
    using std::uint64_t;
    static const std::vector<Task> all{
        {"adding",
         "adding",
         "mean squared error < 0.01",
         {.inputs = 2, .classes = 1},
         {10, 20, 40, 80},
         {10},
         [](size_t steps) { return steps - steps / 2; },
         [](size_t steps, size_t n, uint64_t seed) {
             auto task = adding<float>(steps, n, seed);
             return Batch{std::move(task.xs), std::move(task.targets), {}};
         },
         5e-3,
         1 / 6.0,
         0.01,
         "mean squared error"},
        {"copy",
         "copy of 10 symbols",
         "half of them right",
         copy_sizes,
         {1, 5, 10},
         {1},
         [](size_t lag) { return lag + 10; },
         [](size_t lag, size_t n, uint64_t seed) { return of(copy<float>(lag, n, seed)); },
         1e-2,
         7 / 8.0,
         0.5,
         "part of the symbols wrong"},
        {"temporal_order",
         "temporal order",
         "99 % right",
         temporal_order_sizes,
         {10, 20, 40, 80},
         {10},
         [](size_t steps) { return steps - steps / 5; },
         [](size_t steps, size_t n, uint64_t seed) { return of(temporal_order<float>(steps, n, seed)); },
         5e-3,
         3 / 4.0,
         0.01,
         "part of the sequences wrong"},
        {"latch",
         "latch",
         "99 % right",
         latch_sizes,
         {10, 20, 40, 80},
         {10},
         [](size_t steps) { return steps - 3; },
         [](size_t steps, size_t n, uint64_t seed) { return of(latch<float>(steps, n, seed)); },
         5e-3,
         1 / 2.0,
         0.01,
         "part of the sequences wrong"}};
    return all;
}

Learnt train(const Settings& s, const Plan& plan, std::uint64_t seed) {
    const Task& task = memory_tasks()[plan.task];
    if (plan.cell == 0) return train<nn::RNNCell<float>>(s, task, plan.size, seed);
    if (plan.cell == 1) return train<nn::LSTMCell<float>>(s, task, plan.size, seed);
    return train<nn::GRUCell<float>>(s, task, plan.size, seed);
}

}  // namespace xtape::apps::memory
