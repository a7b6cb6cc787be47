// SPDX-License-Identifier: BSD-3-Clause
// What the tasks of memory_tasks are for: they tell cells apart.
#include <doctest/doctest.h>

#include "apps/memory_tasks/tasks.hpp"

using namespace xtape::apps::memory;

TEST_CASE("over a lag of 20 gates learn to add, and in as many steps of training tanh units do not") {
    const Settings settings{.hidden = 16, .training_steps = 1000};
    constexpr std::size_t adding = 0, steps = 40;
    const Task& task = memory_tasks()[adding];
    REQUIRE(task.name == "adding");
    REQUIRE(task.lag(steps) == 20);
    for (std::size_t cell = 0; cell < cell_names.size(); ++cell)
        for (const std::uint64_t seed : {1u, 2u}) {
            CAPTURE(cell_names[cell]);
            CAPTURE(seed);
            const Learnt learnt = train(settings, {adding, cell, steps}, seed);
            if (cell_names[cell] == "tanh") {
                CHECK(learnt.solved_at == 0);
                CHECK(learnt.error > 0.6 * task.guessing);
            } else {
                CHECK(learnt.solved_at > 0);
                CHECK(learnt.error < 0.15 * task.guessing);  // of new sequences
            }
        }
}
