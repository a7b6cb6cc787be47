// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/output/gnuplot.hpp"

namespace xtape::apps::memory {

// What the command line sets; of an experiment that has no such setting it is 0.
struct Settings {
    std::size_t hidden = 0, steps = 0, seeds = 0, training_steps = 0, mnist_steps = 0;
    std::uint64_t seed = 1;
    bool quick = false;
    std::size_t threads = 0;  // 0: as many as the machine has
    std::filesystem::path data_dir = {};
};

// A picture's text says what was measured, and what is seen in it: that is for the screen.
using Pictures = std::vector<Picture>;

struct Experiment {
    std::string name, meaning;
    Settings usual, quick;
    Pictures (*run)(const Settings&);
};
const std::vector<Experiment>& experiments();

Pictures window_pictures(const Settings&);
Pictures tasks_pictures(const Settings&);
Pictures truncation_pictures(const Settings&);
Pictures both_ways_pictures(const Settings&);

}  // namespace xtape::apps::memory
