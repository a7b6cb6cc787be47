// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "../report.hpp"
#include "apps/output/gnuplot.hpp"

namespace xtape::apps {

Picture loss_picture(const Training& training);
Picture accuracy_picture(const Run& run, const Evaluation& e);
Picture hidden_picture(const Run& run, const Evaluation& e, const Digits& tested);
Picture gradient_picture(const Training& training, const Digits& tested);
Picture mistakes_picture(const Dataset& dataset, const Evaluation& e, const Digits& tested);
Picture confusion_picture(const Dataset& dataset, const Evaluation& e);

// Of networks with several, the states that are drawn are those of one cell: which, or nothing; and what its steps are.
std::string shown_states(const Settings& s);
std::string shown_step(const Settings& s);

// "test" or "held-out": which images a run was tested on.
inline const char* tested_on(const Run& run) { return run.training.settings.held_out ? "held-out" : "test"; }

// Fills the folder with all data, scripts and pictures, and index.html, which shows them. Where gnuplot is missing or
// fails there are no pictures: one line on the standard error says so, and index.html how to make them.
void write_pictures(const Path& folder, const Run& run, const Evaluation& e, const Digits& tested);

}  // namespace xtape::apps
