// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <unistd.h>

#include <xtape/nn/io/npz_file.hpp>

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

// A name without its ending, and where it is.
std::pair<std::string, NpzFile::Entry> member(zip_t* archive, zip_uint64_t index, const Source& source) {
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

void unpack(zip_file_t* file, std::span<std::byte> bytes, const Source& source) {
    while (!bytes.empty()) {
        const zip_int64_t n = zip_fread(file, bytes.data(), bytes.size());
        if (n <= 0)
            source.refuse("the array must be readable", n ? in_quotes(zip_file_strerror(file)) : "an early end",
                          "another copy");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

}  // namespace

NpzFile::NpzFile(std::string_view op, const std::filesystem::path& path, Where where)
    : source_{op, shown(path), where}, archive_(open(Input(path, where), source_)) {
    const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive_.get(), 0));
    for (zip_uint64_t i = 0; i < count; ++i) entries_.insert(member(archive_.get(), i, source_));
}

template <Element T> Array<T> NpzFile::read(const std::string& name, const Accept& accept) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
        std::vector<std::string> names;
        for (const auto& [other, e] : entries_) names.push_back(in_quotes(other));
        source_.refuse("the array " + in_quotes(name) + " must be there", listed(names), "one of those names");
    }
    Source source = source_;
    source.file += ": array " + in_quotes(name);
    const Member file(zip_fopen_index(archive_.get(), found->second.index, 0));
    if (!file) source.refuse("the array must be readable", in_quotes(zip_strerror(archive_.get())), "another copy");
    Stream in(found->second.bytes, [&](std::span<std::byte> bytes) { unpack(file.get(), bytes, source); });
    const NpyHeader header = read_npy_header(in, source);
    accept(header, source);
    Array<T> array = read_npy_elements<T>(in, header, source);
    std::byte more{};  // the checksum is looked at where the member ends
    const zip_int64_t n = zip_fread(file.get(), &more, 1);
    if (n < 0)
        source.refuse("the array must be as it was written", in_quotes(zip_file_strerror(file.get())), "another copy");
    if (n > 0) source.refuse("the array must have the size that it says", "more", "another copy");
    return array;
}

template Array<float> NpzFile::read(const std::string&, const Accept&) const;
template Array<double> NpzFile::read(const std::string&, const Accept&) const;
template Array<std::int64_t> NpzFile::read(const std::string&, const Accept&) const;
template Array<std::uint64_t> NpzFile::read(const std::string&, const Accept&) const;

}  // namespace xtape::nn::io
