// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "idx.hpp"

namespace xtape::apps {

struct Digits {
    Images images;
    std::vector<std::uint8_t> labels;  // (images.count), each 0 to 9
};

struct Mnist {
    Digits train, test;
    std::map<std::string, std::string> sha256;  // of the unpacked files: "train-images-idx3-ubyte" -> 64 hex digits
};

// Reads the four files NAME-images-idx3-ubyte and NAME-labels-idx1-ubyte, NAME being train and t10k; each may end in
// .gz, and be spelled NAME-images.idx3-ubyte. Sets of any size do. Throws as idx.hpp says.
Mnist load_mnist(const std::filesystem::path& folder);

// The two files of the test alone.
Digits load_test_set(const std::filesystem::path& folder);

}  // namespace xtape::apps
