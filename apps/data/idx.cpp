// SPDX-License-Identifier: BSD-3-Clause
#include "idx.hpp"

#include <xtape/nn/io/system.hpp>

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string_view>

namespace xtape::apps {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Path = std::filesystem::path;

constexpr std::size_t largest = std::size_t{1} << 30;  // twenty times MNIST, and within gzread's int

// The bytes of a file, unpacked if they are gzip.
class Unpacked {
public:
    explicit Unpacked(const Path& file) : file_(file), gz_(gzopen(file.c_str(), "rb")) {
        if (!gz_) bad_file(file, "a readable file", std::strerror(errno));
    }
    ~Unpacked() { gzclose_r(gz_); }
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;

    // Fewer bytes than asked for only at the end of the file.
    std::size_t read(std::span<std::uint8_t> to) {
        const int got = gzread(gz_, to.data(), static_cast<unsigned>(to.size()));
        int status = Z_OK;
        std::string_view what = gzerror(gz_, &status);
        if (what.starts_with(file_.native() + ": ")) what.remove_prefix(file_.native().size() + 2);
        if (status == Z_ERRNO) bad_file(file_, "a readable file", std::string(what));
        if (got < 0 || status < 0) bad_file(file_, "whole gzip data", std::string(what));
        return static_cast<std::size_t>(got);
    }
    bool gzip() { return gzdirect(gz_) == 0; }

private:
    Path file_;
    gzFile gz_;
};

std::uint32_t big_endian(const std::uint8_t* b) {
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
}

std::string kind(std::uint32_t magic) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "magic 0x%08x", unsigned{magic});
    const char* name = magic == 0x803 ? "images, " : magic == 0x801 ? "labels, " : "";
    return std::string(name) + text.data();
}

// "60000 x 28 x 28"
std::string product(const std::vector<std::size_t>& sizes) {
    std::string text;
    for (const std::size_t n : sizes) text += (text.empty() ? "" : " x ") + std::to_string(n);
    return text;
}

std::vector<std::size_t> read_header(const Path& file, std::size_t rank) {
    Unpacked in(file);
    std::array<std::uint8_t, 16> header{};
    const std::size_t length = 4 + 4 * rank;
    const std::size_t got = in.read(std::span(header).first(length));
    const std::uint32_t magic = big_endian(header.data()), wanted = 0x800 + static_cast<std::uint32_t>(rank);
    if (got >= 4 && magic != wanted) bad_file(file, "IDX " + kind(wanted), kind(magic));
    if (got < length) bad_file(file, "a header of " + std::to_string(length) + " bytes", std::to_string(got));
    std::vector<std::size_t> sizes;
    for (std::size_t i = 1; i <= rank; ++i) sizes.push_back(big_endian(&header[4 * i]));
    return sizes;
}

// The number of elements, which must be one that a set of digits can have.
std::size_t elements(const Path& file, const std::vector<std::size_t>& sizes) {
    std::size_t n = 1;
    for (const std::size_t size : sizes) {
        if (size == 0 || size > largest / n)
            bad_file(file, "1 to " + std::to_string(largest) + " elements", product(sizes) + " in the header");
        n *= size;
    }
    return n;
}

// gzread passes over what follows the gzip data; but gzip data ends with its unpacked size.
void check_nothing_follows(const Path& file, std::size_t size) {
    std::array<char, 4> end{};
    std::ifstream(file, std::ios::binary).seekg(-4, std::ios::end).read(end.data(), 4);
    std::size_t stated = 0;
    for (std::size_t i = 0; i < 4; ++i) stated |= std::size_t{static_cast<unsigned char>(end[i])} << 8 * i;
    if (stated != size) bad_file(file, "one gzip member and nothing behind it", "more");
}

// Reads the file once through a small buffer, to learn whether it has this size.
void check_size(const Path& file, std::size_t size, const std::string& meaning) {
    Unpacked in(file);
    Bytes buffer(1 << 16);
    std::size_t found = 0;
    while (const std::size_t got = found > size ? 0 : in.read(buffer)) found += got;
    if (found != size)
        bad_file(file, std::to_string(size) + " bytes, " + meaning, found > size ? "more" : std::to_string(found));
    if (in.gzip()) check_nothing_follows(file, size);
}

Bytes read_idx(const Path& file, const std::vector<std::size_t>& sizes) {
    Bytes header = idx_header(sizes);
    const std::size_t n = elements(file, sizes), size = header.size() + n;
    const std::string meaning = std::to_string(header.size()) + " + " + product(sizes);
    check_size(file, size, meaning);
    Unpacked in(file);
    Bytes data(n);
    const std::size_t got = in.read(header);
    if (got + in.read(data) != size || header != idx_header(sizes))
        bad_file(file, std::to_string(size) + " bytes, " + meaning, "a file that is being written");
    return data;
}

}  // namespace

void bad_file(const Path& file, const std::string& expected, const std::string& found) {
    throw std::runtime_error(nn::io::shown(file) + ": expected " + expected + "; found " + found);
}

Bytes idx_header(const std::vector<std::size_t>& sizes) {
    Bytes header = {0, 0, 8, static_cast<std::uint8_t>(sizes.size())};
    for (const std::size_t size : sizes)
        for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<std::uint8_t>(size >> shift & 255));
    return header;
}

Images read_images(const Path& file, const Most& most) {
    const auto sizes = read_header(file, 3);
    const auto check = [&](std::size_t n, std::size_t limit, const std::string& expected) {
        if (n > limit) bad_file(file, expected, product(sizes) + " in the header");
    };
    check(sizes[0], most.images, "at most " + std::to_string(most.images) + " images");
    check(sizes[1] * sizes[2], most.pixels, "images of at most " + std::to_string(most.pixels) + " pixels");
    return {sizes[0], sizes[1], sizes[2], read_idx(file, sizes)};
}

Bytes read_labels(const Path& file) { return read_idx(file, read_header(file, 1)); }

}  // namespace xtape::apps
