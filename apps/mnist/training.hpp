// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/nn.hpp>

#include <limits>

#include "apps/data/mnist.hpp"
#include "optimizer.hpp"

namespace xtape::apps {

// Of epochs that began before the accuracy was counted.
inline constexpr double not_counted = std::numeric_limits<double>::quiet_NaN();

// A line of log.csv: where the training stood, and means since the line before.
struct LogRow {
    double epoch, step, lr, loss, epoch_loss, gradient_norm, seconds, epoch_accuracy;
};

// How far a training is, with what the next line of its log needs.
struct Progress {
    std::size_t epoch = 0, step = 0;                   // whole epochs, and steps of the one after them
    double seconds = 0;                                // of training alone, over all resumes
    double loss = 0, images = 0, norm = 0, steps = 0;  // sums since the last line
    // sums since the epoch began; right: answers while training, each by the network of that step
    double epoch_loss = 0, epoch_images = 0, epoch_right = 0;
    std::vector<LogRow> log{};
};

// A training that can stop after any step and go on from what it holds: the network, the optimiser, the progress.
class Training {
public:
    Training(const Settings& settings, const Digits& digits);  // the digits must outlive it

    bool done() const { return progress.epoch == settings.epochs; }
    // One step of the optimiser; true when it was its epoch's last. Throws for a gradient that is not finite.
    bool step(std::size_t threads);

    std::size_t steps_per_epoch() const { return (digits_.images.count + settings.batch - 1) / settings.batch; }
    std::size_t steps_done() const { return progress.epoch * steps_per_epoch() + progress.step; }
    std::size_t images_done() const { return progress.epoch * digits_.images.count + progress.step * settings.batch; }
    std::size_t images() const { return digits_.images.count; }
    ImageSize image_size() const { return {digits_.images.rows, digits_.images.columns}; }

    const Settings settings;
    Network model;
    Optimizer optimizer;
    Progress progress;

private:
    double learning_rate() const;
    void record(double loss, double right, double norm, double images, double seconds);
    const Digits& digits_;
    std::vector<std::uint32_t> order_{};  // of the epoch order_of_
    std::size_t order_of_ = 0;
};

}  // namespace xtape::apps
