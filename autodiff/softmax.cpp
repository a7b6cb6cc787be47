// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/array_math.hpp>
#include <xtape/autodiff/vectors.hpp>
#include <xtape/autodiff/walk.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xtape {
namespace {

template <class T> constexpr T infinity = std::numeric_limits<T>::infinity();

// The largest of the numbers that are not NaN; in eight lanes, which the compiler turns into vector registers
template <class T> T largest(const T* x, std::size_t n) {
    T lanes[8];
    std::fill_n(lanes, 8, -infinity<T>);
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (std::size_t l = 0; l < 8; ++l) lanes[l] = std::max(lanes[l], x[i + l]);
    for (; i < n; ++i) lanes[0] = std::max(lanes[0], x[i]);
    return *std::max_element(lanes, lanes + 8);
}

// x = e^(x - top); gives the sum
template <class T> T exponentials(T* x, std::size_t n, T top) {
    by_vectors<T, 1, 1>(n, {x}, {x}, [top](const auto& v) { return std::array{xsimd::exp(v[0] - Vector<T>(top))}; });
    return sum_of(x, n);
}

// One row along an axis of an array, whose elements are `step` apart, and of the mask that broadcasts to it.
template <class T> struct Row {
    std::size_t place, length, step;
    const T* mask;
    std::size_t mask_step;
    bool masked(std::size_t k) const { return mask[k * mask_step] == T(0); }
};
template <class T, class Each>
void each_row(const Shape& shape, const Array<T>& mask, std::size_t axis, const Each& each) {
    Shape places = shape;
    places[axis] = 1;
    const std::size_t missing = shape.size() - mask.dimension();
    const bool varies = axis >= missing && mask.shape()[axis - missing] > 1;
    const std::size_t mask_step = varies ? Axis::of(mask.shape(), axis - missing).inner : 0;
    const std::size_t step = Axis::of(shape, axis).inner;
    Walk<2> walk(places, {&shape, &mask.shape()});
    for (std::size_t n = walk.size(); n > 0; --n, walk.next())
        each(Row<T>{walk[0], shape[axis], step, mask.data() + walk[1], mask_step});
}
template <class T> void copy_row(const Array<T>& x, const Row<T>& row, std::vector<T>& to) {
    for (std::size_t k = 0; k < row.length; ++k) to[k] = x.data()[row.place + k * row.step];
}

}  // namespace

template <class T> Array<T> log_softmax(const Array<T>& x, std::size_t axis) {
    Array<T> y = Array<T>::from_shape(x.shape());
    std::vector<T> e(x.shape()[axis]);
    each_row(x.shape(), filled<T>({}, T(1)), axis, [&](const Row<T>& row) {
        copy_row(x, row, e);
        const T top = largest(e.data(), row.length), log_sum = std::log(exponentials(e.data(), row.length, top));
        for (std::size_t k = 0; k < row.length; ++k) {
            const std::size_t place = row.place + k * row.step;
            y.data()[place] = x.data()[place] - top - log_sum;
        }
    });
    return y;
}

template <class T> Array<T> log_sum_exp(const Array<T>& x, std::size_t axis) {
    Shape to = x.shape();
    to[axis] = 1;
    Array<T> y = Array<T>::from_shape(to);
    std::vector<T> e(x.shape()[axis]);
    T* out = y.data();
    each_row(x.shape(), filled<T>({}, T(1)), axis, [&](const Row<T>& row) {
        copy_row(x, row, e);
        const T top = largest(e.data(), row.length), shift = std::isfinite(top) ? top : T(0);
        *out++ = shift + std::log(exponentials(e.data(), row.length, shift));
    });
    return y;
}

template <class T> Array<T> masked_softmax(const Array<T>& x, const Array<T>& mask, std::size_t axis) {
    Array<T> y = Array<T>::from_shape(x.shape());
    std::vector<T> e(x.shape()[axis]);
    each_row(x.shape(), mask, axis, [&](const Row<T>& row) {
        for (std::size_t k = 0; k < row.length; ++k)
            e[k] = row.masked(k) ? -infinity<T> : x.data()[row.place + k * row.step];
        const T sum = exponentials(e.data(), row.length, largest(e.data(), row.length));
        for (std::size_t k = 0; k < row.length; ++k)
            y.data()[row.place + k * row.step] = row.masked(k) ? T(0) : e[k] / sum;
    });
    return y;
}

template <class T> void SoftmaxPulled<T>::assign_to(Array<T>& out) const {
    out.resize(y.shape());
    out.fill(T(0));
    add_to(out);
}
template <class T> void SoftmaxPulled<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), y.shape());
    std::vector<T> products(y.shape()[axis]);
    each_row(y.shape(), mask, axis, [&](const Row<T>& row) {
        for (std::size_t k = 0; k < row.length; ++k) {
            const std::size_t place = row.place + k * row.step;
            products[k] = row.masked(k) ? T(0) : g.data()[place] * y.data()[place];
        }
        const T sum = sum_of(products.data(), row.length);
        for (std::size_t k = 0; k < row.length; ++k) {
            const std::size_t place = row.place + k * row.step;
            if (!row.masked(k)) out.data()[place] += y.data()[place] * (g.data()[place] - sum);
        }
    });
}

template struct SoftmaxPulled<float>;
template Array<float> masked_softmax(const Array<float>&, const Array<float>&, std::size_t);
template Array<float> log_softmax(const Array<float>&, std::size_t);
template Array<float> log_sum_exp(const Array<float>&, std::size_t);
template struct SoftmaxPulled<double>;
template Array<double> masked_softmax(const Array<double>&, const Array<double>&, std::size_t);
template Array<double> log_softmax(const Array<double>&, std::size_t);
template Array<double> log_sum_exp(const Array<double>&, std::size_t);

}  // namespace xtape
