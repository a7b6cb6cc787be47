// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <vector>

#include "apps/data/mnist.hpp"
#include "network.hpp"

namespace xtape::apps {

// What the network says of one image.
struct Answer {
    std::size_t digit = 0;             // the one with the highest score
    double probability = 0, loss = 0;  // of this digit; -log of the right one's
};

struct Evaluation {
    std::vector<Answer> answers{};                            // in the order of the images
    std::array<std::array<std::size_t, 10>, 10> confusion{};  // [digit][answer]
    std::size_t correct = 0, total = 0;
    double accuracy() const { return static_cast<double>(correct) / static_cast<double>(total); }
};

// How many rows of the scores (B, 10) are highest at their label.
std::size_t count_right(const Array<float>& scores, const Indices& labels);

// Asks the network about every image.
Evaluation evaluate(const Network& model, const Digits& digits, std::size_t threads);

// Where the true rate of success lies, with 95 % confidence: Wilson 1927
struct Interval {
    double low, high;
};
Interval wilson(std::size_t correct, std::size_t total);

}  // namespace xtape::apps
