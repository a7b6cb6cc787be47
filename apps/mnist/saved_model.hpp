// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/io/safetensors.hpp>

#include <filesystem>

#include "network.hpp"

namespace xtape::apps {

// A model.safetensors, or a checkpoint, and its settings.
struct SavedModel {
    Settings settings;
    nn::io::Safetensors file;
};

// Throws, naming the file, for one of another program.
SavedModel read_model(const std::filesystem::path& file);

// The network in it, of whatever size its settings say. Throws, naming the file, for one of another shape, or of a
// network for images of another size.
Network network_in(const SavedModel& model, const ImageSize& size);

// What such a network says of an image need not be a probability; throws, naming the file, if it is not.
void check_probability(const SavedModel& model, double p);

}  // namespace xtape::apps
