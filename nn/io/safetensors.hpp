// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <xtape/autodiff/check.hpp>

namespace xtape::nn::io {

// The types of elements, in the format's order of alignment.
enum class DType : std::uint8_t { F32, F64, I64, U64 };

std::string_view name_of(DType dtype);
std::size_t width_of(DType dtype);  // bytes of an element

template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint64_t>;

template <Element T> constexpr DType dtype_of() {
    if constexpr (std::same_as<T, float>) return DType::F32;
    if constexpr (std::same_as<T, double>) return DType::F64;
    if constexpr (std::same_as<T, std::int64_t>) return DType::I64;
    if constexpr (std::same_as<T, std::uint64_t>) return DType::U64;
}

// A tensor as files hold it: row by row, little-endian. A shape of no sizes is one number's.
struct Tensor {
    DType dtype = DType::F32;
    std::vector<std::size_t> shape{};
    std::vector<std::byte> bytes{};

    // Its elements; throws unless T is its type and the bytes are those of the shape.
    template <Element T> std::span<const T> values(Where where = Where::here()) const& {
        need(dtype_of<T>(), where);
        return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
    }
    template <Element T> void values() const&& = delete;  // they would be gone with the tensor
    bool operator==(const Tensor&) const = default;

private:
    void need(DType wanted, Where where) const;
};

// tensor<float>({2, 3}, values): a copy of the values, of which the shape must have as many.
Tensor tensor(DType dtype, std::vector<std::size_t> shape, std::span<const std::byte> bytes,
              Where where = Where::here());
template <Element T>
Tensor tensor(std::vector<std::size_t> shape, std::span<const T> values, Where where = Where::here()) {
    return tensor(dtype_of<T>(), std::move(shape), std::as_bytes(values), where);
}

// What a file in the safetensors format holds: named tensors, and notes.
struct Safetensors {
    std::map<std::string, Tensor> tensors{};
    std::map<std::string, std::string> metadata{};
    std::filesystem::path path{};  // where it was read from, for messages

    using Shape = std::vector<std::size_t>;

    // The tensor of that name; throws, with what the file holds, unless it is there (with that shape (and type)).
    const Tensor& at(const std::string& name, Where where = Where::here()) const&;
    void at(const std::string& name) const&& = delete;  // it would be gone with the file
    const Tensor& get(const std::string& name, const Shape& shape, Where where = Where::here()) const&;
    template <Element T>
    std::span<const T> get(const std::string& name, const Shape& shape, Where where = Where::here()) const& {
        return get(name, shape, dtype_of<T>(), where).template values<T>(where);
    }
    void get(const std::string& name, const Shape& shape) const&& = delete;
    template <Element T> void get(const std::string& name, const Shape& shape) const&& = delete;

private:
    const Tensor& find(const std::string& name, const std::string& wanted, Where where) const&;
    const Tensor& get(const std::string& name, const Shape& shape, DType dtype, Where where) const&;
};

// Reads a file that may be anybody's: whatever breaks the format's rules is refused, before memory is taken for it.
// A little stricter than the reference: the types above, at most 64 dimensions, no unknown fields, sizes that fit even
// beside a zero.
Safetensors read_safetensors(const std::filesystem::path& path, Where where = Where::here());

// Writes the bytes that the reference implementation writes, through write_file: as a whole or not at all.
void write_safetensors(const std::filesystem::path& path, const Safetensors& file, Where where = Where::here());

}  // namespace xtape::nn::io
