// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace xtape::apps {

// What can be done with a network that was saved.
struct Predict {
    std::filesystem::path model;
    std::vector<std::string> images;
    bool quiet = false;
};
struct Eval {
    std::filesystem::path model, data_dir;  // empty data_dir: where apps/mnist.sh puts the data
    bool quiet = false;
};

struct Commands {
    Predict predict;
    Eval eval;
};

// Adds the commands `predict` and `eval` to a command line that has all its other flags, which do not go with them.
void add_commands(CLI::App& app, Commands& commands);

}  // namespace xtape::apps
