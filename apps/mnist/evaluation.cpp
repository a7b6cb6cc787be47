// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation.hpp"

#include <xtape/nn/workers.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/data/samples.hpp"

namespace xtape::apps {
namespace {

std::size_t highest(const float* scores) {
    return static_cast<std::size_t>(std::max_element(scores, scores + 10) - scores);
}

Answer answer(const float* scores, std::size_t label) {
    const std::size_t digit = highest(scores);
    double sum = 0;
    for (std::size_t k = 0; k < 10; ++k) sum += std::exp(double{scores[k]} - double{scores[digit]});
    return {digit, 1 / sum, std::log(sum) + double{scores[digit]} - double{scores[label]}};
}

}  // namespace

std::size_t count_right(const Array<float>& scores, const Indices& labels) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
        right += highest(scores.data() + i * 10) == static_cast<std::size_t>(labels[i]);
    return right;
}

Evaluation evaluate(const Network& model, const Digits& digits, std::size_t threads) {
    constexpr std::size_t rows = 256;
    const std::size_t n = digits.images.count;
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0u);
    Evaluation result;
    result.answers.resize(n);
    result.total = n;
    nn::run_parallel((n + rows - 1) / rows, threads, [&](std::size_t shard) {
        const NoGrad constants;
        const std::size_t begin = shard * rows, count = std::min(rows, n - begin);
        const Array<float> scores = model(sequences(digits.images, std::span(all).subspan(begin, count))).value();
        for (std::size_t i = 0; i < count; ++i)
            result.answers[begin + i] = answer(scores.data() + i * 10, digits.labels[begin + i]);
    });
    for (std::size_t i = 0; i < n; ++i) {
        ++result.confusion[digits.labels[i]][result.answers[i].digit];
        result.correct += result.answers[i].digit == digits.labels[i];
    }
    return result;
}

Interval wilson(std::size_t correct, std::size_t total) {
    const double z = 1.959963984540054, n = static_cast<double>(total), p = static_cast<double>(correct) / n;
    const double middle = p + z * z / (2 * n), half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {std::max(0.0, (middle - half) / (1 + z * z / n)), std::min(1.0, (middle + half) / (1 + z * z / n))};
}

}  // namespace xtape::apps
