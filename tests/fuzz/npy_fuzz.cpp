// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as an npy file: an Error, or an array that, written and read, is the same to the bit.
//   npy_fuzz -max_len=2048 -rss_limit_mb=512 -malloc_limit_mb=16 corpus tests/data/numpy
#include <cstring>

#include <xtape/nn/io/npy.hpp>
#include <xtape/nn/io/npy_header.hpp>

#include "memory_file.hpp"

using namespace xtape::nn::io;

namespace {

template <Element T> void check_same(const xtape::Array<T>& a) {
    const ArrayView view(a);
    const Source source{"fuzz", "", {}};
    const std::string header = npy_header_text(view.dtype, view.shape, source);
    std::vector<std::byte> file(header.size() + view.bytes.size());
    std::memcpy(file.data(), header.data(), header.size());
    std::ranges::copy(view.bytes, file.begin() + static_cast<std::ptrdiff_t>(header.size()));
    const std::byte* at = file.data();
    Stream in(file.size(), [&](std::span<std::byte> bytes) {
        std::ranges::copy_n(at, static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
        at += bytes.size();
    });
    const NpyHeader read = read_npy_header(in, source);
    need(read.shape == view.shape);
    const auto b = read_npy_elements<T>(in, read, source);
    need(std::ranges::equal(ArrayView(b).bytes, view.bytes));
}

template <Element T> void check(const std::string& path) {
    xtape::Array<T> a;
    try {
        a = load_npy<T>(path);
    } catch (const xtape::Error&) {
        return;
    }
    check_same(a);  // an Error from here is a finding
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string& path = file_of(data, size);
    check<float>(path), check<double>(path), check<std::int64_t>(path), check<std::uint64_t>(path);
    return 0;
}
