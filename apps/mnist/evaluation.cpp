// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation.hpp"

#include <xtape/nn/workers.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "samples.hpp"

namespace xtape::apps {

Evaluation evaluate(const nn::RNN<float>& model, const Digits& digits, std::size_t threads) {
    constexpr std::size_t rows = 256;
    const std::size_t n = digits.images.count;
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0u);
    std::vector<std::size_t> answers(n);
    nn::run_parallel((n + rows - 1) / rows, threads, [&](std::size_t shard) {
        const NoGrad constants;
        const std::size_t begin = shard * rows, count = std::min(rows, n - begin);
        const Array<float> scores = model(sequences(digits.images, std::span(all).subspan(begin, count))).value();
        for (std::size_t i = 0; i < count; ++i) {
            const float* row = scores.data() + i * 10;
            answers[begin + i] = static_cast<std::size_t>(std::max_element(row, row + 10) - row);
        }
    });
    Evaluation result;
    result.total = n;
    for (std::size_t i = 0; i < n; ++i) {
        ++result.confusion[digits.labels[i]][answers[i]];
        result.correct += answers[i] == digits.labels[i];
    }
    return result;
}

Interval wilson(std::size_t correct, std::size_t total) {
    const double z = 1.959963984540054, n = static_cast<double>(total), p = static_cast<double>(correct) / n;
    const double middle = p + z * z / (2 * n), half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {std::max(0.0, (middle - half) / (1 + z * z / n)), std::min(1.0, (middle + half) / (1 + z * z / n))};
}

}  // namespace xtape::apps
