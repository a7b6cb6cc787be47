// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/rnn.hpp>

#include <filesystem>

#include "settings.hpp"

namespace xtape::apps {

struct SavedModel {
    Settings settings;
    nn::RNN<float> network;
};

// The settings in a model.safetensors, or a checkpoint.
Settings saved_settings(const std::filesystem::path& file);

// The network in a model.safetensors, or a checkpoint, with its settings, of whatever size these say. Throws, naming
// the file, for one of another program or shape, or of a network whose inputs are not so many columns of pixels.
SavedModel load_model(const std::filesystem::path& file, std::size_t columns);

}  // namespace xtape::apps
