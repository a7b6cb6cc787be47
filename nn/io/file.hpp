// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include <xtape/autodiff/check.hpp>

namespace xtape::nn::io {

using Bytes = std::span<const std::byte>;

// Writes the pieces, one after the other, to a file that is afterwards whole or, when this throws, as it was before,
// and stays so through a power cut: a temporary file in the same folder is written, synced and renamed. A link stays a
// link; what it leads to is written. What exists and is no regular file (/dev/full, a pipe) is written to directly.
// The last step syncs the folder. Should that fail, this throws though the new file is there, whole; after a power cut
// it may be the earlier one again.
void write_file(const std::filesystem::path& path, std::span<const Bytes> pieces, Where where = Where::here());
inline void write_file(const std::filesystem::path& path, Bytes bytes, Where where = Where::here()) {
    write_file(path, std::span(&bytes, 1), where);
}

// All of a regular file, which may have max_bytes at most.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t max_bytes, Where where = Where::here());

}  // namespace xtape::nn::io
