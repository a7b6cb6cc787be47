// SPDX-License-Identifier: BSD-3-Clause
#include <cstdint>
#include <cstring>
#include <vector>

#include <xtape/nn/io/safetensors.hpp>

#include "scratch.hpp"

using namespace xtape::nn::io;

namespace {

std::string with_length(std::uint64_t length, const std::string& rest) {
    std::string out(8, '\0');
    std::memcpy(out.data(), &length, 8);
    return out + rest;
}

// What the reader says of a file with that header and so many bytes after it; empty when it accepts it.
std::string refusal(const std::string& header, std::size_t data_bytes = 0) {
    static const Scratch scratch;
    spill(scratch / "a", with_length(header.size(), header) + std::string(data_bytes, '\1'));
    const std::string what = message([&] { read_safetensors(scratch / "a"); });
    CHECK((what.empty() || contains(what, "[read_safetensors] " + (scratch / "a").string() + ": ")));
    CHECK(what.size() < 700);
    CHECK(what.find('\n') == what.npos);
    return what;
}

std::string of_shape(const std::string& shape, const std::string& offsets = "0,0") {
    return R"({"w":{"dtype":"F32","shape":[)" + shape + R"(],"data_offsets":[)" + offsets + "]}}";
}

// Two tensors of 4 bytes each, at those places.
std::string at(const std::string& first, const std::string& second) {
    const std::string begin = R"(":{"dtype":"F32","shape":[1],"data_offsets":[)";
    return R"({"a)" + begin + first + R"(]},"b)" + begin + second + "]}}";
}

}  // namespace

TEST_CASE("Sizes whose product overflows are refused, beside a zero too") {
    CHECK(contains(refusal(of_shape("65536,65536,65536,65536")), "data_offsets (0, 0)"));
    CHECK(contains(refusal(of_shape("4294967296,4294967296")), "data_offsets (0, 0)"));
    CHECK(contains(refusal(of_shape("4611686018427387904")), "data_offsets (0, 0)"));  // 4 times that is 0
    CHECK(!refusal(of_shape("4294967296,4294967296,0")).empty());
    CHECK(!refusal(of_shape("0,4294967296,4294967296")).empty());
    CHECK(!refusal(of_shape("18446744073709551615", "0,18446744073709551615")).empty());
    CHECK(!refusal(of_shape("1099511627776", "0,4398046511104"), 4).empty());  // and no memory is taken
    CHECK(!refusal(of_shape("1", "18446744073709551612,0"), 4).empty());
    CHECK(refusal(of_shape("4294967296,0")).empty());
    std::string ones = "1";
    for (int i = 1; i < 64; ++i) ones += ",1";
    CHECK(refusal(of_shape(ones, "0,4"), 4).empty());
    CHECK(contains(refusal(of_shape(ones + ",1", "0,4"), 4), "64 sizes at most"));
}

TEST_CASE("Tensors cover the bytes exactly: no hole, no overlap, nothing before or after") {
    CHECK(refusal(at("0,4", "4,8"), 8).empty());
    CHECK(refusal(at("4,8", "0,4"), 8).empty());
    CHECK(contains(refusal(at("0,4", "5,9"), 9), "tensor 'b' must begin at byte 4"));
    CHECK(contains(refusal(at("0,4", "3,7"), 7), "got data_offsets (3, 7)"));
    CHECK(contains(refusal(at("0,4", "0,4"), 4), "must begin at byte 4"));
    CHECK(contains(refusal(at("1,5", "5,9"), 9), "tensor 'a' must begin at byte 0"));
    CHECK(contains(refusal(at("0,4", "4,8"), 9), "must cover the file; got 8 of 9 bytes"));
    CHECK(contains(refusal(at("0,4", "4,8"), 7), "must cover the file; got 8 of 7 bytes"));
    CHECK(!refusal(at("0,4", "8,4"), 8).empty());
    CHECK(!refusal(at("0,4", "4,7"), 8).empty());
    CHECK(contains(refusal("{}", 1), "got 0 of 1 bytes"));
    // Offsets that begin again at 0: twice 2^63 - 4 bytes and 12 more are 4 bytes, modulo 2^64.
    const auto part = [](const char* name, const char* size, const char* offsets) {
        return "\"" + std::string(name) + R"(":{"dtype":"F32","shape":[)" + size + R"(],"data_offsets":[)" + offsets +
               "]}";
    };
    const std::string huge = "2305843009213693951";
    const std::string header = "{" + part("a", huge.c_str(), "0,9223372036854775804") + "," +
                               part("b", huge.c_str(), "9223372036854775804,18446744073709551608") + "," +
                               part("c", "3", "18446744073709551608,4") + "}";
    CHECK(contains(refusal(header, 4), "tensor 'c' must begin"));
}

TEST_CASE("A length of the header that the file or the format does not have is refused") {
    const Scratch scratch;
    for (const std::uint64_t length : {3ULL, 1ULL << 31, 1ULL << 32, 1ULL << 63, ~0ULL, ~0ULL - 7}) {
        spill(scratch / "a", with_length(length, "{}"));
        CHECK(
            contains(message([&] { read_safetensors(scratch / "a"); }), std::to_string(length) + " with 2 bytes left"));
    }
    spill(scratch / "a", with_length(100'000'001, "{}"));
    std::filesystem::resize_file(scratch / "a", 100'000'100);  // a hole in the file: takes no room
    CHECK(contains(message([&] { read_safetensors(scratch / "a"); }), "100000001, more than 100000000"));
    spill(scratch / "a", "");
    CHECK(contains(message([&] { read_safetensors(scratch / "a"); }), "a file of 0 bytes"));
}

TEST_CASE("The header is a JSON object, and only blanks may follow it") {
    CHECK(refusal("{}  \n ").empty());
    for (const char* header : {"", "[]", " {}", "null", "\xef\xbb\xbf{}", "{", "{}}", "{}{}", "{} x", "{,}", "{\"a\"}"})
        CHECK_MESSAGE(!refusal(header).empty(), header);
    CHECK(!refusal(std::string("{}\0 hidden", 10)).empty());
    CHECK(!refusal(R"({"a\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})").empty());
    CHECK(!refusal("{\"\xff\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}").empty());
}

TEST_CASE("Keys that repeat are refused, escaped or not") {
    const std::string t = R"(:{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
    CHECK(refusal(R"({"a")" + t + R"(,"b")" + t + "}").empty());
    CHECK(contains(refusal(R"({"a")" + t + R"(,"b")" + t + R"(,"\u0061")" + t + "}"), "got 'a' twice"));
    CHECK(
        contains(refusal(R"({"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}})"), "'dtype' twice"));
    CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[0],"shape":[0],"data_offsets":[0,0]}})"), "'shape' twice"));
    CHECK(contains(refusal(R"({"__metadata__":{"k":"v","k":"v"}})"), "'k' twice"));
    CHECK(contains(refusal(R"({"__metadata__":{},"__metadata__":{}})"), "'__metadata__' twice"));
    CHECK(contains(refusal(R"({"__metadata__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})"), "texts to texts"));
}

TEST_CASE("What is no tensor's dtype, shape and offsets is refused") {
    for (const char* list :
         {"-1", "-0", "1.0", "1e0", "1e999", "18446744073709551616", "\"1\"", "null", "true", "[1]", "{}"})
        CHECK_MESSAGE((!refusal(of_shape(list)).empty() && !refusal(of_shape("1", "0," + std::string(list))).empty()),
                      list);
    for (const char* offsets : {"", "0", "0,0,0", "-4,0", "0.0,0.0"})
        CHECK_MESSAGE(!refusal(of_shape("0", offsets)).empty(), offsets);
    for (const char* dtype : {"F16", "f32", "", "F32 ", "BOOL", "F32\\u0000"})
        CHECK(contains(refusal(R"({"w":{"dtype":")" + std::string(dtype) + R"(","shape":[0],"data_offsets":[0,0]}})"),
                       "'w' must be F32, F64, I64 or U64"));
    for (const char* header :
         {R"({"w":{}})", R"({"w":1})", R"({"w":"F32"})", R"({"w":[]})", R"({"w":null})", R"({"w":true})",
          R"({"w":{"dtype":"F32","shape":[0]}})", R"({"w":{"dtype":["F32"]}})", R"({"w":{"dtype":4}})",
          R"({"w":{"shape":0}})", R"({"w":{"shape":{}}})", R"({"w":{"shape":"F32"}})",
          R"({"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"extra":1}})", R"({"__metadata__":null})",
          R"({"__metadata__":{"k":1}})", R"({"__metadata__":{"k":{}}})"})
        CHECK_MESSAGE(!refusal(header).empty(), header);
    for (const char* tensor :
         {R"("shape":[1],"data_offsets":[0,4])", R"("dtype":"F32","data_offsets":[0,4])",
          R"("dtype":"F32","shape":[1])", R"("dtype":[0,4],"shape":[1],"data_offsets":[])",
          R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])", R"("dtype":"F32","shape":[1],"data_offsets":[[0,4]])"})
        CHECK_MESSAGE(!refusal(R"({"w":{)" + std::string(tensor) + "}}", 4).empty(), tensor);
}

TEST_CASE("A million levels of nesting are refused without a million levels of anything") {
    std::string objects, lists(1'000'000, '[');
    for (int i = 0; i < 1'000'000; ++i) objects += R"({"a":)";
    CHECK(!refusal(objects).empty());
    CHECK(!refusal(R"({"w":{"shape":)" + lists).empty());
    CHECK(!refusal(R"({"w":)" + lists).empty());
    CHECK(!refusal(R"({"__metadata__":)" + objects).empty());
}

TEST_CASE("Long names and control characters stay out of messages") {
    CHECK(contains(refusal("{\"" + std::string(1'000'000, 'x') + "\":0}"), "xxx...'"));
    CHECK(contains(refusal(R"({"\u001b[2J\n":0})"), R"('\x1b[2J\x0a')"));
}
