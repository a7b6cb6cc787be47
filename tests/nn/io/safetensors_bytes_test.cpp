// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <xtape/nn/io/safetensors.hpp>

#include "scratch.hpp"

using namespace xtape::nn::io;

namespace {

using Layout = std::vector<std::pair<std::vector<std::size_t>, std::vector<std::byte>>>;

// Sizes and bytes of the tensors, which a change of names, types of the same width and blanks does not touch.
Layout layout(const Safetensors& file) {
    Layout out;
    for (const auto& [name, t] : file.tensors) out.emplace_back(t.shape, t.bytes);
    std::ranges::sort(out);
    return out;
}

// A valid file with everything a header can have.
std::string small_file() {
    const Scratch scratch;
    Safetensors file;
    file.tensors["w"] = tensor<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
    file.tensors["n"] = tensor<std::int64_t>({}, std::vector<std::int64_t>{7});
    file.metadata["k"] = "v";
    write_safetensors(scratch / "a", file);
    return slurp(scratch / "a");
}

bool refused(const std::filesystem::path& path, const Layout& otherwise) try {
    const bool same = layout(read_safetensors(path)) == otherwise;
    CHECK(same);
    return false;
} catch (const xtape::Error&) {
    return true;
}

}  // namespace

TEST_CASE("A safetensors file cut anywhere, or with a byte more, is refused") {
    const Scratch scratch;
    const std::string file = small_file();
    for (std::size_t length = 0; length < file.size(); ++length) {
        spill(scratch / "a", file.substr(0, length));
        CHECK_MESSAGE(!message([&] { read_safetensors(scratch / "a"); }).empty(), length);
    }
    spill(scratch / "a", file + '\0');
    CHECK(contains(message([&] { read_safetensors(scratch / "a"); }), "must cover the file; got 32 of 33 bytes"));
}

TEST_CASE("Any byte of a safetensors header may have any value: an error, or the same tensors") {
    const Scratch scratch;
    const std::string file = small_file();
    spill(scratch / "a", file);
    const Layout expected = layout(read_safetensors(scratch / "a"));
    const int out = open((scratch / "a").c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(out != -1);
    std::array<int, 2> count{};
    for (std::size_t place = 0; place < file.size() - 32; ++place) {
        INFO("byte " << place);
        for (int value = 0; value < 256; ++value) {
            const auto byte = static_cast<char>(value);
            REQUIRE(pwrite(out, &byte, 1, static_cast<off_t>(place)) == 1);
            ++count[refused(scratch / "a", expected)];
        }
        REQUIRE(pwrite(out, &file[place], 1, static_cast<off_t>(place)) == 1);
    }
    close(out);
    MESSAGE(count[0], " files with the same tensors, ", count[1], " refused");
    CHECK(count[0] > 256);  // names and notes may differ
    CHECK(count[1] > count[0]);
}
