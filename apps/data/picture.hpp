// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "idx.hpp"

// Images in files of other kinds, as grey levels. What cannot be read throws as idx.hpp says; a size is refused by the
// file's header, before memory is taken for it.
namespace xtape::apps {

inline constexpr std::size_t most_images = 1'000'000;   // of one file: they may grow
inline constexpr std::size_t most_pixels = 50'000'000;  // of one image: what large cameras make
inline constexpr int least_contrast = 16;               // of 255 levels: with less, there is nothing to see

// PNG, PGM or IDX, plain or gzip, told apart by their content; only IDX files hold more than one image.
Images read_pictures(const std::filesystem::path& file);

// "PNG", "PGM" or "IDX", by the first bytes; nothing of other files
std::string picture_kind(const std::filesystem::path& file);

// Any kind of PNG. Colours become their luminance; what is transparent lies on white, or on black if it is white
// itself. A file may lack what follows its last pixel.
Images read_png(const std::filesystem::path& file);

// P2 and P5, with levels up to 65535.
Images read_pgm(const std::filesystem::path& file);

// A black image; throws unless it has 1 to most_pixels pixels.
Images new_picture(const std::filesystem::path& file, std::size_t columns, std::size_t rows);

}  // namespace xtape::apps
