// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/compare.hpp>

#include <optional>

#include "mistakes.hpp"

namespace xtape::apps {

struct Options {
    Problem problem;
    Format format = Format::text;
    Planted planted;
    std::string file;  // to export to, if any
    bool map = false;

    const Mistake* mistake() const;
};

// Gives the exit code, if there is nothing more to do.
std::optional<int> read(int argc, const char* const* argv, Options& options);

}  // namespace xtape::apps
