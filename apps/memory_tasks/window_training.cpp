// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include "apps/data/data_folder.hpp"
#include "apps/data/samples.hpp"
#include "apps/data/tasks.hpp"
#include "window.hpp"

namespace xtape::apps::memory {
namespace {

std::vector<Reads> recall_plans(const Settings& s) {
    std::vector<Reads> all;
    for (std::size_t lag = 0; lag <= longest_lag(s); ++lag) {
        all.push_back({.lag = lag});
        all.push_back({.input = true, .lag = lag});
        for (const std::size_t k : windows_over_lags(s)) all.push_back({.window = k, .lag = lag});
    }
    const std::size_t lag = one_lag(s);
    for (std::size_t k = 1; k <= s.steps; ++k) {
        const Reads who{.window = k, .lag = lag};
        if (std::ranges::find(all, who) == all.end()) all.push_back(who);
        all.push_back({.window = k, .lag = lag, .batches = few_batches});
    }
    for (const bool input : {false, true}) all.push_back({.input = input, .lag = lag, .batches = few_batches});
    return all;
}

std::vector<std::size_t> windows_of_rows(std::size_t rows) {
    std::vector<std::size_t> all;
    for (std::size_t i = 1; i <= 14; ++i) all.push_back(std::max<std::size_t>(1, i * rows / 14));
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

struct Batch {
    Array<float> xs;
    Indices labels;
};

// The images of each step of a training, in the order of its epoch, and for step 0 all that are tested.
class ImagesOfSteps {
public:
    ImagesOfSteps(const Mnist& mnist, std::uint64_t seed, std::size_t steps) : mnist_(mnist) {
        const std::size_t n = mnist.train.images.count;
        rows_ = std::min(image_rows, n);
        for (std::size_t epoch = 0; epoch * (n / rows_) < steps; ++epoch)
            orders_.push_back(epoch_order(n, seed, epoch));
        tested_.resize(mnist.test.images.count);
        std::iota(tested_.begin(), tested_.end(), 0u);
    }
    Batch operator()(std::size_t step) const {
        if (step == 0) return batch(mnist_.test, tested_);
        const std::size_t batches = orders_[0].size() / rows_, at = step - 1;
        return batch(mnist_.train, Chosen(orders_[at / batches]).subspan(at % batches * rows_, rows_));
    }

private:
    static Batch batch(const Digits& digits, Chosen chosen) {
        return {sequences(digits.images, chosen), labels(digits, chosen)};
    }
    const Mnist& mnist_;
    std::size_t rows_;
    std::vector<std::vector<std::uint32_t>> orders_;
    std::vector<std::uint32_t> tested_;
};

}  // namespace

Found<Reads> train_on_recall(const Settings& s) {
    return train_all(recall_plans(s), s, [&](const Reads& who, std::uint64_t seed) {
        return train(who, recall_sizes(s), seed, {.steps = s.training_steps}, [&](std::size_t step) {
            const std::size_t number = step && who.batches ? 1 + (step - 1) % who.batches : step;
            return delayed_recall<float>(s.steps, who.lag, symbols, step ? batch_rows : 512, (seed << 32) + number);
        });
    });
}

Rows train_on_rows(const Settings& s) {
    Rows rows{{28, s.hidden, 10}, 28, {}, {}};
    if (s.mnist_steps == 0) return rows;
    const Mnist mnist = load_mnist(data_folder(s.data_dir, "digits"));
    rows.steps = mnist.train.images.rows, rows.sizes.inputs = mnist.train.images.columns;
    rows.windows = windows_of_rows(rows.steps);
    std::vector<Reads> plans{{}, {.input = true}};
    for (const std::size_t k : rows.windows) plans.push_back({.window = k});
    rows.found = train_all(plans, s, [&](const Reads& who, std::uint64_t seed) {
        return train(who, rows.sizes, seed, {.steps = s.mnist_steps, .solved = 0.1},
                     ImagesOfSteps(mnist, seed, s.mnist_steps));
    });
    return rows;
}

}  // namespace xtape::apps::memory
