// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "apps/text.hpp"
#include "program.hpp"
#include "svg.hpp"
#include "table.hpp"

// Experiments of memory_tasks at sizes that take seconds, and what they leave.
namespace memory_runs {

using namespace idx_files;
using namespace program;
using xtape::apps::quoted;

// An experiment in a folder of its own.
struct Run {
    Folder folder;
    Outcome outcome;
    explicit Run(const std::string& arguments)
        : outcome(run(XTAPE_MEMORY_TASKS " " + arguments + " --quick --out " + quoted(folder.path))) {
        REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    }
    std::string csv(const std::string& name) const { return text(folder / (name + ".csv")); }
    Table table(const std::string& name) const { return Table(csv(name)); }
    // The picture is there, and has these words; unless there is no gnuplot.
    void check_picture(const std::string& name, const std::vector<std::string>& parts) const {
        if (run("command -v gnuplot").code) return;
        CHECK_MESSAGE(outcome.err == "", outcome.err);
        const std::string svg = text(folder / (name + ".svg"));
        CHECK_MESSAGE(well_formed(svg), name);
        for (const std::string& part : parts) CHECK_MESSAGE(has(svg, part), name << " should say " << part);
    }
};

}  // namespace memory_runs
