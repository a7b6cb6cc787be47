// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/io/file.hpp>
#include <xtape/nn/io/npy.hpp>
#include <xtape/nn/io/npy_header.hpp>

namespace xtape::nn::io {

template <Element T> Array<T> load_npy(const std::filesystem::path& path, Where where) {
    const Source source{"load_npy", shown(path), where};
    Input input(path, where);
    Stream in(input.left(), [&](std::span<std::byte> bytes) { input.fill(bytes); });
    const NpyHeader header = read_npy_header(in, source);
    return read_npy_elements<T>(in, header, source);
}

template Array<float> load_npy(const std::filesystem::path&, Where);
template Array<double> load_npy(const std::filesystem::path&, Where);
template Array<std::int64_t> load_npy(const std::filesystem::path&, Where);
template Array<std::uint64_t> load_npy(const std::filesystem::path&, Where);

void save_npy(const std::filesystem::path& path, const ArrayView& array, Where where) {
    const std::string header = npy_header_text(array.dtype, array.shape, {"save_npy", shown(path), where});
    write_file(path, std::array<Bytes, 2>{std::as_bytes(std::span(header)), array.bytes}, where);
}

}  // namespace xtape::nn::io
