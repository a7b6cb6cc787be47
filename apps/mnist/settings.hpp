// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace xtape::apps {

// Everything that the trained numbers depend on, besides the images. Flags and checkpoints know it by these names.
struct Settings {
    std::size_t epochs = 24;
    std::size_t hidden = 128;
    std::size_t batch = 128;
    double lr = 2e-3;  // the peak of the learning rate
    std::uint64_t seed = 1;
    double warm_up_epochs = 1;    // the rate rises over these
    double final_lr = 0.01;       // and falls to this part of its peak
    double decay = 0.1;           // of input and read-out weights, per step and unit of rate
    std::size_t shift = 1;        // pixels that training images are moved by, at most
    double clip = 1;              // the longest gradient
    std::size_t shard_rows = 32;  // images whose gradients are computed together
    std::size_t held_out = 0;     // training images, the last ones, that are tested on instead
    std::string dataset = "digits";
    std::string init = "orthogonal";  // of the recurrent cell
    bool skip_input = false;          // the read-out sees the last row too
    std::size_t truncate = 0;         // steps that gradients go back through, the last ones; 0: all
    std::string optimizer = "adamw";
    double momentum = 0.9;  // of sgd
    std::string cell = "rnn";
    std::size_t layers = 1;
    bool bidirectional = false;
    std::string scan = "rows";   // how an image is read
    double dropout = 0;          // of what a layer says to the next one
    double label_smoothing = 0;  // part of a label that is spread over all classes
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Settings, epochs, hidden, batch, lr, seed, warm_up_epochs, final_lr, decay, shift,
                                   clip, shard_rows, held_out, dataset, init, skip_input, truncate, optimizer, momentum,
                                   cell, layers, bidirectional, scan, dropout, label_smoothing)

inline constexpr std::size_t most_epochs = 1'000'000, most_hidden = 16'384, most_batch = 1'000'000, most_shift = 1'000,
                             most_truncate = 1'000'000, most_layers = 64, validation = 5'000;
inline constexpr std::uint64_t most_seed = std::numeric_limits<std::uint64_t>::max();
inline constexpr double least_lr = 1e-30, most_rate = 1e30, most_part = 0.99;
inline constexpr double sgd_lr = 0.03;  // the peak for sgd, unless it is given
inline const std::vector<std::string> inits{"orthogonal", "identity", "glorot", "normal", "uniform"};
inline const std::vector<std::string> optimizers{"adamw", "adam", "sgd"};
inline const std::vector<std::string> cells{"rnn", "lstm", "gru"};
inline const std::vector<std::string> scans{"rows", "columns", "both", "pixels", "permuted"};

// The first setting that the others leave no sense, with what it needs; none of settings that go together.
struct Misfit {
    std::string setting, expected, found;
};
std::optional<Misfit> misfit(const Settings& settings);

}  // namespace xtape::apps
