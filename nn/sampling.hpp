// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>

#include <limits>

namespace xtape::nn {

// What a token is drawn from, given scores (logits).
struct Sampling {
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    double temperature = 1;   // scores are divided by it; 0: always the best token
    std::size_t top_k = all;  // among so many best tokens only
    double top_p = 1;         // among the fewest best tokens that together have this probability: Holtzman et al. 2020
};

// What tokens are drawn with: scores (B, V) -> (B, V), rows that sum to 1, 0 outside top-k and top-p. Of equals the
// first is the best. Throws Error for scores that give no probabilities, such as NaN, and for options out of range.
template <class T> Array<double> probabilities(const Array<T>& scores, const Sampling&, Where = Where::here());

namespace detail {

// ln softmax in double. Throws Error unless scores are (rows, V) and each row has a token.
template <class T>
Array<double> log_probabilities(const Array<T>& scores, std::size_t rows, const char* op, Where where);
void check_sampling(const Sampling&, const char* op, Where where);
// A token for each row of log probabilities (n, V), by a number in [0, 1) for each.
Indices draw(const Array<double>& log_p, const Sampling&, const std::vector<double>& numbers);

}  // namespace detail

}  // namespace xtape::nn
