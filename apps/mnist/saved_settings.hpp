// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/io/safetensors.hpp>

#include "settings.hpp"

// What the metadata of a file say. What is not there, or not what it should be, throws, with the file's name.
namespace xtape::apps {

std::string metadata(const nn::io::Safetensors& file, const std::string& name, const char* kind = "a checkpoint");
std::size_t whole_number_in(const nn::io::Safetensors& file, const std::string& name, std::size_t least,
                            std::size_t most);

// The settings of a model or a checkpoint, which go together, and whose network is not larger than the file. What is
// missing in older files is what there was before it could be chosen.
Settings settings_of(const nn::io::Safetensors& file);

}  // namespace xtape::apps
