// SPDX-License-Identifier: BSD-3-Clause
#include "data_folder.hpp"

#include <cstdlib>

#include "apps/data/datasets.hpp"
#include "apps/data/idx.hpp"

namespace xtape::apps {

std::filesystem::path data_folder(const std::filesystem::path& asked, const std::string& dataset_name) {
    using Path = std::filesystem::path;
    if (!asked.empty()) return asked;
    const bool fetched = dataset_name == "digits";
    const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
    const Path base = cache && *cache ? Path(cache) : Path(home ? home : "") / ".cache";
    const Path folder = fetched ? base / "xtape" / "mnist" : Path("/usr/share/datasets/fashion-mnist");
    std::error_code unreadable;
    const bool exists = std::filesystem::exists(folder, unreadable);
    if (unreadable) bad_file(folder, "a folder that may be read", unreadable.message());
    if (!exists)
        bad_file(folder, dataset(dataset_name).title + "'s four files",
                 std::string("no such folder; run apps/mnist.sh") +
                     (fetched ? ", which fetches them" : " --dataset fashion, which installs them") +
                     ", or pass --data-dir DIR");
    return folder;
}

}  // namespace xtape::apps
