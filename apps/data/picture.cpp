// SPDX-License-Identifier: BSD-3-Clause
#include "picture.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

namespace xtape::apps {
namespace {

using Path = std::filesystem::path;
using namespace std::literals;

// The first bytes of a file; of pipes and devices none are taken, for they could not be read again.
std::string beginning(const Path& file) {
    std::error_code unreadable;
    const auto status = std::filesystem::status(file, unreadable);
    if (unreadable) bad_file(file, "a readable file", unreadable.message());
    if (!std::filesystem::is_regular_file(status))
        bad_file(file, "a regular file", std::filesystem::is_directory(status) ? "a folder" : "a pipe or a device");
    std::ifstream in(file, std::ios::binary);
    if (!in) bad_file(file, "a readable file", std::strerror(errno));
    std::string bytes(8, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

std::string kind_of(const std::string& bytes) {
    if (bytes == "\x89PNG\r\n\x1a\n"sv) return "PNG";
    if (bytes.starts_with("P2") || bytes.starts_with("P5")) return "PGM";
    if (bytes.starts_with("\0\0\x8"sv) || bytes.starts_with("\x1f\x8b")) return "IDX";
    return "";
}

// "a file that begins with ff d8 ff e0"
std::string description(const std::string& bytes) {
    if (bytes.empty()) return "an empty file";
    std::string hex;
    for (const char byte : bytes.substr(0, 4)) {
        std::array<char, 4> text{};
        std::snprintf(text.data(), text.size(), " %02x", unsigned{static_cast<unsigned char>(byte)});
        hex += text.data();
    }
    return "a file that begins with" + hex;
}

}  // namespace

Images read_pictures(const Path& file) {
    const std::string bytes = beginning(file), kind = kind_of(bytes);
    if (kind == "PNG") return read_png(file);
    if (kind == "PGM") return read_pgm(file);
    if (kind == "IDX") return read_images(file, {most_images, most_pixels});
    bad_file(file, "a PNG, PGM (P2 or P5) or IDX file", description(bytes));
}

std::string picture_kind(const Path& file) { return kind_of(beginning(file)); }

Images new_picture(const Path& file, std::size_t columns, std::size_t rows) {
    if (rows == 0 || columns == 0 || rows > most_pixels / columns)
        bad_file(file, "an image of 1 to " + std::to_string(most_pixels) + " pixels",
                 std::to_string(columns) + " x " + std::to_string(rows) + " in the header");
    return {1, rows, columns, std::vector<std::uint8_t>(rows * columns)};
}

}  // namespace xtape::apps
