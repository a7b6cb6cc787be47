// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

struct Less {
    static auto holds(const auto& a, const auto& b) { return a < b; }
};
struct Greater {
    static auto holds(const auto& a, const auto& b) { return a > b; }
};

// z = x, or y where x is beaten by y or y is NaN: max(x, y), min(x, y)
// dx = dz, half of it where x = y, 0 where x is beaten; dy likewise. At NaN nothing is beaten: it is seen on both
// sides.
template <class Beaten> struct Extreme {
    static constexpr unsigned reads[] = {in0 | in1, in0 | in1};
    auto forward(const auto& x, const auto& y) const {
        return xt::where(Beaten::holds(x, y) || !xt::equal(y, y), y, x);
    }
    auto vjp(wrt<0>, auto& g, auto&, auto& x, auto& y) const { return share(g, plain(x), plain(y)); }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto& y) const { return share(g, plain(y), plain(x)); }
    template <class V> static V share(const V& g, const auto& mine, const auto& other) {
        const V half = g / 2;
        const V shared = choose(xt::equal(mine, other), half, g);
        return choose(Beaten::holds(mine, other), zero<scalar<V>>, shared);
    }
};

struct Maximum : Extreme<Less> {};
struct Minimum : Extreme<Greater> {};

// y = |x|                   dx = dy where x > 0, -dy where x < 0, 0 at 0; dy at NaN
struct Abs {
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return xt::abs(x); }
    template <class V> V vjp(wrt<0>, const V& g, auto&, const V& x) const {
        const V minus = -g;
        const V turned = choose(plain(x) < zero<scalar<V>>, minus, g);
        return choose(xt::equal(plain(x), zero<scalar<V>>), zero<scalar<V>>, turned);
    }
};

}  // namespace

template <class T> Variable<T> maximum(const Variable<T>& x, const Variable<T>& y, Where where) {
    check_broadcast(where, "maximum", x.value().shape(), y.value().shape());
    return record<T>(where, Maximum{}, x, y);
}
template <class T> Variable<T> minimum(const Variable<T>& x, const Variable<T>& y, Where where) {
    check_broadcast(where, "minimum", x.value().shape(), y.value().shape());
    return record<T>(where, Minimum{}, x, y);
}
template <class T> Variable<T> abs(const Variable<T>& x, Where where) { return record<T>(where, Abs{}, x); }

template Variable<float> maximum(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> maximum(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> minimum(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> minimum(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> abs(const Variable<float>&, Where);
template Variable<double> abs(const Variable<double>&, Where);

}  // namespace xtape
