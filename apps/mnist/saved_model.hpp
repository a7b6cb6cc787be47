// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "network.hpp"

namespace xtape::apps {

struct SavedModel {
    Settings settings;
    Network network;
};

// The settings in a model.safetensors, or a checkpoint.
Settings saved_settings(const std::filesystem::path& file);

// The network in a model.safetensors, or a checkpoint, with its settings, of whatever size these say. Throws, naming
// the file, for one of another program or shape, or of a network for images of another size.
SavedModel load_model(const std::filesystem::path& file, const ImageSize& size);

}  // namespace xtape::apps
