// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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
    double images_per_second() const;
};

std::string opening(const Run& run);                       // what will run
std::string closing(const Run& run, const Evaluation& e);  // what came out
std::string confusion_table(const Evaluation& e);
std::string outcome(const Evaluation& e, bool held_out);  // how many answers are right, on one line
nlohmann::ordered_json result(const Run& run, const Evaluation& e);

}  // namespace xtape::apps
