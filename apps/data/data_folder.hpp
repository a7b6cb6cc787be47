// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

namespace xtape::apps {

// Those of digits and of fashion, for people.
inline constexpr const char* data_folders =
    "~/.cache/xtape/mnist, or $XDG_CACHE_HOME/xtape/mnist; of fashion /usr/share/datasets/fashion-mnist";

// The folder that apps/mnist.sh fills, or Debian's package of fashion does, unless another one is asked for.
std::filesystem::path data_folder(const std::filesystem::path& asked, const std::string& dataset_name);

}  // namespace xtape::apps
