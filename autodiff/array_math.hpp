// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Arithmetic on arrays that xtensor lacks, gets wrong or does slowly. Included by rules only, never by users.
// Most functions return work that is done where its result belongs: assign_to(out) and add_to(out).
// They hold references: none may outlive the statement that made it.

#include <xtape/autodiff/indexed.hpp>
#include <xtape/autodiff/products.hpp>

#if __has_include(<xtensor/core/xmath.hpp>)
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#else
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#endif

#include <vector>

namespace xtape {

template <class C, class T>
concept InPlace = requires(const C& c, Array<T>& a) {
    c.shape();
    c.assign_to(a);
    c.add_to(a);
};

// Whether every array in an elementwise expression has this shape, so that nothing is broadcast.
template <class E> bool all_have_shape(const E& e, const Shape& shape) {
    if constexpr (requires { e.arguments(); })
        return std::apply([&](const auto&... x) { return (all_have_shape(x, shape) && ...); }, e.arguments());
    else if constexpr (xt::is_xscalar<E>::value)
        return true;
    else
        return std::equal(shape.begin(), shape.end(), e.shape().begin(), e.shape().end());
}

// Whether element i of the expression reads element i of arrays only, so that it may be written over one of them.
template <class E, class T> inline constexpr bool elementwise = xt::is_xscalar<E>::value || std::same_as<E, Array<T>>;
template <class F, class... A, class T>
inline constexpr bool elementwise<xt::xfunction<F, A...>, T> = (elementwise<std::remove_cvref_t<A>, T> && ...);

// x * 2 has an array of one number on one side, along which xtensor would walk, 30 times slower than by the number
// itself: that is what the expression is made of anew and done with.
template <class E> constexpr bool with_number(const E&, const auto&) { return false; }
template <class F, class T>
bool with_number(const xt::xfunction<F, const Array<T>&, const Array<T>&>& e, const auto& evaluate) {
    using Number = xt::xscalar<T>;
    const auto& [x, y] = e.arguments();
    if (y.size() == 1 && y.dimension() <= x.dimension())
        evaluate(x.shape(), xt::xfunction<F, const Array<T>&, Number>(F(), x, Number(y.data()[0])));
    else if (x.size() == 1 && x.dimension() <= y.dimension())
        evaluate(y.shape(), xt::xfunction<F, Number, const Array<T>&>(F(), Number(x.data()[0]), y));
    else
        return false;
    return true;
}

// xtensor works out how shapes broadcast at every assignment, which costs more than adding a hundred numbers.
// `likely` is the shape of the result where nothing is broadcast.
template <class T, class E> void assign(Array<T>& out, const E& e, const Shape& likely) {
    const auto evaluate = [&](const Shape& shape, const auto& same) {
        out.resize(shape);
        xt::assign_data(out, same, true);
    };
    if constexpr (InPlace<E, T>)
        return e.assign_to(out);
    else if (all_have_shape(e, likely))
        evaluate(likely, e);
    else if (!with_number(e, evaluate))
        xt::noalias(out) = e;
}
template <class T, class E> void accumulate(Array<T>& out, const E& e) {
    if constexpr (InPlace<E, T>)
        e.add_to(out);
    else if (all_have_shape(e, out.shape()))
        xt::assign_data(out, out + e, true);
    else {  // something is broadcast
        Array<T> whole;
        assign(whole, e, out.shape());
        add_run(whole.data(), out.data(), whole.size());
    }
}

// The band of x, with this shape.
template <class T> struct Taken {
    const Array<T>& x;
    Band band;
    Shape to;
    const Shape& shape() const { return to; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// Zeros with g in the band. Adding it touches the band only, so T slices of an array cost O(size), not O(T size).
template <class T> struct Spread {
    const Array<T>& g;
    Band band;
    Shape whole;
    const Shape& shape() const { return whole; }
    std::size_t end() const { return (band.begin + band.count) * band.axis.inner; }  // of the band, if outer is 1
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// g summed over the axes along which an array of shape `to` was broadcast. Sums in pairs: 2e7 ones make 2e7.
template <class T> struct Summed {
    const Array<T>& g;
    Shape to;
    const Shape& shape() const { return to; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

template <class T> struct Reshaped {
    const Array<T>& x;
    Shape to;
    const Shape& shape() const { return to; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// y[i_0, i_1, ...] = x with its axes in the order `axes`
template <class T> struct Transposed {
    const Array<T>& x;
    const std::vector<std::size_t>& axes;
    Shape shape() const;
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// The functions that rules call: on arrays these, on variables the operations of the same name.
template <class T> Taken<T> take_band(const Array<T>& x, const Band& band, const Shape& to) { return {x, band, to}; }
template <class T> Spread<T> spread(const Array<T>& g, const Band& band, const Shape& whole) {
    return {g, band, whole};
}
template <class T> Summed<T> sum_to(const Array<T>& g, const Shape& to) { return {g, to}; }
template <class T> auto broadcast_to(const Array<T>& a, const Shape& to) { return xt::broadcast(a, to); }
template <class T> Reshaped<T> reshape(const Array<T>& x, const Shape& to) { return {x, to}; }
template <class T> Transposed<T> transpose(const Array<T>& x, const std::vector<std::size_t>& axes) {
    return {x, axes};
}
template <class M, class T> auto choose(M&& mask, const Array<T>& g, std::type_identity_t<T> z) {
    return xt::where(std::forward<M>(mask), g, T(z));
}
template <class M, class T> auto choose(M&& mask, std::type_identity_t<T> z, const Array<T>& g) {
    return xt::where(std::forward<M>(mask), T(z), g);
}
template <class M, class T> auto choose(M&& mask, const Array<T>& g, const Array<T>& z) {
    return xt::where(std::forward<M>(mask), g, z);
}
template <class T> Array<T> pow(const Array<T>& x, double p);  // xt::pow is wrong in vectors: 0^0, NaN^0
template <class T> T sum_of(const T* from, std::size_t n);     // in pairs
template <class T>
Array<T> keep_sum(const Array<T>& x, std::size_t axis);  // sum over one axis, which stays with length 1
template <class T> Array<T> log_softmax(const Array<T>& x, std::size_t axis);
template <class T> Array<T> log_sum_exp(const Array<T>& x, std::size_t axis);
// 0 where the mask is, which broadcasts to x; nothing is read there.
template <class T> Array<T> masked_softmax(const Array<T>& x, const Array<T>& mask, std::size_t axis);

// y (g - sum of g y along the axis), 0 where the mask is
template <class T> struct SoftmaxPulled {
    const Array<T>&g, &y, &mask;
    std::size_t axis;
    const Shape& shape() const { return y.shape(); }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};
template <class T>
SoftmaxPulled<T> softmax_pulled(const Array<T>& g, const Array<T>& y, const Array<T>& mask, std::size_t axis) {
    return {g, y, mask, axis};
}

}  // namespace xtape
