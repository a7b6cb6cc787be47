// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/products.hpp>

#include <xtape/autodiff/check.hpp>
#include <xtape/autodiff/walk.hpp>

#include <algorithm>

namespace xtape {
namespace {

template <class T> Matrix<T> matrix(const T* data, std::size_t rows, std::size_t columns, bool transposed) {
    return transposed ? Matrix<T>{data, columns, rows, columns, true} : Matrix<T>{data, rows, columns, columns, false};
}
template <class T> Matrix<T> matrix(const Array<T>& a, bool transposed) {
    const std::size_t last = a.dimension() - 1;
    return matrix(a.data(), Axis::of(a.shape(), last).outer, a.shape()[last], transposed);
}

// The matrix of an array (..., rows, columns) that begins at a place of its memory
template <class T> Matrix<T> matrix_at(const Array<T>& a, std::size_t place, bool transposed) {
    return matrix(a.data() + place, a.shape()[a.dimension() - 2], a.shape()[a.dimension() - 1], transposed);
}

// start + a b, where one row may be added to each
template <class T>
void multiply_into(const Product<T>& p, Array<T>& out, const std::type_identity_t<T>* start, bool one_row = false) {
    const Matrix<T> a = matrix(p.a, p.ta), b = matrix(p.b, p.tb);
    gemm(a, b, Into<T>{out.data(), b.columns, start, one_row ? 0 : b.columns});
}

template <class T> void multiply_each(const Batched<T>& p, Array<T>& out, bool add) {
    Shape places = p.batch;
    places.push_back(1), places.push_back(1);
    Walk<3> walk(places, {&p.a.shape(), &p.b.shape(), &p.to});
    for (std::size_t n = walk.size(); n > 0; --n, walk.next()) {
        T* const c = out.data() + walk[2];
        const std::size_t columns = p.to.back();
        gemm(matrix_at(p.a, walk[0], p.ta), matrix_at(p.b, walk[1], p.tb),
             Into<T>{c, columns, add ? c : nullptr, columns});
    }
}

}  // namespace

void same_shape(const Shape& out, const Shape& shape) {
    check(out == shape, {}, "gradient", "a contribution must have its array's shape ", out, "; got ", shape);
}

Axis Axis::of(const Shape& shape, std::size_t axis) {
    Axis a{1, shape[axis], 1};
    for (std::size_t i = 0; i < axis; ++i) a.outer *= shape[i];
    for (std::size_t i = axis + 1; i < shape.size(); ++i) a.inner *= shape[i];
    return a;
}

template <class T> void Product<T>::assign_to(Array<T>& out) const {
    out.resize(to);
    multiply_into(*this, out, nullptr);
}
template <class T> void Product<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), to);
    multiply_into(*this, out, out.data());
}

template <class T> void Batched<T>::assign_to(Array<T>& out) const {
    out.resize(to);
    std::size_t matrices = 1;
    for (const std::size_t length : batch) matrices *= length;
    const bool once = matrices * to.back() * to[to.size() - 2] == out.size();  // each matrix of out is one product
    if (!once) out.fill(T(0));
    multiply_each(*this, out, !once);
}
template <class T> void Batched<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), to);
    multiply_each(*this, out, true);
}

template <class T> void Affined<T>::assign_to(Array<T>& out) const {
    Biased<T>{x, wx, b, shape()}.assign_to(out);
    multiply_into(product(h, wh, false, false), out, out.data());
}
template <class T> void Affined<T>::add_to(Array<T>& out) const { add_assigned(*this, out); }

template <class T> void Biased<T>::assign_to(Array<T>& out) const {
    out.resize(to);
    multiply_into(Product<T>{x, w, false, false, to}, out, b.data(), true);
}
template <class T> void Biased<T>::add_to(Array<T>& out) const { add_assigned(*this, out); }

template <class T> void Stepped<T>::assign_to(Array<T>& out) const {
    out.resize(shape());
    multiply_into(product(h, wh, false, false), out, x.data() + band.begin * band.axis.inner);
}
template <class T> void Stepped<T>::add_to(Array<T>& out) const { add_assigned(*this, out); }

template struct Product<float>;
template struct Batched<float>;
template struct Affined<float>;
template struct Biased<float>;
template struct Stepped<float>;
template struct Product<double>;
template struct Batched<double>;
template struct Affined<double>;
template struct Biased<double>;
template struct Stepped<double>;

}  // namespace xtape
