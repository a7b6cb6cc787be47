// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Layer norm along the last axis, n = (x - mean) / sqrt(variance + epsilon), row by row; see array_math.hpp.

#include <xtape/autodiff/products.hpp>

namespace xtape {

// y = n gain + bias                    x (..., N)  gain (N)  bias (N)
template <class T> struct Normed {
    const Array<T>&x, &gain, &bias;
    double epsilon;
    const Shape& shape() const { return x.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
// The gradient by x, from g of y; and g n, which sums to that by the gain
template <class T> struct NormedByX {
    const Array<T>&g, &x, &gain;
    double epsilon;
    const Shape& shape() const { return x.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};
template <class T> struct NormedByGain {
    const Array<T>&g, &x;
    double epsilon;
    const Shape& shape() const { return x.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const { add_assigned(*this, out); }
};

}  // namespace xtape
