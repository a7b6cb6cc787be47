// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/pool.hpp>

#include <type_traits>

#if __has_include(<xtensor/containers/xarray.hpp>)  // 0.26 and later
#include <xtensor/containers/xarray.hpp>
#else
#include <xtensor/xarray.hpp>
#endif

namespace xtape {

using Shape = xt::svector<std::size_t, 4>;

// An xtensor array, row major, in pooled memory: it goes in and out of every xtensor function.
template <class T> using Array =
    xt::xarray_container<xt::uvector<T, PoolAllocator<T>>, xt::layout_type::row_major, Shape>;

template <class E>
concept Expression = xt::is_xexpression<std::remove_cvref_t<E>>::value;

template <class E>
requires Expression<E> Shape shape_of(const E& e) { return Shape(e.shape().begin(), e.shape().end()); }

template <class T> Array<T> filled(const Shape& shape, T value);
template <class T> Array<T> zeros(const Shape& shape) { return filled<T>(shape, T(0)); }

}  // namespace xtape
