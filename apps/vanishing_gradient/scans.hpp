// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "figure.hpp"
#include "networks.hpp"

namespace xtape::apps {

// The first images of MNIST as sequences of their rows, or of their pixels: (T, B, I), and what they show.
struct Scans {
    Array<double> xs;
    Indices labels;
};

// As many as the numbers in initials.hpp are of.
Scans scans(const Options& options, bool gates);

}  // namespace xtape::apps
