// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "problem.hpp"

namespace xtape::apps {

// What people do wrong when they derive backpropagation through time. Each is one line of derivation_*.cpp.
struct Mistake {
    const char* name;
    Model model;
    const char* meaning;
};
extern const std::vector<Mistake> mistakes;

// The one that is planted, if any: planted("forgotten-carry") in the line that has it.
struct Planted {
    std::string name;
    bool operator()(const char* mistake) const { return name == mistake; }
};

}  // namespace xtape::apps
