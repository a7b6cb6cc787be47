// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Data in and out. xtensor's containers, views and adapted memory convert to arrays by themselves; an Array that is
// moved into a variable is not copied, and value() and gradients are read where they are: value().data().

#include <xtape/autodiff/backward.hpp>

#include <iosfwd>

namespace xtape {

// The numbers in memory, row major, as an array of this shape: array_from<float>(pixels, {28, 28}). Copied, because a
// variable's value never changes.
template <class T, Number N> Array<T> array_from(const N* data, const Shape& shape) {
    Array<T> a = Array<T>::from_shape(shape);
    for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<T>(data[i]);
    return a;
}
// Those of a std::vector or another container that is one piece of memory; throws unless they are as many as the shape
// says.
template <class T, class C>
requires requires(const C& c) { c.data() + c.size(); }
Array<T> array_from(const C& container, const Shape& shape, Where where = Where::here()) {
    const std::size_t size = checked_size(where, "array_from", shape);
    check(size == container.size(), where, "array_from", "the shape must hold as many numbers; got ", container.size(),
          " for ", shape);
    return array_from<T>(container.data(), shape);
}
template <class C>
requires std::floating_point<typename C::value_type>
auto array_from(const C& container, const Shape& shape, Where where = Where::here()) {
    return array_from<typename C::value_type>(container, shape, where);
}
template <class C>
requires std::floating_point<typename C::value_type>
auto array_from(const C& container) { return array_from(container, Shape{container.size()}); }

namespace detail {

std::ostream& print(std::ostream&, const Array<float>&);
std::ostream& print(std::ostream&, const Array<double>&);

}  // namespace detail

// As xtensor prints; gradients with the name and the shape of each. No other array is taken for one of these: xtensor
// prints its own, with <xtensor/xio.hpp>.
template <class A>
requires std::floating_point<typename A::value_type> && std::same_as<A, Array<typename A::value_type>> std::ostream&
operator<<(std::ostream& out, const A& a) {
    return detail::print(out, a);
}
template <AnyVariable V> std::ostream& operator<<(std::ostream& out, const V& v) {
    return detail::print(out, v.value());
}
std::ostream& operator<<(std::ostream&, const Gradients<float>&);
std::ostream& operator<<(std::ostream&, const Gradients<double>&);

}  // namespace xtape

namespace xt {

std::ostream& operator<<(std::ostream&, const xtape::Shape&);  // "(2, 3)"; here, where it is looked for

}  // namespace xt
