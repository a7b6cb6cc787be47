// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/io/safetensors.hpp>

#include <filesystem>
#include <map>
#include <string>

#include "saved_settings.hpp"
#include "training.hpp"

namespace xtape::apps {

using Path = std::filesystem::path;
using Sums = std::map<std::string, std::string>;  // SHA-256 of each file of data

// The network alone, its settings as metadata.
nn::io::Safetensors model_file(const Training& training);

// All that a training holds, in one file: the network, "cell.wx.m" and the like of the optimiser, the progress, the
// settings, the checksums of the data, and a CRC-32 over everything.
nn::io::Safetensors checkpoint_file(const Training& training, const Sums& data);

// A checkpoint whose CRC holds, and its settings; anything else throws, with what was expected and found.
struct Checkpoint {
    Settings settings;
    nn::io::Safetensors file;
};
Checkpoint read_checkpoint(const Path& path);

// A tensor of that shape; throws if there is none.
Array<float> array_in(const nn::io::Safetensors& file, const std::string& name, const Shape& shape);

// Takes the training, made with these settings, to where the checkpoint was saved; throws unless the data are the same.
void restore(Training& training, const Checkpoint& checkpoint, const Sums& data);

}  // namespace xtape::apps
