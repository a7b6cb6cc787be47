// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// Files in MNIST's IDX format: 00 00 08 and the number of sizes, each size as 4 bytes (highest first), then one byte
// per element. Plain or gzip, told apart by their content. A file that is not exactly what its header says throws
// std::runtime_error with one line, `FILE: expected ...; found ...`, before memory is taken for what it claims to hold.
namespace xtape::apps {

struct Images {
    std::size_t count = 0, rows = 0, columns = 0;
    std::vector<std::uint8_t> pixels;  // (count, rows, columns)
};

struct Most {
    std::size_t images = std::size_t(-1), pixels = std::size_t(-1);  // of a file, and of each of its images
};
Images read_images(const std::filesystem::path& file, const Most& most = {});
std::vector<std::uint8_t> read_labels(const std::filesystem::path& file);

// The header of a file with these sizes.
std::vector<std::uint8_t> idx_header(const std::vector<std::size_t>& sizes);

// Throws that line, with the folder of the file, and what the name would do to a terminal made harmless; a text that
// was found in a file is for the caller to put in_quotes.
[[noreturn]] void bad_file(const std::filesystem::path& file, const std::string& expected, const std::string& found);

}  // namespace xtape::apps
