// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <xtape/autodiff/array.hpp>
#include <xtape/nn/io/safetensors.hpp>
#include <xtape/nn/io/system.hpp>

// Private to the readers and writers of npy and npz files: what an array begins with, and the elements after it.
namespace xtape::nn::io {

constexpr std::size_t most_npy_header = 10'000;  // bytes, as NumPy

constexpr std::array<std::string_view, 11> npy_types{"b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"};

struct NpyHeader {
    std::size_t type = 0;  // which of npy_types
    bool swapped = false;  // big-endian
    bool fortran = false;  // the first index is the one that counts fastest
    std::vector<std::size_t> shape{};

    std::size_t width() const { return static_cast<std::size_t>(npy_types[type][1] - '0'); }
};

// Bytes that come one after the other from a file or out of a zip.
class Stream {
public:
    using Fill = std::function<void(std::span<std::byte>)>;
    Stream(std::size_t left, Fill fill) : left_(left), fill_(std::move(fill)) {}
    std::size_t left() const { return left_; }
    void fill(std::span<std::byte> bytes) {  // at most `left`
        fill_(bytes);
        left_ -= bytes.size();
    }

private:
    std::size_t left_;
    Fill fill_;
};

// The header that begins there, whose array covers exactly what is left after it.
NpyHeader read_npy_header(Stream& in, const Source& source);

// The elements after the header, row by row.
template <Element T> Array<T> read_npy_elements(Stream& in, const NpyHeader& header, const Source& source);

// All that comes before the elements: whole 64 bytes.
std::string npy_header_text(DType dtype, const std::vector<std::size_t>& shape, const Source& source);

}  // namespace xtape::nn::io
