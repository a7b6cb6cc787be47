// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <xtape/nn/io/safetensors.hpp>
#include <xtape/nn/io/system.hpp>

// Private to the reader and the writer: the JSON text at the beginning of a safetensors file.
namespace xtape::nn::io {

constexpr std::size_t most_header_bytes = 100'000'000;  // the reference's limit

// What a header says of a tensor; its bytes are [begin, end) of what follows the header.
struct Entry {
    std::string name;
    DType dtype;
    std::vector<std::size_t> shape;
    std::size_t begin;
    std::size_t end;
};

struct Header {
    std::vector<Entry> tensors;  // as their bytes follow one another
    std::map<std::string, std::string> metadata;
};

std::size_t bytes_of(DType dtype, const std::vector<std::size_t>& shape);

// The header in that text, whose tensors must cover exactly data_bytes.
Header parse_header(std::string_view text, std::size_t data_bytes, const Source& source);

using Named = std::pair<const std::string, Tensor>;

// The text of a header for tensors whose bytes follow in that order, padded to whole 8 bytes.
std::string header_text(std::span<const Named* const> tensors, const std::map<std::string, std::string>& metadata,
                        const Source& source);

}  // namespace xtape::nn::io
