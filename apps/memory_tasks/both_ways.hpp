// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "trainings.hpp"

namespace xtape::apps::memory {

// How a sequence is read for answers at each step: from its first step, from its last, both, or from the first with the
// answers d steps late.
enum class Way { forward, backward, both, late };
inline constexpr Way ways[]{Way::forward, Way::backward, Way::both, Way::late};

struct Reading {
    Way way;
    std::size_t distance;  // d
    auto operator<=>(const Reading&) const = default;
};

// The parts of all answers that know the bit d steps before, the bit d steps after, and both.
struct Sides {
    Learnt learnt;
    double before = 0, after = 0;
    std::size_t parameters = 0;
};
Sides train(const Settings& s, const Reading& plan, std::uint64_t seed);

}  // namespace xtape::apps::memory
