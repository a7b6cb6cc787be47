// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include <xtape/nn/io/npy_header.hpp>
#include <xtape/nn/io/npz.hpp>
#include <xtape/nn/io/zip.hpp>

namespace xtape::nn::io {
namespace {

constexpr std::size_t deflate_at_best = 1032;  // bytes out of one

// ZIP_CHECKCONS: names must not repeat, and the list at the end must say what the members' own headers say.
Archive open(const Input& input, const Source& source) {
    const int file = restarted([&] { return ::fcntl(input.descriptor(), F_DUPFD_CLOEXEC, 0); });
    int code = ZIP_ER_OPEN;
    Archive archive(file == -1 ? nullptr : zip_fdopen(file, ZIP_CHECKCONS, &code));
    if (archive) return archive;
    if (file != -1) ::close(file);
    source.refuse("the file must be a zip", Failure(code).text(), "numpy.savez");
}

struct Entry {
    zip_uint64_t index;
    std::size_t bytes;
};

// A name without its ending, and where it is.
std::pair<std::string, Entry> member(zip_t* archive, zip_uint64_t index, const Source& source) {
    zip_stat_t found;
    if (zip_stat_index(archive, index, 0, &found) != 0)
        source.refuse("each member must be readable", in_quotes(zip_strerror(archive)), "another copy");
    constexpr auto needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    const std::string_view name = (found.valid & needed) == needed ? found.name : "";
    const bool packed = found.comp_method == ZIP_CM_DEFLATE;
    const bool plain = found.encryption_method == ZIP_EM_NONE && (packed || found.comp_method == ZIP_CM_STORE);
    if (!name.ends_with(ending) || !plain)
        source.refuse("each member must be an array NAME.npy, stored or deflated, not encrypted",
                      in_quotes(name) + " by method " + text(found.comp_method), "numpy.savez");
    if (packed ? found.size / deflate_at_best > found.comp_size : found.size != found.comp_size)
        source.refuse("member " + in_quotes(name) + " must have a size that its packed bytes can have",
                      text(found.size) + " out of " + text(found.comp_size), "another copy");
    return {std::string(name.substr(0, name.size() - ending.size())), {index, found.size}};
}

std::map<std::string, Entry> members(zip_t* archive, const Source& source) {
    std::map<std::string, Entry> all;
    const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive, 0));
    for (zip_uint64_t i = 0; i < count; ++i) all.insert(member(archive, i, source));
    return all;
}

void unpack(zip_file_t* file, std::span<std::byte> bytes, const Source& source) {
    while (!bytes.empty()) {
        const zip_int64_t n = zip_fread(file, bytes.data(), bytes.size());
        if (n <= 0)
            source.refuse("the array must be readable", n ? in_quotes(zip_file_strerror(file)) : "an early end",
                          "another copy");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

// Takes what the array needs from `room`.
template <Element T> Array<T> read(zip_t* archive, const std::string& name, Entry e, std::size_t& room, Source source) {
    source.file += ": array " + in_quotes(name);
    const Member file(zip_fopen_index(archive, e.index, 0));
    if (!file) source.refuse("the array must be readable", in_quotes(zip_strerror(archive)), "another copy");
    Stream in(e.bytes, [&](std::span<std::byte> bytes) { unpack(file.get(), bytes, source); });
    const NpyHeader header = read_npy_header(in, source);
    const std::size_t bytes = bytes_of(sizeof(T), header.shape);
    if (bytes > room)
        source.refuse("the arrays must take at most max_bytes in all", text(bytes) + " for " + text(room) + " left",
                      "a larger max_bytes, if the file is trusted");
    room -= bytes;
    Array<T> array = read_npy_elements<T>(in, header, source);
    std::byte more{};  // the checksum is looked at where the member ends
    const zip_int64_t n = zip_fread(file.get(), &more, 1);
    if (n < 0)
        source.refuse("the array must be as it was written", in_quotes(zip_file_strerror(file.get())), "another copy");
    if (n > 0) source.refuse("the array must have the size that it says", "more", "another copy");
    return array;
}

}  // namespace

template <Element T>
std::map<std::string, Array<T>> load_npz(const std::filesystem::path& path, std::size_t max_bytes, Where where) {
    const Source source{"load_npz", shown(path), where};
    const Input input(path, where);
    const Archive archive = open(input, source);
    std::map<std::string, Array<T>> arrays;
    for (const auto& [name, e] : members(archive.get(), source))
        arrays.emplace(name, read<T>(archive.get(), name, e, max_bytes, source));
    return arrays;
}

template <Element T>
Array<T> load_npz(const std::filesystem::path& path, const std::string& name, std::size_t max_bytes, Where where) {
    const Source source{"load_npz", shown(path), where};
    const Input input(path, where);
    const Archive archive = open(input, source);
    const std::map<std::string, Entry> all = members(archive.get(), source);
    const auto found = all.find(name);
    if (found == all.end()) {
        std::vector<std::string> names;
        for (const auto& [other, e] : all) names.push_back(in_quotes(other));
        source.refuse("the array " + in_quotes(name) + " must be there", listed(names), "one of those names");
    }
    return read<T>(archive.get(), name, found->second, max_bytes, source);
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
