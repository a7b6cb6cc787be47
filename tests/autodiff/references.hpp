// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What operations are compared with: plain loops, one for each, that share no code with the engine.
#include <numeric>

#include "op_table.hpp"

namespace xtape::test::reference {

using A = Array<double>;
using As = Arrays<double>;

// An axis of a shape: the array is (outer, length, inner).
struct Along {
    std::size_t outer = 1, length = 1, inner = 1;
    Along(const Shape& s, std::size_t axis) : length(s[axis]) {
        for (std::size_t i = 0; i < axis; ++i) outer *= s[i];
        for (std::size_t i = axis + 1; i < s.size(); ++i) inner *= s[i];
    }
    std::size_t operator()(std::size_t o, std::size_t k, std::size_t i) const { return (o * length + k) * inner + i; }
};

inline A sums(const A& x, std::size_t axis, bool keep, bool mean) {
    Shape to;
    for (std::size_t i = 0; i < x.dimension(); ++i)
        if (i != axis)
            to.push_back(x.shape()[i]);
        else if (keep)
            to.push_back(1);
    A y = zeros<double>(to);
    const Along a(x.shape(), axis);
    for (std::size_t o = 0; o < a.outer; ++o)
        for (std::size_t i = 0; i < a.inner; ++i) {
            for (std::size_t k = 0; k < a.length; ++k) y.data()[o * a.inner + i] += x.data()[a(o, k, i)];
            if (mean) y.data()[o * a.inner + i] /= double(a.length);
        }
    return y;
}
inline double total(const A& x) { return std::accumulate(x.data(), x.data() + x.size(), 0.0); }

inline A in_shape(A x, const Shape& to) {
    x.reshape(to);
    return x;
}

// (..., K) (K, N), vectors being rows on the left and columns on the right
inline A product(const A& a, const A& b) {
    Shape to(a.shape().begin(), a.shape().end() - 1);
    if (b.dimension() == 2) to.push_back(b.shape()[1]);
    A c = zeros<double>(to);
    const std::size_t k = b.shape()[0], n = b.dimension() == 2 ? b.shape()[1] : 1, m = n ? c.size() / n : 0;
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t l = 0; l < k; ++l) c.data()[i * n + j] += a.data()[i * k + l] * b.data()[l * n + j];
    return c;
}

inline A reversed(const A& x) {  // of rank 3: y[k, j, i] = x[i, j, k]
    const Shape s = x.shape();
    A y = zeros<double>({s[2], s[1], s[0]});
    for (std::size_t i = 0; i < s[0]; ++i)
        for (std::size_t j = 0; j < s[1]; ++j)
            for (std::size_t k = 0; k < s[2]; ++k)
                y.data()[(k * s[1] + j) * s[0] + i] = x.data()[(i * s[1] + j) * s[2] + k];
    return y;
}
inline A swapped(const A& x) {  // of rank 3: y[j, i, k] = x[i, j, k]
    const Shape s = x.shape();
    A y = zeros<double>({s[1], s[0], s[2]});
    for (std::size_t i = 0; i < s[0]; ++i)
        for (std::size_t j = 0; j < s[1]; ++j)
            for (std::size_t k = 0; k < s[2]; ++k)
                y.data()[(j * s[0] + i) * s[2] + k] = x.data()[(i * s[1] + j) * s[2] + k];
    return y;
}

// The band [begin, end) of an axis
inline A band(const A& x, std::size_t axis, std::size_t begin, std::size_t end, bool drop = false) {
    Shape to = x.shape();
    to[axis] = end - begin;
    A y = zeros<double>(to);
    const Along from(x.shape(), axis), at(to, axis);
    for (std::size_t o = 0; o < at.outer; ++o)
        for (std::size_t k = 0; k < at.length; ++k)
            for (std::size_t i = 0; i < at.inner; ++i) y.data()[at(o, k, i)] = x.data()[from(o, begin + k, i)];
    Shape without;
    for (std::size_t i = 0; i < to.size(); ++i)
        if (i != axis) without.push_back(to[i]);
    return drop ? in_shape(y, without) : y;
}
inline A joined(const As& xs, std::size_t axis) {
    Shape to = xs[0].shape();
    to[axis] = 0;
    for (const A& x : xs) to[axis] += x.shape()[axis];
    A y = zeros<double>(to);
    std::size_t begin = 0;
    for (const A& x : xs) {
        const Along from(x.shape(), axis), at(to, axis);
        for (std::size_t o = 0; o < from.outer; ++o)
            for (std::size_t k = 0; k < from.length; ++k)
                for (std::size_t i = 0; i < from.inner; ++i) y.data()[at(o, begin + k, i)] = x.data()[from(o, k, i)];
        begin += x.shape()[axis];
    }
    return y;
}
inline A stacked(As xs, std::size_t axis) {
    for (A& x : xs) {
        std::vector<std::size_t> s(x.shape().begin(), x.shape().end());  // svector's insert makes GCC warn
        s.insert(s.begin() + std::ptrdiff_t(axis), 1);
        x.reshape(s);
    }
    return joined(xs, axis);
}

inline A log_softmaxed(const A& x, std::size_t axis) {
    A y = x;
    const Along a(x.shape(), axis);
    for (std::size_t o = 0; o < a.outer; ++o)
        for (std::size_t i = 0; i < a.inner; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < a.length; ++k) sum += std::exp(x.data()[a(o, k, i)]);
            for (std::size_t k = 0; k < a.length; ++k) y.data()[a(o, k, i)] -= std::log(sum);
        }
    return y;
}

inline A softmaxed(const A& x, std::size_t axis, const A& mask) {
    A y = elementwise({x, mask}, [](const auto& e) { return e[1] != 0 ? std::exp(e[0]) : 0; });
    const A sum = sums(y, axis, true, false);
    return elementwise({y, sum}, [](const auto& e) { return e[0] == 0 ? 0 : e[0] / e[1]; });
}
// The axis becomes places, of which one is chosen by each index; its transpose
inline A taken(const A& x, const Indices& index, std::size_t axis) {
    Shape to = x.shape();
    to[axis] = index.size();
    A y = zeros<double>(to);
    const Along from(x.shape(), axis), at(to, axis);
    for (std::size_t o = 0; o < at.outer; ++o)
        for (std::size_t k = 0; k < at.length; ++k)
            for (std::size_t i = 0; i < at.inner; ++i)
                y.data()[at(o, k, i)] = x.data()[from(o, std::size_t(index[k]), i)];
    return y;
}
inline A segment_summed(const A& g, const Indices& index, std::size_t length, std::size_t axis) {
    Shape to = g.shape();
    to[axis] = length;
    A y = zeros<double>(to);
    const Along from(g.shape(), axis), at(to, axis);
    for (std::size_t o = 0; o < at.outer; ++o)
        for (std::size_t k = 0; k < from.length; ++k)
            for (std::size_t i = 0; i < at.inner; ++i)
                y.data()[at(o, std::size_t(index[k]), i)] += g.data()[from(o, k, i)];
    return y;
}

inline Indices labels(std::size_t rows, std::size_t columns) {
    Indices all;
    for (std::size_t i = 0; i < rows; ++i) all.push_back(std::int64_t((i * 5 + 2) % columns));
    return all;
}
inline A picked(const A& x) {
    A y = zeros<double>({x.shape()[0]});
    const Indices index = labels(x.shape()[0], x.shape()[1]);
    for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = x.data()[i * x.shape()[1] + std::size_t(index[i])];
    return y;
}
inline A scattered(const A& g, std::size_t columns) {
    A y = zeros<double>({g.size(), columns});
    const Indices index = labels(g.size(), columns);
    for (std::size_t i = 0; i < g.size(); ++i) y.data()[i * columns + std::size_t(index[i])] = g.data()[i];
    return y;
}
inline A ones(const Shape& to) { return filled<double>(to, 1); }
inline A times(const As& x) {
    return elementwise(x, [](const std::vector<double>& e) { return e[0] * e[1]; });
}

}  // namespace xtape::test::reference
