// SPDX-License-Identifier: BSD-3-Clause
// With libpng's simplified interface, which returns its errors; the other one leaves by longjmp, past destructors.
#include <png.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "picture.hpp"

namespace xtape::apps {
namespace {

using Path = std::filesystem::path;

struct Sizes {
    std::size_t columns, rows;
};

// A file of which libpng reads as much as it needs.
class Png {
public:
    explicit Png(const Path& file) : file_(file), in_(std::fopen(file.c_str(), "rb"), &std::fclose) {
        if (!in_) bad_file(file, "a readable file", std::strerror(errno));
        image_.version = PNG_IMAGE_VERSION;
    }
    ~Png() { png_image_free(&image_); }
    Png(const Png&) = delete;
    Png& operator=(const Png&) = delete;

    // As the header says, by our own reading: libpng calls all bad sizes "Invalid IHDR data".
    Sizes sizes() {
        std::array<std::uint8_t, 24> head{};  // signature, length and name of the first chunk, its first two numbers
        const std::size_t got = std::fread(head.data(), 1, head.size(), in_.get());
        if (got < head.size()) bad_file(file_, "a header of 24 bytes", std::to_string(got));
        if (std::memcmp(&head[12], "IHDR", 4) != 0) bad_file(file_, "a PNG that begins with IHDR", "another chunk");
        return {png_get_uint_32(&head[16]), png_get_uint_32(&head[20])};
    }

    // Grey and opacity of each pixel, 16-bit channels without a gamma being sRGB, as 8-bit ones are.
    std::vector<std::uint8_t> grey_and_opacity(const Sizes& sizes) {
        std::rewind(in_.get());
        check(png_image_begin_read_from_stdio(&image_, in_.get()));
        if (image_.width != sizes.columns || image_.height != sizes.rows)
            bad_file(file_, "the sizes in its header", "a file that is being written");
        image_.format = PNG_FORMAT_GA;
        image_.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
        std::vector<std::uint8_t> pixels(2 * sizes.columns * sizes.rows);
        check(png_image_finish_read(&image_, nullptr, pixels.data(), 0, nullptr));
        return pixels;
    }

private:
    void check(int done) const {
        if (!done) bad_file(file_, "a whole PNG", image_.message);
    }
    Path file_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> in_;
    png_image image_{};
};

// Lays the pixels on a ground and says whether anything is to be seen.
bool lay_on(int ground, const std::vector<std::uint8_t>& grey_and_opacity, std::vector<std::uint8_t>& to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        const int grey = grey_and_opacity[2 * i], opacity = grey_and_opacity[2 * i + 1];
        to[i] = static_cast<std::uint8_t>((grey * opacity + ground * (255 - opacity) + 127) / 255);
    }
    const auto [darkest, lightest] = std::minmax_element(to.begin(), to.end());
    return *lightest - *darkest >= least_contrast;
}

}  // namespace

Images read_png(const Path& file) {
    Png png(file);
    const Sizes sizes = png.sizes();
    Images picture = new_picture(file, sizes.columns, sizes.rows);
    const std::vector<std::uint8_t> pixels = png.grey_and_opacity(sizes);
    if (!lay_on(255, pixels, picture.pixels)) lay_on(0, pixels, picture.pixels);
    return picture;
}

}  // namespace xtape::apps
