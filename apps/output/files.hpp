// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

namespace xtape::apps {

// The file appears whole or not at all, in place of the one before.
void write_text(const std::filesystem::path& path, const std::string& text);

// Throws a line that names the file unless write_text, or whatever writes files whole, may succeed: so that nobody
// waits for what cannot be kept.
void check_writable(const std::filesystem::path& path);

// Makes the folder, and those it is in. Throws a line that names it where that cannot be.
void make_folder(const std::filesystem::path& folder);

}  // namespace xtape::apps
