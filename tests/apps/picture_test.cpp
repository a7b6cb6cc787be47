// SPDX-License-Identifier: BSD-3-Clause
// Kinds of files are told apart by their content.
#include <sys/stat.h>

#include "picture_files.hpp"

using namespace idx_files;
using namespace picture_files;
using xtape::apps::read_pictures;

TEST_CASE("one image is the same from a file of any kind and name") {
    const Folder folder;
    const Bytes pixels{1, 2, 3, 4, 5, 60}, idx = xtape::apps::idx_header({1, 2, 3}) + pixels;
    for (const Bytes& bytes :
         {grey_png(3, 2, pixels), pgm(3, 2, pixels), bytes_of("P2 3 2 255 1 2 3 4 5 60"), idx, gzip(idx)}) {
        const auto image = read_pictures(write(folder / "it.jpg", bytes));
        CHECK(image.count == 1);
        CHECK(image.rows == 2);
        CHECK(image.columns == 3);
        CHECK(image.pixels == pixels);
    }
    CHECK(read_pictures(write(folder / "three", file_of({3, 2, 2}, 12))).count == 3);
}

TEST_CASE("a file that is no image says what it is") {
    const Folder folder;
    const Path file = folder / "file.png";
    const auto refusal = [&](const Bytes& bytes) {
        write(file, bytes);
        return complaint(file, [&] { read_pictures(file); });
    };
    const std::string expected = "expected a PNG, PGM (P2 or P5) or IDX file; found ";
    CHECK(refusal({}) == expected + "an empty file");
    CHECK(refusal({0xff, 0xd8, 0xff, 0xe0, 0}) == expected + "a file that begins with ff d8 ff e0");
    CHECK(refusal({'P', '6', '\n'}) == expected + "a file that begins with 50 36 0a");
    CHECK(refusal(file_of({3}, 3)) == "expected IDX images, magic 0x00000803; found labels, magic 0x00000801");
    CHECK(refusal(gzip(bytes_of("a letter"))).starts_with("expected IDX images"));
    CHECK(refusal(xtape::apps::idx_header({1, 10000, 10000})) ==
          "expected images of at most 50000000 pixels; found 1 x 10000 x 10000 in the header");
    const Bytes many = file_of({1'000'001, 1, 1}, 1'000'001);
    for (const Bytes& bytes : {many, gzip(many)})
        CHECK(refusal(bytes) == "expected at most 1000000 images; found 1000001 x 1 x 1 in the header");
}

TEST_CASE("what cannot be opened, and what cannot be read twice, is refused without waiting for it") {
    const Folder folder;
    const auto refusal = [](const Path& file) { return complaint(file, [&] { read_pictures(file); }); };
    CHECK(refusal(folder / "none") == "expected a readable file; found No such file or directory");
    CHECK(refusal(folder.path) == "expected a regular file; found a folder");
    CHECK(refusal("/dev/zero") == "expected a regular file; found a pipe or a device");
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(refusal(folder / "pipe") == "expected a regular file; found a pipe or a device");
}
