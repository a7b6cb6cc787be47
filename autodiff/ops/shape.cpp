// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

#include <numeric>

namespace xtape {
namespace {

// the same elements        dx = dy in x's shape
struct Reshape {
    static constexpr unsigned reads[] = {nothing};
    Shape to, from;
    auto forward(const auto& x) const { return reshape(x, to); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return reshape(g, from); }
};

// axes in another order    dx = dy with its axes put back
struct Transpose {
    static constexpr unsigned reads[] = {nothing};
    std::vector<std::size_t> axes, back;
    auto forward(const auto& x) const { return xtape::transpose(x, axes); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return xtape::transpose(g, back); }
};

// y = a band of x          dx = zeros with dy in the band
struct TakeBand {
    static constexpr unsigned reads[] = {nothing};
    Band band;
    Shape to, whole;
    auto forward(const auto& x) const { return take_band(x, band, to); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return spread(g, band, whole); }
};

// y = zeros with x_k added in band k         dx_k = band k of dy
struct Assemble {
    std::vector<Band> bands;
    std::vector<Shape> shapes;
    Shape whole;
    template <class T> Array<T> forward(const std::vector<Variable<T>>& xs) const {
        Array<T> y = zeros<T>(whole);
        for (std::size_t k = 0; k < xs.size(); ++k) spread(xs[k].value(), bands[k], whole).add_to(y);
        return y;
    }
    auto vjp(std::size_t k, const auto& g) const { return take_band(g, bands[k], shapes[k]); }
};

template <class T>
Variable<T> join(const std::vector<Variable<T>>& xs, const Axis& whole_axis, const Shape& whole, Where where) {
    Assemble rule{{}, {}, whole};
    std::size_t begin = 0;
    for (const Variable<T>& x : xs) {
        const std::size_t rest = whole_axis.outer * whole_axis.inner;
        const std::size_t count = rest ? x.value().size() / rest : 0;
        rule.bands.push_back({whole_axis, begin, count});
        rule.shapes.push_back(x.value().shape());
        begin += count;
    }
    return record_many<T>(where, std::move(rule), xs);
}

std::size_t checked_place(Where where, std::string_view op, std::ptrdiff_t i, std::size_t length, bool end) {
    const auto n = std::ptrdiff_t(length);
    check(i >= -n && i < n + end, where, op, "places must be in [", -n, ", ", n + end, "); got ", i);
    return std::size_t(i < 0 ? i + n : i);
}

}  // namespace

std::size_t checked_axis(Where where, std::string_view op, std::ptrdiff_t axis, const Shape& shape) {
    const auto n = std::ptrdiff_t(shape.size());
    check(axis >= -n && axis < n, where, op, "the axis must be in [", -n, ", ", n, ") for shape ", shape, "; got ",
          axis);
    return std::size_t(axis < 0 ? axis + n : axis);
}

Shape without_axis(const Shape& shape, std::size_t axis) {
    Shape rest(shape.begin(), shape.end() - 1);
    std::copy(shape.begin() + std::ptrdiff_t(axis) + 1, shape.end(), rest.begin() + std::ptrdiff_t(axis));
    return rest;
}

std::size_t checked_size(Where where, std::string_view op, const Shape& shape) {
    std::size_t n = 1;
    for (const std::size_t d : shape)
        check(!__builtin_mul_overflow(n, d, &n), where, op, "a shape must have fewer than 2^64 elements; got ", shape);
    return n;
}

template <class T> Variable<T> take_band(const Variable<T>& x, const Band& band, const Shape& to) {
    return record<T>(Where{}, TakeBand{band, to, x.value().shape()}, x);
}

template <class T> Variable<T> assemble(const std::vector<SpreadOf<T>>& pieces) {
    Assemble rule{{}, {}, pieces.front().whole};
    std::vector<Variable<T>> gs;
    for (const SpreadOf<T>& p : pieces) {
        rule.bands.push_back(p.band);
        rule.shapes.push_back(p.g.value().shape());
        gs.push_back(p.g);
    }
    return record_many<T>(Where{}, std::move(rule), gs);
}

template <class T> Variable<T> reshape(const Variable<T>& x, const Shape& to, Where where) {
    check(checked_size(where, "reshape", to) == x.value().size(), where, "reshape",
          "the number of elements must stay; got ", x.value().shape(), " to ", to);
    return record<T>(where, Reshape{to, x.value().shape()}, x);
}

template <class T> Variable<T> transpose(const Variable<T>& x, const std::vector<std::size_t>& axes, Where where) {
    const std::size_t n = x.value().dimension();
    std::vector<std::size_t> back(n, n);
    for (std::size_t i = 0; i < axes.size(); ++i)
        if (axes[i] < n) back[axes[i]] = i;
    check(axes.size() == n && std::find(back.begin(), back.end(), n) == back.end(), where, "transpose",
          "axes must be each of 0 to ", n, " - 1 once; got ", axes);
    return record<T>(where, Transpose{axes, back}, x);
}

template <class T> Variable<T> transpose(const Variable<T>& x, Where where) {
    std::vector<std::size_t> axes(x.value().dimension());
    std::iota(axes.rbegin(), axes.rend(), 0);
    return transpose(x, axes, where);
}

template <class T> Variable<T> select(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t i, Where where) {
    const Shape& whole = x.value().shape();
    const std::size_t k = checked_axis(where, "select", axis, whole);
    const Band band{Axis::of(whole, k), checked_place(where, "select", i, whole[k], false), 1};
    return record<T>(where, TakeBand{band, without_axis(whole, k), whole}, x);
}

template <class T>
Variable<T> slice(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t begin, std::ptrdiff_t end, Where where) {
    const Shape& whole = x.value().shape();
    const std::size_t k = checked_axis(where, "slice", axis, whole);
    const std::size_t from = checked_place(where, "slice", begin, whole[k], true);
    const std::size_t till = checked_place(where, "slice", end, whole[k], true);
    check(from <= till, where, "slice", "the end must not come before the beginning; got ", begin, " and ", end);
    Shape to = whole;
    to[k] = till - from;
    return record<T>(where, TakeBand{{Axis::of(whole, k), from, till - from}, to, whole}, x);
}

template <class T> Variable<T> stack(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis, Where where) {
    check(!xs.empty(), where, "stack", "there must be arrays; got none");
    const Shape& one = xs.front().value().shape();
    for (const Variable<T>& x : xs)
        check(x.value().shape() == one, where, "stack", "arrays must have one shape; got ", one, " and ",
              x.value().shape());
    Shape whole(one.size() + 1, xs.size());
    const std::size_t k = checked_axis(where, "stack", axis, whole);
    std::copy(one.begin(), one.begin() + std::ptrdiff_t(k), whole.begin());
    std::copy(one.begin() + std::ptrdiff_t(k), one.end(), whole.begin() + std::ptrdiff_t(k) + 1);
    return join(xs, Axis::of(whole, k), whole, where);
}

template <class T> Variable<T> concatenate(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis, Where where) {
    check(!xs.empty(), where, "concatenate", "there must be arrays; got none");
    Shape whole = xs.front().value().shape();
    const std::size_t k = checked_axis(where, "concatenate", axis, whole);
    whole[k] = 0;
    for (const Variable<T>& x : xs) {
        Shape s = x.value().shape();
        const std::size_t length = s.size() == whole.size() ? s[k] : 0;
        if (s.size() == whole.size()) s[k] = whole[k];
        check(s == whole, where, "concatenate", "arrays must agree in all axes but ", k, "; got ",
              xs.front().value().shape(), " and ", x.value().shape());
        whole[k] += length;
    }
    return join(xs, Axis::of(whole, k), whole, where);
}

template Variable<float> take_band(const Variable<float>&, const Band&, const Shape&);
template Variable<double> take_band(const Variable<double>&, const Band&, const Shape&);
template Variable<float> assemble(const std::vector<SpreadOf<float>>&);
template Variable<double> assemble(const std::vector<SpreadOf<double>>&);
template Variable<float> reshape(const Variable<float>&, const Shape&, Where);
template Variable<double> reshape(const Variable<double>&, const Shape&, Where);
template Variable<float> transpose(const Variable<float>&, const std::vector<std::size_t>&, Where);
template Variable<double> transpose(const Variable<double>&, const std::vector<std::size_t>&, Where);
template Variable<float> transpose(const Variable<float>&, Where);
template Variable<double> transpose(const Variable<double>&, Where);
template Variable<float> select(const Variable<float>&, std::ptrdiff_t, std::ptrdiff_t, Where);
template Variable<double> select(const Variable<double>&, std::ptrdiff_t, std::ptrdiff_t, Where);
template Variable<float> slice(const Variable<float>&, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, Where);
template Variable<double> slice(const Variable<double>&, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, Where);
template Variable<float> stack(const std::vector<Variable<float>>&, std::ptrdiff_t, Where);
template Variable<double> stack(const std::vector<Variable<double>>&, std::ptrdiff_t, Where);
template Variable<float> concatenate(const std::vector<Variable<float>>&, std::ptrdiff_t, Where);
template Variable<double> concatenate(const std::vector<Variable<double>>&, std::ptrdiff_t, Where);

}  // namespace xtape
