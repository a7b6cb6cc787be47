// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include <xtape/nn/io/file.hpp>
#include <xtape/nn/io/safetensors.hpp>
#include <xtape/nn/io/safetensors_header.hpp>
#include <xtape/nn/io/system.hpp>

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian: bytes are not swapped");

namespace xtape::nn::io {
namespace {

namespace fs = std::filesystem;

std::string described(DType dtype, const std::vector<std::size_t>& shape) {
    return std::string(name_of(dtype)) + " of shape " + text(shape);
}

// "'a' (2, 3), 'b' (3,)", or the first of them.
std::string contents(const std::map<std::string, Tensor>& tensors) {
    std::vector<std::string> items;
    for (const auto& [name, tensor] : tensors) items.push_back(in_quotes(name) + " " + text(tensor.shape));
    return listed(items);
}

std::string place(const Safetensors& file) { return file.path.empty() ? "these tensors" : shown(file.path); }

// The header, of which neither the length nor the text is believed.
Header read_header(Input& input, const Source& source) {
    const auto begins = [&](bool holds, const std::string& got) {
        if (!holds) source.refuse("the file must begin with its header's length", got, "another file");
    };
    begins(input.left() >= 8, "a file of " + text(input.left()) + " bytes");
    std::uint64_t length = 0;
    std::memcpy(&length, input.take(8).data(), 8);
    begins(length <= input.left(), text(length) + " with " + text(input.left()) + " bytes left");
    begins(length <= most_header_bytes, text(length) + ", more than " + text(most_header_bytes));
    const std::vector<std::byte> bytes = input.take(length);
    return parse_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, input.left(), source);
}

void check_writable(const Named& named, const Source& source) {
    const auto& [name, t] = named;
    if (name == "__metadata__")
        source.refuse("the name __metadata__ is the format's", "a tensor of it", "another name");
    const std::size_t bytes = bytes_of(t.dtype, t.shape);
    if (t.shape.size() > most_dimensions || bytes == overflow || t.bytes.size() != bytes)
        source.refuse("tensor " + in_quotes(name) + " must have the bytes of " + described(t.dtype, t.shape) +
                          " and at most " + text(most_dimensions) + " sizes",
                      text(t.bytes.size()) + " bytes", "tensor<T>(shape, values)");
}

}  // namespace

std::string_view name_of(DType dtype) {
    constexpr std::string_view names[] = {"F32", "F64", "I64", "U64"};
    return names[static_cast<std::size_t>(dtype)];
}

std::size_t width_of(DType dtype) { return dtype == DType::F32 ? 4 : 8; }

void Tensor::need(DType wanted, Where where) const {
    check(dtype == wanted, where, "values", "a tensor must be asked for its own type; got ", name_of(wanted), " for ",
          described(dtype, shape), "; try values<T>() with the T of ", name_of(dtype));
    check(bytes.size() == bytes_of(dtype, shape), where, "values", "a tensor must have the bytes of its shape; got ",
          bytes.size(), " for ", described(dtype, shape), "; try tensor<T>(shape, values)");
}

Tensor tensor(DType dtype, std::vector<std::size_t> shape, std::span<const std::byte> bytes, Where where) {
    check(bytes.size() == bytes_of(dtype, shape), where, "tensor",
          "the shape must have as many elements as the values; ", "got ", text(shape), " for ",
          bytes.size() / width_of(dtype), " values; try another shape");
    return {dtype, std::move(shape), {bytes.begin(), bytes.end()}};
}

const Tensor& Safetensors::find(const std::string& name, const std::string& wanted, Where where) const& {
    const auto found = tensors.find(name);
    if (found == tensors.end())
        fail(where, "get",
             place(*this) + " must hold the tensor " + in_quotes(name) + wanted + "; got " + contents(tensors) +
                 "; try one of those names");
    return found->second;
}

const Tensor& Safetensors::at(const std::string& name, Where where) const& { return find(name, "", where); }

const Tensor& Safetensors::get(const std::string& name, const Shape& shape, Where where) const& {
    const Tensor& tensor = find(name, " of shape " + text(shape), where);
    if (tensor.shape != shape)
        fail(where, "get",
             "tensor " + in_quotes(name) + " of " + place(*this) + " must have the shape " + text(shape) + "; got " +
                 text(tensor.shape) + "; try a model of the sizes it was saved with");
    return tensor;
}

const Tensor& Safetensors::get(const std::string& name, const Shape& shape, DType dtype, Where where) const& {
    const Tensor& tensor = get(name, shape, where);
    if (tensor.dtype != dtype)
        fail(where, "get",
             "tensor " + in_quotes(name) + " of " + place(*this) + " must be " + described(dtype, shape) + "; got " +
                 std::string(name_of(tensor.dtype)) + "; try get<T>() with the T of that");
    return tensor;
}

Safetensors read_safetensors(const fs::path& path, Where where) {
    Input input(path, where);
    Header header = read_header(input, {"read_safetensors", shown(path), where});
    Safetensors file;
    for (Entry& e : header.tensors)
        file.tensors.emplace(std::move(e.name), Tensor{e.dtype, std::move(e.shape), input.take(e.end - e.begin)});
    file.metadata = std::move(header.metadata);
    file.path = path;
    return file;
}

void write_safetensors(const fs::path& path, const Safetensors& file, Where where) {
    const Source source{"write_safetensors", shown(path), where};
    std::vector<const Named*> order;  // wider types first, so that each tensor is aligned; then by name
    for (const Named& named : file.tensors) {
        check_writable(named, source);
        order.push_back(&named);
    }
    std::ranges::stable_sort(order, std::ranges::greater(), [](const Named* named) { return named->second.dtype; });
    const std::string header = header_text(order, file.metadata, source);
    if (header.size() > most_header_bytes)
        source.refuse("the header must have at most " + text(most_header_bytes) + " bytes", text(header.size()),
                      "shorter names or several files");
    const std::uint64_t length = header.size();
    std::vector<Bytes> pieces{std::as_bytes(std::span(&length, 1)), std::as_bytes(std::span(header))};
    for (const Named* named : order) pieces.push_back(named->second.bytes);
    write_file(path, pieces, where);
}

}  // namespace xtape::nn::io
