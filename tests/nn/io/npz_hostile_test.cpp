// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <cstring>

#include "numpy.hpp"

using namespace xtape;
using namespace xtape::nn::io;

namespace {

// Both headers of a member, at the beginning of the file and in the list at its end, have a field at these places.
struct Field {
    std::size_t local, central;
};
constexpr Field method{8, 10}, unpacked_size{22, 24}, file_name{30, 46};

// The file with that field of its first or last member changed in both places.
std::string with(std::string file, Field field, std::string_view bytes, bool last = false) {
    for (const auto& [mark, offset] : {std::pair{"PK\3\4", field.local}, std::pair{"PK\1\2", field.central}}) {
        const std::size_t header = last ? file.rfind(mark) : file.find(mark);
        REQUIRE(header != file.npos);
        file.replace(header + offset, bytes.size(), bytes);
    }
    return file;
}

std::string number(std::uint32_t n) {
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), &n, 4);
    return bytes;
}

std::string file_of(const std::map<std::string, ArrayView>& arrays, Packing packing) {
    const Scratch scratch;
    save_npz(scratch / "a", arrays, packing);
    return slurp(scratch / "a");
}

std::string refusal(const std::string& file, std::size_t max_bytes = most_npz_bytes) {
    static const Scratch scratch;
    spill(scratch / "a", file);
    const std::string what = message([&] { load_npz<double>(scratch / "a", max_bytes); });
    CHECK((what.empty() || contains(what, "[load_npz] " + (scratch / "a").string() + ": ")));
    CHECK(what.size() < 700);
    CHECK(what.find('\n') == what.npos);
    return what;
}

}  // namespace

TEST_CASE("An npz file cut anywhere is refused") {
    const Array<double> x = counting<double>({2, 3});
    for (const Packing packing : {Packing::stored, Packing::deflated}) {
        const std::string file = file_of({{"x", x}}, packing);
        CHECK(refusal(file).empty());
        for (std::size_t length = 0; length < file.size(); ++length)
            CHECK_MESSAGE(!refusal(file.substr(0, length)).empty(), length);
    }
}

TEST_CASE("Any byte of an npz file may have any value: an error, or the same array under the same name") {
    const Scratch scratch;
    const Array<double> x = counting<double>({2, 3});
    std::array<int, 2> count{};
    for (const Packing packing : {Packing::stored, Packing::deflated}) {
        const std::string file = file_of({{"x", x}}, packing);
        Changing(scratch / "a", file).each(file.size(), [&](std::size_t place, int value) {
            std::map<std::string, Array<double>> back;
            const bool refused = !message([&] { back = load_npz<double>(scratch / "a"); }).empty();
            CHECK_MESSAGE((refused || (back.size() == 1 && same(back["x"], x))),
                          "byte " << place << " value " << value);
            ++count[refused];
        });
    }
    MESSAGE(count[0], " files with the same array, ", count[1], " refused");
    CHECK(count[1] > count[0]);
}

TEST_CASE("A member whose sizes disagree is refused") {
    const Array<double> x = counting<double>({2, 3}), many = zeros<double>({1000});
    const std::string file = file_of({{"x", x}}, Packing::deflated), packed = file_of({{"x", many}}, Packing::deflated);
    CHECK(
        contains(refusal(with(file, unpacked_size, number(128 + 56))), "must have the bytes of its elements; got 56"));
    CHECK(
        contains(refusal(with(file, unpacked_size, number(128 + 40))), "must have the bytes of its elements; got 40"));
    CHECK(contains(refusal(with(packed, unpacked_size, number(4'000'000'000))), "that its packed bytes can have"));
    CHECK(!refusal(with(file_of({{"x", x}}, Packing::stored), unpacked_size, number(128 + 56))).empty());
}

TEST_CASE("Arrays that take more than was allowed are refused before they are unpacked") {
    const std::string file = slurp(by_numpy("zeros.npz"));
    CHECK(refusal(file, 8'000'000).empty());
    CHECK(contains(refusal(file, 7'999'999), "at most max_bytes in all; got 8000000 for 7999999 left"));
    const Array<double> x = counting<double>({10});
    const std::string two = file_of({{"x", x}, {"y", x}}, Packing::stored);
    CHECK(refusal(two, 160).empty());
    CHECK(contains(refusal(two, 159), "array 'y': the arrays must take at most max_bytes in all; got 80 for 79 left"));
}

TEST_CASE("Members that are no arrays, or are packed in other ways, are refused; so are names that repeat") {
    const Array<double> x{1};
    const std::string file = file_of({{"x", x}, {"y", x}}, Packing::deflated);
    CHECK(contains(refusal(with(file, file_name, "x.txt")), "each member must be an array NAME.npy"));
    CHECK(contains(refusal(with(file, method, std::string("\x0c\0", 2))), "'x.npy' by method 12"));
    CHECK(contains(refusal(with(file, file_name, "x.npy", true)), "File already exists"));
    const std::string accents =
        file_of({{"b", x}, {"\xc3\xa9", x}}, Packing::stored);  // in UTF-8, then in code page 437
    CHECK(contains(refusal(with(accents, file_name, "\x82.npy")), "File already exists"));
    CHECK(contains(refusal(slurp(by_numpy("one.npy"))), "the file must be a zip"));
    CHECK(contains(refusal(""), "the file must be a zip"));
    CHECK(contains(message([] { load_npz<float>("."); }), "must be a regular file"));
    CHECK(contains(message([] { load_npz<float>("/nowhere/a.npz"); }), "must be readable"));
}

TEST_CASE("An npz file that cannot be written leaves what was there") {
    const Scratch scratch;
    const Array<float> x{1};
    save_npz(scratch / "a", {{"x", x}});
    const std::string before = slurp(scratch / "a");
    CHECK(!message([&] { save_npz(scratch / "a", {{"\xff", x}}); }).empty());
    CHECK(!message([&] { save_npz("/dev/full", {{"x", x}}); }).empty());
    CHECK(slurp(scratch / "a") == before);
    CHECK(scratch.files() == 1);
}
