// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/output/gnuplot.hpp"

namespace xtape::apps {

// What the command line sets; of a figure that has no such setting it is 0, or empty.
struct Options {
    std::size_t hidden = 0, steps = 0, seeds = 0, training_steps = 0;
    std::string scan = {};
    std::uint64_t seed = 1;
    std::filesystem::path data_dir = {};
};

struct Drawn {
    Picture picture;
    std::string said;  // on the screen: what was measured; what is seen by that is the picture's text
};

struct Figure {
    std::string name, meaning;
    Options usual, quick;
    Drawn (*make)(const Options&);
};
const std::vector<Figure>& figures();

Drawn init_figure(const Options&);
Drawn lag_figure(const Options&);
Drawn credit_figure(const Options&);
Drawn solved_figure(const Options&);
Drawn spectrum_figure(const Options&);
Drawn cliff_figure(const Options&);
Drawn truncation_figure(const Options&);
Drawn training_figure(const Options&);
Drawn memory_figure(const Options&);

// A column of a table, for a file: numbers with 7 digits, 0 for what is below 1e-300, nothing for NaN; a short one ends
// early. On a logarithmic scale 0 is not drawn.
struct Column {
    std::string name;
    std::vector<double> values;
};
Column counted(const std::string& name, std::size_t first, std::size_t last);
std::string csv(const std::vector<Column>& columns);

// For a script: powers of ten between which all columns but the first lie, as the range of y.
std::string range_of(const std::vector<Column>& columns);

}  // namespace xtape::apps
