// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/workers.hpp>

#include <map>
#include <vector>

#include "experiment.hpp"
#include "learning.hpp"

namespace xtape::apps::memory {

// What was learnt of each plan, by a network for each seed.
template <class Plan, class What = Learnt> using Found = std::map<Plan, std::vector<What>>;

// train(plan, seed) for all plans and seeds, on threads; each training is on one of them.
template <class Plan, class Train>
auto train_all(const std::vector<Plan>& plans, const Settings& s, const Train& train) {
    using What = std::invoke_result_t<Train, const Plan&, std::uint64_t>;
    std::vector<std::vector<What>> all(plans.size(), std::vector<What>(s.seeds));
    nn::run_parallel(plans.size() * s.seeds, s.threads, [&](std::size_t i) {
        all[i / s.seeds][i % s.seeds] = train(plans[i / s.seeds], s.seed + i % s.seeds);
    });
    Found<Plan, What> found;
    for (std::size_t i = 0; i < plans.size(); ++i) found.insert_or_assign(plans[i], std::move(all[i]));
    return found;
}

}  // namespace xtape::apps::memory
