// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Random arrays, and gradients by central differences, for whatever has been derived by hand.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>
#include <xtensor/xarray.hpp>

using Counts = std::vector<std::size_t>;

template <class Real = double>
xt::xarray<Real> random_array(std::mt19937& random, const std::vector<std::size_t>& shape, double scale = 0.7) {
    std::normal_distribution<double> normal(0, scale);
    xt::xarray<Real> a(typename xt::xarray<Real>::shape_type(shape.begin(), shape.end()));
    for (Real& value : a) value = static_cast<Real>(normal(random));
    return a;
}

// |a - b| / |b|, and 0 for two zeros
double distance(const auto& a, const auto& b) {
    REQUIRE(std::equal(a.shape().begin(), a.shape().end(), b.shape().begin(), b.shape().end()));
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a.data()[i]), y = static_cast<double>(b.data()[i]);
        difference += (x - y) * (x - y);
        norm += y * y;
    }
    return difference == 0 ? 0 : std::sqrt(difference / norm);
}

// The larger one, and infinity instead of a NaN, which is larger than nothing.
inline double worse(double a, double b) {
    return a >= b ? a : std::isnan(b) ? std::numeric_limits<double>::infinity() : b;
}

// sum of a * b: a loss whose gradient by b is a
inline double inner(const xt::xarray<double>& a, const xt::xarray<double>& b) {
    REQUIRE(std::equal(a.shape().begin(), a.shape().end(), b.shape().begin(), b.shape().end()));
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a.data()[i] * b.data()[i];
    return sum;
}

// dL/d(array) by central differences
template <class Loss> xt::xarray<double> differences(const Loss& loss, xt::xarray<double>& array) {
    xt::xarray<double> d(array.shape());
    for (std::size_t i = 0; i < array.size(); ++i) {
        const double value = array.data()[i], e = 1e-5;
        array.data()[i] = value + e;
        const double above = loss();
        array.data()[i] = value - e;
        d.data()[i] = (above - loss()) / (2 * e);
        array.data()[i] = value;
    }
    return d;
}

// An array that a loss depends on, and what is claimed to be its gradient.
struct Claim {
    std::string name;
    xt::xarray<double>* array;
    xt::xarray<double> gradient;
};
using Claims = std::vector<Claim>;

// One claim for each parameter of a module, whose gradients are those of d.
template <class Module> void claim(Claims& claims, const std::string& name, Module& module, Module d) {
    std::vector<xt::xarray<double>> gradients;
    d.visit([&](const char*, const auto& gradient) { gradients.push_back(gradient); });
    std::size_t i = 0;
    module.visit([&](const char* parameter, auto& array) {
        claims.push_back({name + parameter, &array, gradients[i++]});
    });
}

// |claimed - d| / (|d| + 0.01), where d are central differences, which themselves are some 1e-10 off.
template <class Loss> double error(const Claim& c, const Loss& loss) {
    const xt::xarray<double> d = differences(loss, *c.array);
    const xt::xarray<double> off = c.gradient - d;
    return std::sqrt(inner(off, off)) / (std::sqrt(inner(d, d)) + 0.01);
}

inline constexpr double tolerance = 1e-6;  // of differences; what was planted is off by much more

template <class Loss> void check_claims(const Claims& claims, const Loss& loss) {
    for (const Claim& c : claims) {
        INFO(c.name);
        CHECK(error(c, loss) <= tolerance);
    }
}

template <class Loss> double worst_error(const Claims& claims, const Loss& loss) {
    double worst = 0;
    for (const Claim& c : claims) worst = worse(worst, error(c, loss));
    return worst;
}

// How far two lists of the same claims are from each other.
inline double worst_distance(const Claims& a, const Claims& b) {
    REQUIRE(a.size() == b.size());
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = worse(worst, distance(a[i].gradient, b[i].gradient));
    return worst;
}
