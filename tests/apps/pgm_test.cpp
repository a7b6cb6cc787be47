// SPDX-License-Identifier: BSD-3-Clause
#include "picture_files.hpp"

using namespace idx_files;
using namespace picture_files;
using xtape::apps::Images;

namespace {

struct Files {
    Folder folder;
    Images read(const Bytes& bytes) const { return xtape::apps::read_pgm(write(folder / "a.pgm", bytes)); }
    Images read(const std::string& text) const { return read(bytes_of(text)); }
    std::string refusal(const Bytes& bytes) const {
        return complaint(folder / "a.pgm", [&] { read(bytes); });
    }
    std::string refusal(const std::string& text) const { return refusal(bytes_of(text)); }
};

}  // namespace

TEST_CASE("plain and raw PGM are read, with eight and sixteen bits") {
    const Files files;
    const Bytes expected{0, 128, 255, 51, 102, 204};
    CHECK(files.read("P2 3 2 255\n0 128 255\n51 102 204\n").pixels == expected);
    CHECK(files.read("P2 3 2 5 0 2 5 1 2 4").pixels == Bytes{0, 102, 255, 51, 102, 204});
    CHECK(files.read("P2 3 2 65535 0 32896 65535 13107 26214 52428").pixels == expected);
    CHECK(files.read(pgm(3, 2, expected)).pixels == expected);
    const Bytes wide{0, 0, 0x80, 0x80, 0xff, 0xff, 0x33, 0x33, 0x66, 0x66, 0xcc, 0xcc};
    const Images image = files.read(bytes_of("P5 3 2 65535\n") + wide);
    CHECK(image.pixels == expected);
    CHECK(image.count == 1);
    CHECK(image.rows == 2);
    CHECK(image.columns == 3);
    CHECK(files.read(bytes_of("P5 1 1 256 ") + Bytes{1, 0}).pixels == Bytes{255});
}

TEST_CASE("comments are passed over, and pixels that look like them are not") {
    const Files files;
    CHECK(files.read("P2#\n#a 7\n2 # 8\n1\n#\n9 0 #x\n9 # the end").pixels == Bytes{0, 255});
    CHECK(files.read("P5\n# made by hand\n2 1\n255\n##").pixels == Bytes{'#', '#'});
    CHECK(files.read("P5 2 1 255 \n ").pixels == Bytes{'\n', ' '});
}

TEST_CASE("bad PGM files say what is wrong") {
    const Files files;
    CHECK(files.refusal("P2") == "expected a width; found the end of the file");
    CHECK(files.refusal("P25 1 9 1 2 3 4 5") == "expected a P2 or P5 and a space; found '5'");
    CHECK(files.refusal("P5\x01 1 1 9\n\x01") == "expected a P2 or P5 and a space; found byte 1");
    CHECK(files.refusal("P5 x") == "expected a width; found 'x'");
    CHECK(files.refusal("P5 -3 3 255\n") == "expected a width; found '-'");
    CHECK(files.refusal("P5 3 3.5 255\n") == "expected a height and a space; found '.'");
    CHECK(files.refusal("P5 3 99999999999999999999999 255\n").starts_with("expected a height of at most 4294967295"));
    CHECK(files.refusal("P5 3 3 0\n") == "expected a highest level of 1 to 65535; found 0");
    CHECK(files.refusal("P5 3 3 65536\n").starts_with("expected a highest level of at most 65535; found 65536"));
    CHECK(files.refusal("P5 1 1 9\n\n") == "expected a pixel of at most 9; found 10");
    CHECK(files.refusal("P2 1 1 9 10") == "expected a pixel of at most 9; found 10 or more");
    CHECK(files.refusal("P2 2 1 9 1 \x80") == "expected a pixel; found byte 128");
    CHECK(files.refusal("P2 1 1 9 1 1") == "expected 1 pixels and nothing behind them; found more");
    CHECK(files.refusal(pgm(3, 1, {1, 2, 3, 4})) == "expected 3 pixels and nothing behind them; found more");
}

TEST_CASE("a PGM cut anywhere is refused") {
    const Files files;
    const Bytes raw = bytes_of("P5 3 1 65535\n") + Bytes(6, 200), plain = bytes_of("P2 3 1 9 1 2 3");
    for (const Bytes& whole : {raw, plain})
        for (std::size_t length = 0; length < whole.size(); ++length) {
            CAPTURE(length);
            CHECK(files.refusal(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(length))) != "");
        }
}

TEST_CASE("a PGM's sizes are refused by the header, before memory is taken") {
    const Files files;
    const long before = peak_megabytes();
    const std::string expected = "expected an image of 1 to 50000000 pixels; found ";
    CHECK(files.refusal("P5 0 3 255\n") == expected + "0 x 3 in the header");
    CHECK(files.refusal("P2 3 0 255\n") == expected + "3 x 0 in the header");
    CHECK(files.refusal("P5 10000 10000 255\n") == expected + "10000 x 10000 in the header");
    CHECK(files.refusal("P2 4294967295 4294967295 255\n") == expected + "4294967295 x 4294967295 in the header");
    CHECK(peak_megabytes() - before < 16);
}
