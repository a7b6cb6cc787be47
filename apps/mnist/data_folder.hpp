// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

namespace xtape::apps {

// The folder that apps/mnist.sh fills, unless another one is asked for.
std::filesystem::path data_folder(const std::filesystem::path& asked);

}  // namespace xtape::apps
