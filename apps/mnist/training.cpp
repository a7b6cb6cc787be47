// SPDX-License-Identifier: BSD-3-Clause
#include "training.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "apps/data/samples.hpp"
#include "evaluation.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t log_every = 50;  // steps

}  // namespace

Training::Training(const Settings& s, const Digits& digits)
    : settings(s), model(s, {digits.images.rows, digits.images.columns}), optimizer(s), digits_(digits) {}

double Training::learning_rate() const {
    const auto per_epoch = static_cast<double>(steps_per_epoch());
    const nn::WarmUpCosine schedule{.peak = settings.lr,
                                    .steps = static_cast<std::int64_t>(settings.epochs * steps_per_epoch()),
                                    .warm_up = static_cast<std::int64_t>(settings.warm_up_epochs * per_epoch),
                                    .floor = settings.final_lr};
    return schedule(static_cast<std::int64_t>(steps_done()));
}

bool Training::step(std::size_t threads) {
    const auto start = std::chrono::steady_clock::now();
    if (order_.empty() || order_of_ != progress.epoch) {
        order_ = epoch_order(images(), settings.seed, progress.epoch);
        order_of_ = progress.epoch;
    }
    const std::size_t begin = progress.step * settings.batch, rows = std::min(settings.batch, images() - begin);
    const std::size_t depth = settings.truncate ? settings.truncate : Network::whole;
    const Shift shift{settings.shift, settings.seed, progress.epoch};
    const nn::Training active({.seed = settings.seed, .step = steps_done()});  // dropout
    std::atomic<std::size_t> right = 0;                                        // a whole number: the same in any order
    const auto loss = [&](std::size_t from, std::size_t to) {
        const auto chosen = std::span(order_).subspan(begin + from, to - from);
        const Variable<float> scores = model.read(sequences(digits_.images, chosen, shift), depth).scores;
        const Indices wanted = labels(digits_, chosen);
        right += count_right(scores.value(), wanted);
        return cross_entropy<float>(scores, wanted, {.smoothing = settings.label_smoothing}, Where{});
    };
    auto [mean_loss, gradients] = nn::parallel_grad(model, rows, loss, {threads, settings.shard_rows});
    const double norm = nn::clip_by_norm(gradients, settings.clip, Where{});
    optimizer.step(model, gradients, learning_rate());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    record(mean_loss, static_cast<double>(right), norm, static_cast<double>(rows), took.count());
    return progress.step == 0;
}

void Training::record(double loss, double right, double norm, double images, double seconds) {
    Progress& p = progress;
    p.seconds += seconds;
    p.loss += loss * images, p.images += images, p.norm += norm, p.steps += 1;
    p.epoch_loss += loss * images, p.epoch_images += images, p.epoch_right += right;
    const bool last = ++p.step == steps_per_epoch();
    if (last || p.step % log_every == 0) {
        p.log.push_back({.epoch = static_cast<double>(p.epoch + 1),
                         .step = static_cast<double>(p.step),
                         .lr = optimizer.rate(),
                         .loss = p.loss / p.images,
                         .epoch_loss = p.epoch_loss / p.epoch_images,
                         .gradient_norm = p.norm / p.steps,
                         .seconds = p.seconds,
                         .epoch_accuracy = p.epoch_right / p.epoch_images});
        p.loss = p.images = p.norm = p.steps = 0;
    }
    if (last) ++p.epoch, p.step = 0, p.epoch_loss = p.epoch_images = p.epoch_right = 0;
}

}  // namespace xtape::apps
