// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>
#include <string>
#include <vector>

#include "../report.hpp"

namespace xtape::apps {

// A picture of the report: gnuplot makes NAME.svg by NAME.gp, of the data beside it.
struct Picture {
    std::string name, heading;
    std::string text;                         // what it shows and what to look for, for a page
    std::map<std::string, std::string> data;  // the names of files and what is in them
    std::string script;
};

Picture loss_picture(const Training& training);
Picture accuracy_picture(const Run& run, const Evaluation& e);
Picture hidden_picture(const Run& run, const Evaluation& e, const Digits& tested);
Picture gradient_picture(const Training& training, const Digits& tested);
Picture mistakes_picture(const Dataset& dataset, const Evaluation& e, const Digits& tested);
Picture confusion_picture(const Dataset& dataset, const Evaluation& e);

// Of networks with several, the states that are drawn are those of one cell: which, or nothing; and what its steps are.
std::string shown_states(const Settings& s);
std::string shown_step(const Settings& s);

// How every script begins: it may be run from any folder, and writes NAME.svg.
std::string script_head(const std::string& name, int width, int height);

// "test" or "held-out": which images a run was tested on.
inline const char* tested_on(const Run& run) { return run.training.settings.held_out ? "held-out" : "test"; }

// Fills the folder with all data, scripts and pictures, and index.html, which shows them. Where gnuplot is missing or
// fails there are no pictures: one line on the standard error says so, and index.html how to make them.
void write_pictures(const Path& folder, const Run& run, const Evaluation& e, const Digits& tested);

}  // namespace xtape::apps
