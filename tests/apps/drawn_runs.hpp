// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "apps/text.hpp"
#include "program.hpp"
#include "svg.hpp"
#include "table.hpp"

// What programs that draw leave in a folder.
namespace drawn_runs {

using namespace idx_files;
using namespace program;
using xtape::apps::quoted;

// A run in a folder of its own, which must end well.
struct Run {
    Folder folder;
    Outcome outcome;
    Run(const std::string& program, const std::string& arguments)
        : outcome(run(program + " " + arguments + " --out " + quoted(folder.path))) {
        REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    }
    std::string csv(const std::string& name) const { return text(folder / (name + ".csv")); }
    Table table(const std::string& name) const { return Table(csv(name)); }
    // The picture is there, and has these words.
    void check_picture(const std::string& name, const std::vector<std::string>& parts) const {
        CHECK_MESSAGE(outcome.err == "", outcome.err);
        const std::string svg = text(folder / (name + ".svg"));
        CHECK_MESSAGE(well_formed(svg), name);
        for (const std::string& part : parts) CHECK_MESSAGE(has(svg, part), name << " should say " << part);
    }
};

// An experiment of memory_tasks at sizes that take seconds
inline Run quick(const std::string& arguments) { return Run(XTAPE_MEMORY_TASKS, arguments + " --quick"); }
// A figure of vanishing_gradient
inline Run figure(const std::string& arguments) { return Run(XTAPE_VANISHING_GRADIENT, arguments); }

}  // namespace drawn_runs
