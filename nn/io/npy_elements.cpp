// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>

#include <xtape/nn/io/npy_header.hpp>

namespace xtape::nn::io {
namespace {

enum Bool : std::uint8_t {};  // a byte of a file, which may be neither 0 nor 1

// Where the elements of a file go in an array that is row major.
class Places {
public:
    explicit Places(const NpyHeader& header)
        : shape_(header.shape), count_(shape_.size(), 0), steps_(shape_.size(), 1) {
        for (std::size_t i = shape_.size(); i-- > 1;) steps_[i - 1] = steps_[i] * shape_[i];
        if (!header.fortran) std::ranges::reverse(shape_), std::ranges::reverse(steps_);
    }
    std::size_t next() {
        const std::size_t now = at_;
        for (std::size_t i = 0; i < shape_.size(); ++i) {
            at_ += steps_[i];
            if (++count_[i] < shape_[i]) break;
            at_ -= steps_[i] * shape_[i];
            count_[i] = 0;
        }
        return now;
    }

private:
    std::vector<std::size_t> shape_, count_, steps_;  // of the index that counts fastest first
    std::size_t at_ = 0;
};

// Whether the type can hold it: floats may be rounded, but not to infinity.
template <class From, class T> bool convert(From v, T& out) {
    if constexpr (std::same_as<From, Bool>) {
        out = static_cast<T>(v);
        return v <= 1;
    } else if constexpr (std::floating_point<From> && std::floating_point<T>) {
        out = static_cast<T>(v);
        return std::isfinite(out) || !std::isfinite(v);
    } else {
        using Exact = long double;  // holds all integers of 64 bits
        static_assert(std::numeric_limits<Exact>::digits >= 64);
        const auto x = static_cast<Exact>(v);
        const bool inside = x >= std::numeric_limits<T>::lowest() && x <= std::numeric_limits<T>::max();  // NaN is not
        if (inside) out = static_cast<T>(v);
        return inside && static_cast<Exact>(out) == x;
    }
}

template <class From> From element(std::span<const std::byte> bytes, bool swapped) {
    std::array<std::byte, sizeof(From)> own{};
    std::ranges::copy(bytes, own.begin());
    if (swapped) std::ranges::reverse(own);
    return std::bit_cast<From>(own);
}

// Through a small buffer: a file in another type takes no memory beside the array's.
template <class From, class T> void read_as(Stream& in, const NpyHeader& header, T* out, const Source& source) {
    constexpr std::size_t at_once = 65'536 / sizeof(From);
    std::vector<std::byte> buffer(sizeof(From) * std::min(at_once, in.left() / sizeof(From)));
    Places places(header);
    while (in.left() > 0) {
        const std::span<std::byte> bytes = std::span(buffer).first(std::min(buffer.size(), in.left()));
        in.fill(bytes);
        for (std::size_t i = 0; i < bytes.size(); i += sizeof(From)) {
            const From v = element<From>(bytes.subspan(i, sizeof(From)), header.swapped);
            if (!convert(v, out[places.next()])) [[unlikely]]
                source.refuse("each element must be one of " + std::string(name_of(dtype_of<T>())), text(+v),
                              "another T, or a.astype() in NumPy");
        }
    }
}

template <Element T> Array<T> room(const std::vector<std::size_t>& shape, const Source& source) try {
    return Array<T>::from_shape(Shape(shape.begin(), shape.end()));
} catch (const std::bad_alloc&) {
    source.refuse("the array must fit into memory", "shape " + text(shape), "a smaller file");
}

}  // namespace

template <Element T> Array<T> read_npy_elements(Stream& in, const NpyHeader& header, const Source& source) {
    using Read = void (*)(Stream&, const NpyHeader&, T*, const Source&);
    constexpr std::array<Read, npy_types.size()> readers{
        read_as<Bool, T>,          read_as<std::uint8_t, T>, read_as<std::uint16_t, T>, read_as<std::uint32_t, T>,
        read_as<std::uint64_t, T>, read_as<std::int8_t, T>,  read_as<std::int16_t, T>,  read_as<std::int32_t, T>,
        read_as<std::int64_t, T>,  read_as<float, T>,        read_as<double, T>};
    if (bytes_of(sizeof(T), header.shape) == overflow)
        source.refuse("the array must fit into memory", "shape " + text(header.shape), "a smaller file");
    Array<T> array = room<T>(header.shape, source);
    readers[header.type](in, header, array.data(), source);
    return array;
}

template Array<float> read_npy_elements(Stream&, const NpyHeader&, const Source&);
template Array<double> read_npy_elements(Stream&, const NpyHeader&, const Source&);
template Array<std::int64_t> read_npy_elements(Stream&, const NpyHeader&, const Source&);
template Array<std::uint64_t> read_npy_elements(Stream&, const NpyHeader&, const Source&);

}  // namespace xtape::nn::io
