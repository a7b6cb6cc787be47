// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/io/npz.hpp>
#include <xtape/nn/io/npz_file.hpp>

namespace xtape::nn::io {
namespace {

// Takes what each array needs from `room`.
template <Element T> NpzFile::Accept within(std::size_t& room) {
    return [&room](const NpyHeader& header, const Source& source) {
        const std::size_t bytes = bytes_of(sizeof(T), header.shape);
        if (bytes > room)
            source.refuse("the arrays must take at most max_bytes in all", text(bytes) + " for " + text(room) + " left",
                          "a larger max_bytes, if the file is trusted");
        room -= bytes;
    };
}

}  // namespace

template <Element T>
std::map<std::string, Array<T>> load_npz(const std::filesystem::path& path, std::size_t max_bytes, Where where) {
    const NpzFile file("load_npz", path, where);
    std::map<std::string, Array<T>> arrays;
    for (const auto& [name, e] : file.entries()) arrays.emplace(name, file.read<T>(name, within<T>(max_bytes)));
    return arrays;
}

template <Element T>
Array<T> load_npz(const std::filesystem::path& path, const std::string& name, std::size_t max_bytes, Where where) {
    return NpzFile("load_npz", path, where).read<T>(name, within<T>(max_bytes));
}

template std::map<std::string, Array<float>> load_npz(const std::filesystem::path&, std::size_t, Where);
template std::map<std::string, Array<double>> load_npz(const std::filesystem::path&, std::size_t, Where);
template std::map<std::string, Array<std::int64_t>> load_npz(const std::filesystem::path&, std::size_t, Where);
template std::map<std::string, Array<std::uint64_t>> load_npz(const std::filesystem::path&, std::size_t, Where);
template Array<float> load_npz(const std::filesystem::path&, const std::string&, std::size_t, Where);
template Array<double> load_npz(const std::filesystem::path&, const std::string&, std::size_t, Where);
template Array<std::int64_t> load_npz(const std::filesystem::path&, const std::string&, std::size_t, Where);
template Array<std::uint64_t> load_npz(const std::filesystem::path&, const std::string&, std::size_t, Where);

}  // namespace xtape::nn::io
