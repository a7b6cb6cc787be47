// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fcntl.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <xtape/nn/io/npz.hpp>

#include "scratch.hpp"

// For the tests of npy and npz files; NumPy wrote those of tests/data/numpy (tests/reference/numpy_fixtures.py).
inline std::filesystem::path by_numpy(const std::string& name) { return XTAPE_TEST_DATA "/numpy/" + name; }

// A file of which one byte after the other is changed in place, which is much faster than to write it anew.
class Changing {
public:
    Changing(const std::filesystem::path& path, std::string bytes) : bytes_(std::move(bytes)) {
        spill(path, bytes_);
        file_ = open(path.c_str(), O_WRONLY | O_CLOEXEC);
        REQUIRE(file_ != -1);
    }
    ~Changing() { close(file_); }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;

    // Calls f(place, value) for each byte before `end` and each value, when it has that.
    template <class F> void each(std::size_t end, F f) {
        for (std::size_t place = 0; place < end; ++place) {
            for (int value = 0; value < 256; ++value) {
                put(place, static_cast<char>(value));
                f(place, value);
            }
            put(place, bytes_[place]);
        }
    }

private:
    void put(std::size_t place, char byte) { REQUIRE(pwrite(file_, &byte, 1, static_cast<off_t>(place)) == 1); }
    std::string bytes_;
    int file_ = -1;
};

// 0, 1, 2, ... in the order of memory
template <class T> xtape::Array<T> counting(const xtape::Shape& shape) {
    auto a = xtape::Array<T>::from_shape(shape);
    for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<T>(i);
    return a;
}

template <class T> bool holds(const xtape::Array<T>& a, const std::vector<T>& values) {
    return std::equal(a.begin(), a.end(), values.begin(), values.end(),
                      [](T x, T y) { return x == y || (x != x && y != y); });
}

template <class T> bool same(const xtape::Array<T>& a, const xtape::Array<T>& b) {
    return a.shape() == b.shape() && holds(a, std::vector<T>(b.begin(), b.end()));
}
