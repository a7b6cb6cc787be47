// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "apps/data/datasets.hpp"
#include "checkpoint.hpp"
#include "evaluation.hpp"
#include "options.hpp"

namespace xtape::apps {

// What a run reports.
struct Run {
    const Options& options;
    const Training& training;
    const Sums& data;
    Path folder;  // of the data
    std::size_t threads, test_images;
    const Dataset& dataset() const { return apps::dataset(training.settings.dataset); }
    double images_per_second() const;
};

// "28 rows of 28 pixels", "128 tanh units", "init orthogonal, read-out of the state, gradients through all rows", and
// "adamw, decay 0.1"
std::string scan_text(const Settings& s, const ImageSize& size);
std::string units_text(const Settings& s, const std::string& of_rnn = "tanh");
std::string network_text(const Settings& s, const ImageSize& size);
std::string optimizer_text(const Settings& s);

std::string opening(const Run& run);                       // what will run
std::string closing(const Run& run, const Evaluation& e);  // what came out
std::string places(const Options& options);                // and where it is
std::string confusion_table(const Dataset& dataset, const Evaluation& e);
std::string outcome(const Evaluation& e, bool held_out);  // how many answers are right, on one line
nlohmann::ordered_json result(const Run& run, const Evaluation& e);

}  // namespace xtape::apps
