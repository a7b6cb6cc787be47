// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>
#include <xtape/nn/io/safetensors.hpp>

// The npy files of numpy.save and numpy.load; npz.hpp has several arrays in one file.
namespace xtape::nn::io {

// The array in a file that may be anybody's: whatever breaks the format's rules is refused, before memory is taken for
// it. Versions 1.0, 2.0 and 3.0, either order of bytes, C and Fortran order, at most 64 dimensions; of bool, signed and
// unsigned integers of 1 to 8 bytes, float32 and float64. Floats are rounded to T where T is float or double, if they
// stay finite; every other number must be exactly representable as T, else this throws: load labels as std::int64_t.
// T is float, double, std::int64_t or std::uint64_t. Other types of NumPy (half precision, complex, text, objects,
// records) are refused.
template <Element T> Array<T> load_npy(const std::filesystem::path& path, Where where = Where::here());

// The elements of an array that is to be written, where they are: it must outlive this.
struct ArrayView {
    template <Element T> ArrayView(const Array<T>& a)
        : dtype(dtype_of<T>()),
          shape(a.shape().begin(), a.shape().end()),
          bytes(std::as_bytes(std::span(a.data(), a.size()))) {}
    DType dtype;
    std::vector<std::size_t> shape;
    std::span<const std::byte> bytes;
};

// Writes the bytes that numpy.save writes (version 1.0), as a whole or not at all: save_npy("x.npy", x), where x is an
// Array of one of the four types.
void save_npy(const std::filesystem::path& path, const ArrayView& array, Where where = Where::here());

}  // namespace xtape::nn::io
