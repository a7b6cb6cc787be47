// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "table.hpp"

// Trainings on the small set of digits, and what they leave.
namespace network_runs {

inline const std::string data_dir = XTAPE_TEST_DATA "/mnist-subset";
inline const std::string small = " --quiet --data-dir " + data_dir + " ";
inline const std::string once = "--epochs 1 --batch 800 --shift 0 --hidden 5 ";

// In place of what was there
inline void train(const idx_files::Path& out, const std::string& flags) {
    std::filesystem::remove_all(out);
    const program::Outcome o = program::run(XTAPE_MNIST " --out " + out.string() + small + flags);
    INFO(flags, ": ", o.err);
    REQUIRE(o.code == 0);
    CHECK(o.err == "");
}

inline nlohmann::json settings_in(const idx_files::Path& out) {
    return nlohmann::json::parse(program::text(out / "result.json"))["settings"];
}
inline idx_files::Bytes model_in(const idx_files::Path& out) { return idx_files::contents(out / "model.safetensors"); }

// A line of its log, of a training of one step
inline double logged(const idx_files::Path& out, const std::string& column) {
    return Table(program::text(out / "log.csv"))[column][0];
}

}  // namespace network_runs
