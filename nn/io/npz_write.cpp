// SPDX-License-Identifier: BSD-3-Clause
#include <deque>

#include <xtape/nn/io/file.hpp>
#include <xtape/nn/io/npy_header.hpp>
#include <xtape/nn/io/npz.hpp>
#include <xtape/nn/io/zip.hpp>

namespace xtape::nn::io {
namespace {

void add(zip_t* archive, const std::string& name, const std::string& header, Bytes elements, Packing packing,
         const Source& source) {
    const auto fragment = [](const void* data, std::size_t size) {  // libzip does not write there
        return zip_buffer_fragment_t{static_cast<zip_uint8_t*>(const_cast<void*>(data)), size};
    };
    const std::array fragments{fragment(header.data(), header.size()), fragment(elements.data(), elements.size())};
    Buffer from(zip_source_buffer_fragment(archive, fragments.data(), fragments.size(), 0));
    const std::string file = name + std::string(ending);
    const bool text = name.find('\0') == name.npos;
    const zip_int64_t index = from && text ? zip_file_add(archive, file.c_str(), from.get(), ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0)
        source.refuse("names must be UTF-8 of at most 65,531 bytes, none of them 0", in_quotes(name), "another name");
    from.release();  // the archive's now
    const auto place = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive, place, packing == Packing::deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive, place, 0, 0x21, 0);  // 1980-01-01, as NumPy: the same arrays make the same bytes
}

std::vector<std::byte> contents(zip_source_t* sink, const Source& source) {
    zip_stat_t found;
    zip_stat_init(&found);
    std::vector<std::byte> bytes;
    bool whole = zip_source_stat(sink, &found) == 0 && zip_source_open(sink) == 0;
    if (whole) {
        bytes.resize(found.size);
        whole = zip_source_read(sink, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size());
        zip_source_close(sink);
    }
    if (!whole)
        source.refuse("the zip must fit into memory", in_quotes(zip_error_strerror(zip_source_error(sink))), "stored");
    return bytes;
}

std::vector<std::byte> zipped(const std::map<std::string, ArrayView>& arrays, Packing packing, const Source& source) {
    Failure failure;
    const Buffer sink(zip_source_buffer_create(nullptr, 0, 0, &failure.error));
    Archive archive(sink ? zip_open_from_source(sink.get(), ZIP_TRUNCATE, &failure.error) : nullptr);
    if (!archive) source.refuse("the zip must fit into memory", failure.text(), "fewer arrays");
    zip_source_keep(sink.get());      // for us, beside the archive
    std::deque<std::string> headers;  // until the archive is closed
    for (const auto& [name, array] : arrays) {
        headers.push_back(npy_header_text(array.dtype, array.shape, source));
        add(archive.get(), name, headers.back(), array.bytes, packing, source);
    }
    if (zip_close(archive.get()) != 0)
        source.refuse("the zip must fit into memory", in_quotes(zip_strerror(archive.get())), "fewer arrays");
    archive.release();
    return contents(sink.get(), source);
}

}  // namespace

void save_npz(const std::filesystem::path& path, const std::map<std::string, ArrayView>& arrays, Packing packing,
              Where where) {
    const Source source{"save_npz", shown(path), where};
    if (!arrays.empty()) return write_file(path, zipped(arrays, packing, source), where);
    std::array<char, 22> nothing{'P', 'K', 5, 6};  // libzip writes no zip without members
    write_file(path, std::as_bytes(std::span(nothing)), where);
}

}  // namespace xtape::nn::io
