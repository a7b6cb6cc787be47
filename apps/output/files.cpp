// SPDX-License-Identifier: BSD-3-Clause
#include "files.hpp"

#include <xtape/nn/io/file.hpp>

#include "apps/data/idx.hpp"

namespace xtape::apps {

namespace fs = std::filesystem;

void write_text(const fs::path& path, const std::string& text) {
    nn::io::write_file(path, std::as_bytes(std::span(text)), Where{});
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    std::error_code unreadable;
    if (!fs::is_directory(folder, unreadable) || unreadable)
        bad_file(fs::absolute(folder), "a folder to write to",
                 error        ? error.message()
                 : unreadable ? unreadable.message()
                              : "something else");
}

}  // namespace xtape::apps
