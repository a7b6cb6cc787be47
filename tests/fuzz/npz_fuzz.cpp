// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as an npz file: an Error, or arrays within max_bytes, each of which is the same by its name alone.
//   npz_fuzz -max_len=2048 -rss_limit_mb=512 -malloc_limit_mb=16 corpus tests/data/numpy
#include <xtape/nn/io/npz.hpp>

#include "memory_file.hpp"

using namespace xtape::nn::io;

namespace {

template <Element T> void check(const std::string& path) {
    constexpr std::size_t max_bytes = 400;  // NumPy's file of shapes fits as float, and does not as double
    std::map<std::string, xtape::Array<T>> arrays;
    try {
        arrays = load_npz<T>(path, max_bytes);
    } catch (const xtape::Error&) {
        return;
    }
    std::size_t bytes = 0;
    for (const auto& [name, a] : arrays) {
        const auto alone = load_npz<T>(path, name, max_bytes);  // an Error from here is a finding
        need(alone.shape() == a.shape() && std::ranges::equal(ArrayView(alone).bytes, ArrayView(a).bytes));
        bytes += ArrayView(a).bytes.size();
    }
    need(bytes <= max_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string& path = file_of(data, size);
    check<float>(path), check<double>(path), check<std::int64_t>(path), check<std::uint64_t>(path);
    return 0;
}
