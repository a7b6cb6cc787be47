// SPDX-License-Identifier: BSD-3-Clause
#include "training.hpp"

#include <xtape/nn/clip.hpp>
#include <xtape/nn/optim.hpp>

#include <algorithm>

namespace xtape::apps {
namespace {

double part_right(const V& scores, const Indices& labels) {
    const Array<double>& s = scores.value();
    const std::size_t classes = s.shape()[1];
    std::size_t right = 0;
    for (std::size_t b = 0; b < labels.size(); ++b) {
        const double* row = s.data() + b * classes;
        right += std::max_element(row, row + classes) - row == labels[b];
    }
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace

Classification<double> sequences(const Lesson& lesson, std::size_t batch, std::uint64_t number) {
    return delayed_recall<double>(lesson.lag + 1, lesson.lag, lesson.symbols, batch, (lesson.seed << 32) + number);
}

Learnt train(Network& network, const Lesson& lesson) {
    nn::Adam<double> optimizer({.rate = lesson.rate});
    Learnt learnt;
    double right = 0;  // of recent batches: each counts for a twentieth, those before it for the rest
    for (std::size_t step = 1; step <= lesson.steps; ++step) {
        const auto [xs, labels] = sequences(lesson, lesson.batch, step);
        const Tape tape;
        const V scores = read(network, xs, lesson.depth).scores;
        auto gradients = backward(cross_entropy(scores, labels));
        learnt.norms.push_back(nn::clip_by_norm(gradients, lesson.clip));
        optimizer.step(network, gradients);
        right += (part_right(scores, labels) - right) / 20;
        if (right >= 0.99 && learnt.solved_at == 0) learnt.solved_at = step;
        if (learnt.solved_at && lesson.until_solved) break;
    }
    const auto [xs, labels] = sequences(lesson, 512, 0);
    learnt.accuracy = part_right(read(network, xs).scores, labels);
    return learnt;
}

}  // namespace xtape::apps
