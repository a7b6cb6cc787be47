// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <map>

#include <xtape/nn/io/npy_header.hpp>
#include <xtape/nn/io/zip.hpp>

// Private to the readers of npz files: one that is open.
namespace xtape::nn::io {

class NpzFile {
public:
    struct Entry {
        zip_uint64_t index;
        std::size_t bytes;
    };
    // Looks at an array's header before memory is taken for the elements, and refuses those that it does not want.
    using Accept = std::function<void(const NpyHeader&, const Source&)>;

    NpzFile(std::string_view op, const std::filesystem::path& path, Where where);
    const std::map<std::string, Entry>& entries() const { return entries_; }
    const Source& source() const { return source_; }
    template <Element T> Array<T> read(const std::string& name, const Accept& accept) const;

private:
    Source source_;
    Archive archive_;
    std::map<std::string, Entry> entries_;
};

}  // namespace xtape::nn::io
