// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>

#include "apps/data/idx.hpp"

// IDX files for the tests of what reads them.
namespace idx_files {

using Bytes = std::vector<std::uint8_t>;
using Path = std::filesystem::path;

// A folder that lasts as long as its test.
struct Folder {
    Path path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "xtape-idx-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Path operator/(const std::string& name) const { return path / name; }
};

inline Path write(const Path& file, const Bytes& bytes) {
    std::filesystem::remove(file);  // some file systems flush to disk a file that is written over
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return file;
}

inline Bytes contents(const Path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline Bytes gzip(const Bytes& bytes) {
    const Folder folder;
    const gzFile file = gzopen((folder / "it").c_str(), "wb9");
    REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
    gzclose(file);
    return contents(folder / "it");
}

inline Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

inline Bytes file_of(const std::vector<std::size_t>& sizes, std::size_t elements) {
    Bytes data(elements);
    std::iota(data.begin(), data.end(), std::uint8_t{0});
    return xtape::apps::idx_header(sizes) + data;
}

// What reading says of the file, without its name and folder, which must come first and on one line.
template <class Read> std::string complaint(const Path& file, Read read) {
    try {
        read();
    } catch (const std::runtime_error& error) {
        const std::string what = error.what(), name = std::filesystem::absolute(file).string() + ": ";
        CHECK_MESSAGE(what.starts_with(name), what);
        CHECK_MESSAGE(what.find('\n') == std::string::npos, what);
        return what.substr(std::min(name.size(), what.size()));
    }
    return "";
}

inline long peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

}  // namespace idx_files
