// SPDX-License-Identifier: BSD-3-Clause
#include "data_folder.hpp"

#include <cstdlib>

#include "apps/data/idx.hpp"

namespace xtape::apps {

std::filesystem::path data_folder(const std::filesystem::path& asked) {
    using Path = std::filesystem::path;
    if (!asked.empty()) return asked;
    const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
    const Path base = cache && *cache ? Path(cache) : Path(home ? home : "") / ".cache";
    const Path folder = base / "xtape" / "mnist";
    std::error_code unreadable;
    if (!std::filesystem::exists(folder, unreadable))
        bad_file(folder, "MNIST's four files",
                 "no such folder; run apps/mnist.sh, which fetches them, or pass --data-dir DIR");
    return folder;
}

}  // namespace xtape::apps
