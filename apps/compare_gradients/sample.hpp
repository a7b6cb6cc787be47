// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/methods.hpp>
#include <xtape/autodiff/ops.hpp>

#include "problem.hpp"

namespace xtape::apps {

// All that is random. The arguments are those of the loss: of each direction's cell the parameters, then wa of an
// attention, v, c, x (T, B, I), then of each direction the fields of the first state.
struct Sample {
    NamedArrays<double> arguments;
    std::size_t parameters;  // how many of them
    Indices labels;          // (T, B)

    Indices labels_of(std::size_t k) const;  // (B)
    std::vector<Array<double>> values() const;
    Names names() const;
};

// A cell's parameters are given by name and shape.
Sample random_sample(const Problem& problem, const std::vector<std::pair<std::string, Shape>>& cell,
                     std::size_t fields);

}  // namespace xtape::apps
