// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zlib.h>

#include "apps/data/picture.hpp"
#include "idx_files.hpp"

// PNG and PGM files for the tests of what reads them, made by the formats' specifications, without libpng.
namespace picture_files {

using idx_files::Bytes;
using idx_files::operator+;

inline Bytes big_endian(std::size_t n) {
    return {std::uint8_t(n >> 24), std::uint8_t(n >> 16), std::uint8_t(n >> 8), std::uint8_t(n)};
}

inline Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

inline Bytes chunk(const std::string& name, const Bytes& data) {
    const Bytes named = bytes_of(name) + data;
    return big_endian(data.size()) + named + big_endian(crc32_z(0, named.data(), named.size()));
}

inline Bytes deflated(const Bytes& bytes) {
    uLongf size = compressBound(uLong(bytes.size()));
    Bytes out(size);
    REQUIRE(compress(out.data(), &size, bytes.data(), uLong(bytes.size())) == Z_OK);
    out.resize(size);
    return out;
}

enum Colour : std::uint8_t { grey = 0, rgb = 2, palette = 3, grey_alpha = 4, rgb_alpha = 6 };

struct Png {
    std::size_t columns, rows;
    std::uint8_t depth = 8;
    Colour colour = grey;
    std::uint8_t interlaced = 0;
    Bytes chunks{};  // before the pixels
};

// Each line of packed pixels begins with its filter.
inline Bytes png(const Png& p, const Bytes& lines) {
    const Bytes header =
        big_endian(p.columns) + big_endian(p.rows) + Bytes{p.depth, std::uint8_t(p.colour), 0, 0, p.interlaced};
    return bytes_of("\x89PNG\r\n\x1a\n") + chunk("IHDR", header) + p.chunks + chunk("IDAT", deflated(lines)) +
           chunk("IEND", {});
}

// Lines of pixels that are whole bytes, unfiltered.
inline Bytes lines(const Bytes& pixels, std::size_t rows) {
    Bytes out;
    const auto width = std::ptrdiff_t(pixels.size() / rows);
    for (auto at = pixels.begin(); at != pixels.end(); at += width) {
        out.push_back(0);
        out.insert(out.end(), at, at + width);
    }
    return out;
}

inline Bytes grey_png(std::size_t columns, std::size_t rows, const Bytes& pixels) {
    return png({columns, rows}, lines(pixels, rows));
}

inline Bytes pgm(std::size_t columns, std::size_t rows, const Bytes& pixels) {
    return bytes_of("P5\n" + std::to_string(columns) + " " + std::to_string(rows) + "\n255\n") + pixels;
}

}  // namespace picture_files
