// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

// sum_to and broadcast_to are each other's transpose.
struct SumTo {
    static constexpr unsigned reads[] = {nothing};
    Shape to, from;
    auto forward(const auto& x) const { return sum_to(x, to); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return broadcast_to(g, from); }
};
struct BroadcastTo {
    static constexpr unsigned reads[] = {nothing};
    Shape to, from;
    auto forward(const auto& x) const { return broadcast_to(x, to); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return sum_to(g, from); }
};

}  // namespace

bool broadcasts(const Shape& from, const Shape& to) {
    if (from.size() > to.size()) return false;
    const std::size_t lead = to.size() - from.size();
    for (std::size_t i = 0; i < from.size(); ++i)
        if (from[i] != 1 && from[i] != to[lead + i]) return false;
    return true;
}

template <class T> Variable<T> sum_to(const Variable<T>& x, const Shape& to, Where where) {
    const Shape& from = x.value().shape();
    check(broadcasts(to, from), where, "sum_to", "the shape must broadcast to the array's; got ", to, " and ", from);
    return record<T>(where, SumTo{to, from}, x);
}

template <class T> Variable<T> broadcast_to(const Variable<T>& x, const Shape& to, Where where) {
    const Shape& from = x.value().shape();
    check(broadcasts(from, to), where, "broadcast_to", "the array must broadcast to the shape; got ", from, " and ",
          to);
    checked_size(where, "broadcast_to", to);
    return record<T>(where, BroadcastTo{to, from}, x);
}

template <class T> Variable<T> sum(const Variable<T>& x, Where where) { return sum_to(x, Shape{}, where); }

template <class T> Variable<T> sum(const Variable<T>& x, std::ptrdiff_t axis, bool keep, Where where) {
    Shape to = x.value().shape();
    const std::size_t k = checked_axis(where, "sum", axis, to);
    to[k] = 1;
    const Variable<T> kept = sum_to(x, to, where);
    return keep ? kept : reshape(kept, without_axis(to, k), where);
}

template <class T> Variable<T> mean(const Variable<T>& x, Where where) {
    return divide(sum(x, where), Variable<T>(x.value().size()), where);
}
template <class T> Variable<T> mean(const Variable<T>& x, std::ptrdiff_t axis, bool keep, Where where) {
    const std::size_t k = checked_axis(where, "mean", axis, x.value().shape());
    return divide(sum(x, axis, keep, where), Variable<T>(x.value().shape()[k]), where);
}

template Variable<float> sum_to(const Variable<float>&, const Shape&, Where);
template Variable<double> sum_to(const Variable<double>&, const Shape&, Where);
template Variable<float> broadcast_to(const Variable<float>&, const Shape&, Where);
template Variable<double> broadcast_to(const Variable<double>&, const Shape&, Where);
template Variable<float> sum(const Variable<float>&, Where);
template Variable<double> sum(const Variable<double>&, Where);
template Variable<float> sum(const Variable<float>&, std::ptrdiff_t, bool, Where);
template Variable<double> sum(const Variable<double>&, std::ptrdiff_t, bool, Where);
template Variable<float> mean(const Variable<float>&, Where);
template Variable<double> mean(const Variable<double>&, Where);
template Variable<float> mean(const Variable<float>&, std::ptrdiff_t, bool, Where);
template Variable<double> mean(const Variable<double>&, std::ptrdiff_t, bool, Where);

}  // namespace xtape
