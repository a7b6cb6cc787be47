// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zlib.h>
#include <xtape/nn/io/safetensors.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

// Checkpoints of the program, changed, with a CRC that holds.
namespace checkpoint_files {

inline std::string crc32_of(const xtape::nn::io::Safetensors& file) {
    uLong crc = crc32_z(0, nullptr, 0);
    const auto add = [&](const void* p, std::size_t n) { crc = crc32_z(crc, static_cast<const Bytef*>(p), n); };
    for (const auto& [name, value] : file.metadata)
        if (name != "crc32") add(name.c_str(), name.size() + 1), add(value.c_str(), value.size() + 1);
    for (const auto& [name, tensor] : file.tensors) {
        const std::string shape = xtape::text(tensor.shape);
        add(name.c_str(), name.size() + 1), add(shape.c_str(), shape.size() + 1);
        add(tensor.bytes.data(), tensor.bytes.size());
    }
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08lx", crc);
    return digits;
}

template <class Edit> void change(const std::filesystem::path& path, Edit edit) {
    auto file = xtape::nn::io::read_safetensors(path);
    edit(file);
    file.metadata["crc32"] = crc32_of(file);
    xtape::nn::io::write_safetensors(path, file);
}

}  // namespace checkpoint_files
