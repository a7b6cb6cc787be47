// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <xtape/nn/io/safetensors.hpp>

#include "scratch.hpp"

using namespace xtape::nn::io;

namespace {

Safetensors example() {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    Safetensors file;
    file.tensors["weights"] = tensor<float>({2, 3}, std::vector<float>{1, -0.0f, 3, 1e-45f, INFINITY, NAN});
    file.tensors["number"] = tensor<double>({}, std::vector{0.1});
    file.tensors["steps"] = tensor<std::int64_t>({1, 2}, std::vector<std::int64_t>{least, 7});
    file.tensors["random"] = tensor<std::uint64_t>({1}, std::vector<std::uint64_t>{most});
    file.tensors["nothing"] = tensor<float>({3, 0}, std::vector<float>{});
    file.tensors["\xce\xb8 \"quoted\"\n\\"] = tensor<float>({1}, std::vector{2.0f});
    file.metadata = {{"epoch", "3"}, {"", "\t\xe2\x82\xac"}};
    return file;
}

}  // namespace

TEST_CASE("A safetensors file gives back the bits, the shapes and the notes that were written") {
    const Scratch scratch;
    const Safetensors file = example();
    write_safetensors(scratch / "a", file);
    const Safetensors back = read_safetensors(scratch / "a");
    CHECK(back.tensors == file.tensors);
    CHECK(back.metadata == file.metadata);
    CHECK(back.path == scratch / "a");
    write_safetensors(scratch / "b", back);
    CHECK(slurp(scratch / "a") == slurp(scratch / "b"));
    CHECK(scratch.files() == 2);
}

TEST_CASE("A file without tensors is a header of eight bytes") {
    const Scratch scratch;
    write_safetensors(scratch / "a", {});
    CHECK(slurp(scratch / "a") == std::string("\x08\0\0\0\0\0\0\0{}      ", 16));
    CHECK(read_safetensors(scratch / "a").tensors.empty());
}

// import numpy as np, safetensors.numpy as st
// st.save_file({"w": np.arange(6, dtype="f4").reshape(2, 3) / 8, "a": np.array(np.pi), "i": np.array([-1, 2**63 - 1]),
//   "u": np.array([2**64 - 1], "u8"), "none": np.zeros((0, 4)), "\u03b8 \"q\"\n": np.array([[1.5]], "f4")},
//   "from_python.safetensors", {"made by": "Python"})
TEST_CASE("The reference implementation's file is read, and written with the same bytes") {
    const Scratch scratch;
    const Safetensors file = read_safetensors(XTAPE_TEST_DATA "/from_python.safetensors");
    CHECK(file.tensors.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) CHECK(file.get<float>("w", {2, 3})[i] == static_cast<float>(i) / 8);
    CHECK(file.get<double>("a", {})[0] == 3.141592653589793);
    CHECK(file.get<std::int64_t>("i", {2})[0] == -1);
    CHECK(file.get<std::int64_t>("i", {2})[1] == std::numeric_limits<std::int64_t>::max());
    CHECK(file.get<std::uint64_t>("u", {1})[0] == std::numeric_limits<std::uint64_t>::max());
    CHECK(file.get<double>("none", {0, 4}).empty());
    CHECK(file.get<float>("\xce\xb8 \"q\"\n", {1, 1})[0] == 1.5f);
    CHECK(file.metadata == std::map<std::string, std::string>{{"made by", "Python"}});
    write_safetensors(scratch / "a", file);
    CHECK(slurp(scratch / "a") == slurp(XTAPE_TEST_DATA "/from_python.safetensors"));
}

TEST_CASE("Asking for another name, shape or type says what was wanted and what is there") {
    const Scratch scratch;
    Safetensors file;
    file.tensors["rnn.w"] = tensor<float>({2, 1}, std::vector<float>{1, 2});
    CHECK(contains(message([&] { file.get("w", {}); }), "got 'rnn.w' (2, 1)"));
    write_safetensors(scratch / "a", file);
    const Safetensors back = read_safetensors(scratch / "a");
    const std::string path = (scratch / "a").string();
    CHECK(contains(message([&] { back.get("w", {2}); }), "safetensors_test.cpp"));
    CHECK(contains(message([&] { back.get("w", {2}); }),
                   path + " must hold the tensor 'w' of shape (2,); got 'rnn.w' (2, 1)"));
    CHECK(contains(message([&] {
                       back.get("rnn.w", {1, 2});
                   }),
                   "[get] tensor 'rnn.w' of " + path + " must have the shape (1, 2); got (2, 1)"));
    CHECK(contains(message([&] {
                       back.get<double>("rnn.w", {2, 1});
                   }),
                   path + " must be F64 of shape (2, 1); got F32"));
    CHECK(back.get("rnn.w", {2, 1}).values<float>()[1] == 2);
}

TEST_CASE("Values are given only as the type they are, and only as many as the shape says") {
    Tensor t = tensor<float>({2}, std::vector<float>{1, 2});
    CHECK(contains(message([&] { t.values<double>(); }), "[values] a tensor must be asked for its own type; got F64"));
    t.bytes.resize(12);
    CHECK(contains(message([&] { t.values<float>(); }), "got 12 for F32 of shape (2,)"));
    const std::vector<float> three(3);
    CHECK(contains(message([&] { tensor<float>({2, 2}, three); }), "[tensor] the shape must have as many elements"));
    CHECK(contains(message([&] {
                       tensor<float>({1ULL << 62, 4}, three);
                   }),
                   "got (4611686018427387904, 4) for 3 values"));
}

TEST_CASE("Tensors that the format cannot hold are refused before the file is touched") {
    const Scratch scratch;
    spill(scratch / "a", "earlier");
    const auto refused = [&](const std::string& name, Tensor t, const std::string& note = "") {
        Safetensors file;
        file.tensors[name] = std::move(t);
        if (!note.empty()) file.metadata["note"] = note;
        const std::string what = message([&] { write_safetensors(scratch / "a", file); });
        CHECK(contains(what, "[write_safetensors] " + (scratch / "a").string() + ": "));
        return what;
    };
    const Tensor one = tensor<float>({1}, std::vector<float>{1});
    CHECK(contains(refused("__metadata__", one), "the format's"));
    CHECK(contains(refused("a\xff\xfe", one), "UTF-8"));
    CHECK(contains(refused("a", one, "\xc0\x80"), "UTF-8"));
    CHECK(contains(refused("a", {DType::F32, {2}, one.bytes}), "the bytes of F32 of shape (2,)"));
    CHECK(contains(refused("a", {DType::F32, std::vector<std::size_t>(65, 1), one.bytes}), "at most 64 sizes"));
    CHECK(contains(refused("a", {DType::F32, {1ULL << 62, 4}, {}}), "4611686018427387904"));
    CHECK(contains(refused("a", one, std::string(100'000'000, 'x')), "at most 100000000 bytes"));
    CHECK(slurp(scratch / "a") == "earlier");
    CHECK(scratch.files() == 1);
}

TEST_CASE("A full device is reported when tensors are written") {
    const WithoutPrivileges nobody;
    const std::string what = message([] { write_safetensors("/dev/full", example()); });
    CHECK(contains(what, "/dev/full must be written as a whole; got 'No space left on device'"));
}
