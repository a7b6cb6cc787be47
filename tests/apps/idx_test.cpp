// SPDX-License-Identifier: BSD-3-Clause
#include "apps/data/idx.hpp"

#include "idx_files.hpp"

using namespace idx_files;
using namespace xtape::apps;

namespace {

std::string images_complaint(const Path& file) {
    return complaint(file, [&] { read_images(file); });
}

// A file loads as the original did or is refused with one line that names it, as complaint() checks.
void check_same_or_refused(const Path& file, const Bytes& original, bool may_load) {
    std::string wrong = "loads";
    const std::string refusal = complaint(file, [&] {
        const Images images = read_images(file);
        if (may_load && idx_header({images.count, images.rows, images.columns}) + images.pixels == original) wrong = "";
    });
    if (refusal != "") wrong = "";
    CHECK(wrong == "");
}

}  // namespace

TEST_CASE("a bad file is named, with what was expected and what was found") {
    const Folder folder;
    const Path file = folder / "file";
    const Bytes good = file_of({3, 2, 2}, 12);
    CHECK(images_complaint(file) == "expected a readable file; found No such file or directory");
    CHECK(images_complaint(folder.path) == "expected a readable file; found Is a directory");
    CHECK(images_complaint(write(file, {})) == "expected a header of 16 bytes; found 0");
    CHECK(images_complaint(write(file, Bytes(good.begin(), good.end() - 1))) ==
          "expected 28 bytes, 16 + 3 x 2 x 2; found 27");
    CHECK(images_complaint(write(file, good + Bytes{0})) == "expected 28 bytes, 16 + 3 x 2 x 2; found more");
}

TEST_CASE("a file of another kind, or with sizes no set has, says so") {
    const Folder folder;
    const Path file = folder / "file";
    CHECK(images_complaint(write(file, file_of({3}, 3))) ==
          "expected IDX images, magic 0x00000803; found labels, magic 0x00000801");
    CHECK(complaint(file, [&] {
              read_labels(write(file, file_of({3, 2, 2}, 12)));
          }) == "expected IDX labels, magic 0x00000801; found images, magic 0x00000803");
    CHECK(images_complaint(write(file, Bytes(20, 7))) ==
          "expected IDX images, magic 0x00000803; found magic 0x07070707");
    CHECK(images_complaint(write(file, file_of({3, 0, 2}, 0))) ==
          "expected 1 to 1073741824 elements; found 3 x 0 x 2 in the header");
    CHECK(images_complaint(write(file, file_of({4294967295, 4294967295, 4294967295}, 12))) ==
          "expected 1 to 1073741824 elements; found 4294967295 x 4294967295 x 4294967295 in the header");
}

TEST_CASE("damaged gzip is refused") {
    const Folder folder;
    const Path file = folder / "file.gz";
    const Bytes good = gzip(file_of({3, 2, 2}, 12));
    Bytes damaged = good;
    damaged[damaged.size() - 8] ^= 1;  // the first byte of its CRC
    CHECK(images_complaint(write(file, damaged)) == "expected whole gzip data; found incorrect data check");
    CHECK(images_complaint(write(file, Bytes(good.begin(), good.end() - 1))) ==
          "expected whole gzip data; found unexpected end of file");
    CHECK(images_complaint(write(file, good + Bytes{0})) ==
          "expected one gzip member and nothing behind it; found more");
    CHECK(images_complaint(write(file, good + good)) == "expected 28 bytes, 16 + 3 x 2 x 2; found more");
    CHECK(images_complaint(write(file, gzip(file_of({3, 2, 2}, 11)))) == "expected 28 bytes, 16 + 3 x 2 x 2; found 27");
}

TEST_CASE("a file cut anywhere is refused, plain and packed") {
    const Folder folder;
    const Bytes plain = file_of({3, 2, 2}, 12);
    for (const Bytes& good : {plain, gzip(plain)})
        for (std::size_t length = 0; length < good.size(); ++length) {
            CAPTURE(length);
            const auto end = good.begin() + static_cast<std::ptrdiff_t>(length);
            check_same_or_refused(write(folder / "file", Bytes(good.begin(), end)), plain, false);
        }
}

TEST_CASE("a header with any byte changed is refused or reads the same, and so is any byte of a packed file") {
    const Folder folder;
    const Bytes plain = file_of({3, 2, 2}, 12), packed = gzip(plain);
    for (const auto& [good, bytes] : {std::pair(plain, std::size_t{16}), std::pair(packed, packed.size())})
        for (std::size_t i = 0; i < bytes; ++i)
            for (unsigned value = 0; value < 256; ++value) {
                CAPTURE(i);
                CAPTURE(value);
                Bytes changed = good;
                changed[i] = static_cast<std::uint8_t>(value);
                check_same_or_refused(write(folder / "file", changed), plain, true);
            }
}

TEST_CASE("what a header claims takes no memory until the bytes are there") {
    const Folder folder;
    const Bytes claim = idx_header({1 << 20, 32, 32}) + Bytes(4);
    const long before = peak_megabytes();
    for (const Bytes& file : {claim, gzip(claim)})
        CHECK(images_complaint(write(folder / "file", file)) ==
              "expected 1073741840 bytes, 16 + 1048576 x 32 x 32; found 20");
    CHECK(peak_megabytes() - before < 16);
}
