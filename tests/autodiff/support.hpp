// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>
#include <xtape/autodiff/tape.hpp>

namespace xtape::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

// The text of the Error that f throws; empty if it throws none.
template <class F> std::string thrown(F&& f) {
    try {
        f();
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}
inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
// FILE:LINE as it begins the text of an error raised on this line
inline std::string at(const char* file, int line) { return std::string(file) + ":" + std::to_string(line) + ": "; }

template <class T> Array<T> random_array(const Shape& shape, unsigned seed, double low = -1, double high = 1) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(low, high);
    Array<T> a = Array<T>::from_shape(shape);
    for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = T(uniform(generator));
    return a;
}

template <class T> Array<T> array(const Shape& shape, const std::vector<T>& values) {
    Array<T> a = Array<T>::from_shape(shape);
    if (a.size() != values.size()) throw std::invalid_argument("array: the shape does not hold the values");
    for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = values[i];
    return a;
}

// The largest difference, relative to the larger of 1 and the numbers compared. Infinite for another shape or for NaN.
template <class A, class B> double distance(const Array<A>& a, const Array<B>& b) {
    if (a.shape() != b.shape()) return std::numeric_limits<double>::infinity();
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = double(a.data()[i]), y = double(b.data()[i]);
        const double off = x == y ? 0 : std::abs(x - y) / std::max(1.0, std::abs(y));
        if (!(off <= most)) most = std::isnan(off) ? std::numeric_limits<double>::infinity() : off;
    }
    return most;
}

template <class T> bool same_bits(const Array<T>& a, const Array<T>& b) {
    return a.shape() == b.shape() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

inline double number(double x) { return x; }
template <class T> T number(const Array<T>& a) {
    REQUIRE(a.size() == 1);
    return a.data()[0];
}

}  // namespace xtape::test
