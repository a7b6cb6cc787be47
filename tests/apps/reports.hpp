// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>

#include "apps/text.hpp"
#include "program.hpp"
#include "svg.hpp"

// Trainings whose report/ is looked at, and gnuplot, which makes the pictures in it.
namespace reports {

inline const std::string subset = XTAPE_TEST_DATA "/mnist-subset";
inline const std::map<std::string, std::vector<std::string>> labels{
    {"loss", {"Loss on the training images", "epochs of training", "(nats)", "mean of 50 steps"}},
    {"accuracy", {"Accuracy on training and test images", "(%)", "while training", "at the end"}},
    {"hidden", {"what is read: a ", "what is remembered", "time t = row of the image", "hidden unit", "h(t)"}},
    {"gradient", {"Length of the gradient", "time t", "mean of |dL/dh(t)|", "before training", "after training"}},
    {"mistakes", {"istakes"}},
    {"confusion", {"Digits and answers", "answer of the network", "digit in the image"}}};

inline std::string mnist(const idx_files::Path& out, const std::string& flags, const std::string& data = subset) {
    return XTAPE_MNIST " --quiet --out " + xtape::apps::quoted(out) + " --data-dir " + xtape::apps::quoted(data) + " " +
           flags;
}

inline bool gnuplot_is_here() { return program::run("command -v gnuplot").code == 0; }

// A program that stands for gnuplot.
inline std::string with_gnuplot(const idx_files::Path& folder, const std::string& body) {
    std::filesystem::create_directories(folder);
    const std::string script = "#!/bin/sh\n" + body + "\n";
    idx_files::write(folder / "gnuplot", idx_files::Bytes(script.begin(), script.end()));
    std::filesystem::permissions(folder / "gnuplot", std::filesystem::perms::owner_all);
    return "PATH='" + folder.string() + "':$PATH ";
}

}  // namespace reports
