// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products that are computed where they belong; see array_math.hpp.

#include <xtape/autodiff/array.hpp>
#include <xtape/autodiff/gemm.hpp>

namespace xtape {

// An axis of an array in memory: it is (outer, length, inner).
struct Axis {
    std::size_t outer, length, inner;
    static Axis of(const Shape& shape, std::size_t axis);
};

void same_shape(const Shape& out, const Shape& shape);  // else an error: a gradient's contribution must fit
template <class T> void add_run(const T* from, T* to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) to[i] += from[i];
}

// For work that can only be done into memory of its own
template <class C, class T> void add_assigned(const C& work, Array<T>& out) {
    Array<T> sum;
    work.assign_to(sum);
    same_shape(out.shape(), sum.shape());
    add_run(sum.data(), out.data(), sum.size());
}

// A run of `count` places from `begin` on along one axis of a whole array.
struct Band {
    Axis axis;
    std::size_t begin, count;
    std::size_t size() const { return axis.outer * count * axis.inner; }
};

// op(a) op(b) as an array of this shape. Arrays of more than two axes are matrices (all but the last, last).
template <class T> struct Product {
    const Array<T>&a, &b;
    bool ta, tb;
    Shape to;
    std::size_t rows() const { return Axis::of(a.shape(), a.dimension() - 1).outer; }  // of a as it is stored
    const Shape& shape() const { return to; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};
template <class T> Product<T> product(const Array<T>& a, const Array<T>& b, bool ta, bool tb, const Shape& to) {
    return {a, b, ta, tb, to};
}
template <class T> Product<T> product(const Array<T>& a, const Array<T>& b, bool ta, bool tb) {
    return {a, b, ta, tb, {a.shape()[ta ? 1 : 0], b.shape()[tb ? 0 : 1]}};
}

// The same for batches of matrices (..., rows, columns), whose leading axes broadcast to `batch`; the result is summed
// over those axes of the batch that `to` lacks.
template <class T> struct Batched {
    const Array<T>&a, &b;
    bool ta, tb;
    const Shape& batch;
    Shape to;
    const Shape& shape() const { return to; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};
template <class T>
Batched<T> batched(const Array<T>& a, const Array<T>& b, bool ta, bool tb, const Shape& batch, const Shape& to) {
    return {a, b, ta, tb, batch, to};
}

// x wx + h wh + b in one array: two products onto the bias.
template <class T> struct Affined {
    const Array<T>&x, &wx, &h, &wh, &b;
    Shape shape() const { return {x.shape()[0], wx.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// x w + b, x (..., I): one product onto the bias.
template <class T> struct Biased {
    const Array<T>&x, &w, &b;
    Shape to;
    const Shape& shape() const { return to; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// x[t] + h wh: one product onto the band of x.
template <class T> struct Stepped {
    const Array<T>& x;
    Band band;
    const Array<T>&h, &wh;
    Shape shape() const { return {h.shape()[0], wh.shape()[1]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

}  // namespace xtape
