// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "networks.hpp"
#include "numbers.hpp"
#include "trainings.hpp"

namespace xtape::apps::memory {

// Who reads: a window of the last K steps, or a hidden state, whose read-out may see the last input too.
struct Reads {
    std::size_t window = 0;  // K; 0: a hidden state
    bool input = false;
    std::size_t lag = 0;      // of what is to be recalled
    std::size_t batches = 0;  // that training sees again and again; 0: new ones at each step
    auto operator<=>(const Reads&) const = default;
};

template <class Data>
Learnt train(const Reads& who, const nn::RNNSizes& sizes, std::uint64_t seed, const Lesson& lesson, const Data& data) {
    const auto learnt = [&](auto model) {
        return learn(model, lesson, data,
                     [](const auto& m, const auto& batch) { return classified(m(batch.xs), batch.labels); });
    };
    if (who.window > 0) return learnt(Window(who.window, sizes, nn::Generator(seed)));
    return learnt(nn::RNN<float>(sizes, seed, {.skip = who.input}));
}

// Recall of a symbol out of four. Windows over all lags, and of any length at one lag, with sequences that are new at
// each step, and with few of them.
inline constexpr std::size_t symbols = 4, few_batches = 2, batch_rows = 32, image_rows = 100;
inline nn::RNNSizes recall_sizes(const Settings& s) { return {symbols, s.hidden, symbols}; }
inline std::vector<std::size_t> windows_over_lags(const Settings& s) { return {s.steps / 8, s.steps / 4, s.steps / 2}; }
inline std::size_t longest_lag(const Settings& s) { return s.steps * 3 / 4; }
inline std::size_t one_lag(const Settings& s) { return s.steps / 4; }
Found<Reads> train_on_recall(const Settings& s);

// Digits of MNIST, by who sees the last K rows of an image, or reads all of them.
struct Rows {
    nn::RNNSizes sizes;
    std::size_t steps;
    std::vector<std::size_t> windows;
    Found<Reads> found;
};
Rows train_on_rows(const Settings& s);

Picture parameters_picture(const Settings& s, const Rows& rows);
Picture lag_picture(const Settings& s, const Found<Reads>& recall);
Picture context_picture(const Settings& s, const Found<Reads>& recall);
Picture rows_picture(const Settings& s, const Rows& rows);
Picture time_picture(const Settings& s, const Found<Reads>& recall, const Rows& rows);

}  // namespace xtape::apps::memory
