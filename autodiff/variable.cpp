// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/variable.hpp>

namespace xtape {

template <class T> Array<T> filled(const Shape& shape, T value) {
    Array<T> a = Array<T>::from_shape(shape);
    a.fill(value);
    return a;
}

template <class T> Variable<T>::Variable(Array<T> value) : handle_(hold(std::move(value))) {}

template <class T> T Variable<T>::item(Where where) const {
    check(value().size() == 1, where, "item", "the array must hold one number; got shape ", shape());
    return *value().data();
}

template Array<float> filled(const Shape&, float);
template Array<double> filled(const Shape&, double);
template Variable<float>::Variable(Array<float>);
template Variable<double>::Variable(Array<double>);
template float Variable<float>::item(Where) const;
template double Variable<double>::item(Where) const;

}  // namespace xtape
