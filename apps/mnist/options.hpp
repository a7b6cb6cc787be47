// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands.hpp"
#include "settings.hpp"

namespace xtape::apps {

// The command line.
struct Options {
    Settings settings;
    std::vector<std::string> given;  // those settings that it names
    std::size_t threads = 0;         // 0: as many as the machine has
    std::filesystem::path data_dir;  // empty: where apps/mnist.sh puts the data
    std::filesystem::path out = "mnist-run";
    std::filesystem::path resume;  // empty: from the beginning
    bool quiet = false;
    std::string program;
};

// The options of a training, a command, or the exit code of a program that is done with reading them.
std::variant<Options, Predict, Eval, int> read_options(int argc, const char* const* argv);

// The command that goes on from this checkpoint.
std::string resume_command(const Options& options, const std::filesystem::path& checkpoint);

}  // namespace xtape::apps
