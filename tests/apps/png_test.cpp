// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <random>

#include "picture_files.hpp"

using namespace idx_files;
using namespace picture_files;
using xtape::apps::Images;

namespace {

struct Files {
    Folder folder;
    Images read(const Bytes& bytes) const { return xtape::apps::read_png(write(folder / "a.png", bytes)); }
    std::string refusal(const Bytes& bytes) const {
        return complaint(folder / "a.png", [&] { read(bytes); });
    }
};

// All levels of a depth, on one line of packed pixels
struct Levels {
    std::size_t count;
    Bytes line{0}, expected{};
    explicit Levels(std::uint8_t depth) : count(std::size_t{1} << std::min<std::uint8_t>(depth, 8)) {
        std::size_t bits = 0, byte = 0;
        for (std::size_t n = 0; n < count; ++n) {
            expected.push_back(std::uint8_t(n * 255 / (count - 1)));
            byte = byte << depth | (depth == 16 ? n * 257 : n);
            for (bits += depth; bits >= 8; bits -= 8) line.push_back(std::uint8_t(byte >> (bits - 8) & 255));
        }
        if (bits) line.push_back(std::uint8_t(byte << (8 - bits) & 255));
    }
};

// What the seven passes of an interlaced image hold: Adam7
Bytes interlaced_lines(const Bytes& pixels, std::size_t columns, std::size_t rows) {
    struct Pass {
        std::size_t row, column, down, right;
    };
    Bytes out;
    for (const Pass& p :
         {Pass{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}})
        for (std::size_t i = p.row; i < rows && p.column < columns; i += p.down) {
            out.push_back(0);
            for (std::size_t j = p.column; j < columns; j += p.right) out.push_back(pixels[i * columns + j]);
        }
    return out;
}

const Bytes some_pixels{0, 50, 100, 150, 200, 250, 33, 66, 99, 132, 165, 198};  // 4 x 3

}  // namespace

TEST_CASE("grey of every depth is read as the levels from black to white") {
    const Files files;
    for (const std::uint8_t depth : Bytes{1, 2, 4, 8, 16}) {
        CAPTURE(int(depth));
        const Levels levels(depth);
        const Images image = files.read(png({levels.count, 1, depth}, levels.line));
        CHECK(image.count == 1);
        CHECK(image.rows == 1);
        CHECK(image.columns == levels.count);
        CHECK(image.pixels == levels.expected);
    }
}

TEST_CASE("a palette of every depth is read as its colours") {
    const Files files;
    for (const std::uint8_t depth : Bytes{1, 2, 4, 8}) {
        CAPTURE(int(depth));
        const Levels levels(depth);
        Bytes colours;
        for (const std::uint8_t v : levels.expected) colours = colours + Bytes(3, std::uint8_t(255 - v));
        const Png header{levels.count, 1, depth, palette, 0, chunk("PLTE", colours)};
        const Images image = files.read(png(header, levels.line));
        for (std::size_t i = 0; i < levels.count; ++i) CHECK(image.pixels[i] == 255 - levels.expected[i]);
    }
}

TEST_CASE("a colour is read as its luminance") {
    const Files files;
    const Bytes colours{255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90};  // of red, green, blue and a grey
    Bytes wide;
    for (const std::uint8_t c : colours) wide = wide + Bytes{c, c};
    const double weight[] = {0.2126, 0.7152, 0.0722};  // of linear light, by ITU-R BT.709, and sRGB's curve
    for (const std::uint8_t depth : Bytes{8, 16}) {
        const Bytes pixels = files.read(png({4, 1, depth, rgb}, lines(depth == 8 ? colours : wide, 1))).pixels;
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(std::abs(pixels[i] - 255 * (1.055 * std::pow(weight[i], 1 / 2.4) - 0.055)) < 1.5);
        CHECK(std::abs(pixels[3] - 90) <= 1);
    }
}

TEST_CASE("sixteen bits are sRGB as eight bits are, unless the file says that they are linear") {
    const Files files;
    const Bytes line{0, 0x80, 0x80};
    CHECK(files.read(png({1, 1, 16}, line)).pixels == Bytes{128});
    const Bytes linear = chunk("gAMA", big_endian(100000));
    const Bytes pixels = files.read(png({1, 1, 16, grey, 0, linear}, line)).pixels;
    CHECK(std::abs(pixels[0] - 255 * std::pow(0.502, 1 / 2.2)) < 1);
}

TEST_CASE("what is transparent lies on white, or on black where white would hide the digit") {
    const Files files;
    for (const Colour colour : {grey_alpha, rgb_alpha}) {
        const auto line = [&](std::uint8_t level) {  // opaque, half, and not at all
            Bytes pixels;
            for (const std::uint8_t opacity : Bytes{255, 128, 0})
                pixels = pixels + Bytes(colour == grey_alpha ? 1 : 3, level) + Bytes{opacity};
            return lines(pixels, 1);
        };
        CHECK(files.read(png({3, 1, 8, colour}, line(0))).pixels == Bytes{0, 127, 255});
        CHECK(files.read(png({3, 1, 8, colour}, line(255))).pixels == Bytes{255, 128, 0});
    }
    const Png one_level{3, 1, 8, grey, 0, chunk("tRNS", {0, 7})};  // the level 7 is transparent
    CHECK(files.read(png(one_level, {0, 0, 7, 90})).pixels == Bytes{0, 255, 90});
}

TEST_CASE("an interlaced image is read as the same image") {
    const Files files;
    CHECK(files.read(png({4, 3, 8, grey, 1}, interlaced_lines(some_pixels, 4, 3))).pixels == some_pixels);
    CHECK(files.read(grey_png(4, 3, some_pixels)).pixels == some_pixels);
}

TEST_CASE("sizes are refused by the header, before memory is taken") {
    const Files files;
    const long before = peak_megabytes();
    const auto refusal = [&](std::size_t columns, std::size_t rows) {
        return files.refusal(png({columns, rows}, {0}));
    };
    const std::string expected = "expected an image of 1 to 50000000 pixels; found ";
    CHECK(refusal(0, 3) == expected + "0 x 3 in the header");
    CHECK(refusal(3, 0) == expected + "3 x 0 in the header");
    CHECK(refusal(10000, 10000) == expected + "10000 x 10000 in the header");
    CHECK(refusal(0xffffffff, 0xffffffff) == expected + "4294967295 x 4294967295 in the header");
    CHECK(peak_megabytes() - before < 16);
}

TEST_CASE("a PNG cut anywhere is refused, or lacks no pixel") {
    const Files files;
    const Bytes whole = png({4, 3, 16, rgb_alpha, 0, chunk("tEXt", bytes_of("Title"))}, lines(Bytes(4 * 3 * 8, 77), 3));
    const Bytes pixels = files.read(whole).pixels;
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        const Bytes cut(whole.begin(), whole.begin() + std::ptrdiff_t(length));
        Bytes found;
        const std::string refusal = complaint(files.folder / "a.png", [&] { found = files.read(cut).pixels; });
        CHECK((refusal != "" || found == pixels));
        refused += refusal != "";
    }
    CHECK(refused >= whole.size() - 24);  // the check sums behind the last pixel, and IEND
}

TEST_CASE("damaged PNG files are refused on one line, or read") {
    const Files files;
    const std::vector<Bytes> originals{grey_png(4, 3, some_pixels),
                                       png({4, 3, 8, grey, 1}, interlaced_lines(some_pixels, 4, 3)),
                                       png({4, 1, 8, palette, 0, chunk("PLTE", Bytes(12, 9))}, {0, 0, 1, 2, 3})};
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::size_t refused = 0;
    for (int i = 0; i < 2000; ++i) {
        Bytes bytes = originals[random() % originals.size()];
        for (std::size_t n = 1 + random() % 3; n > 0; --n)
            bytes[random() % bytes.size()] ^= std::uint8_t(1 << random() % 8);
        refused += files.refusal(bytes) != "";  // complaint() looks at it
    }
    CHECK(refused > 1000);
}

TEST_CASE("a PNG in name only says what is wrong") {
    const Files files;
    const Bytes good = grey_png(4, 3, some_pixels), signature(good.begin(), good.begin() + 8);
    CHECK(files.refusal(signature) == "expected a header of 24 bytes; found 8");
    CHECK(files.refusal(signature + chunk("IDAT", Bytes(20))) ==
          "expected a PNG that begins with IHDR; found another chunk");
    CHECK(files.refusal(png({4, 3, 7}, {0})).starts_with("expected a whole PNG; found "));
    CHECK(files.refusal(png({4, 3}, {0, 1, 2})).starts_with("expected a whole PNG; found "));
    CHECK(complaint(files.folder / "none", [&] { xtape::apps::read_png(files.folder / "none"); }) ==
          "expected a readable file; found No such file or directory");
}
