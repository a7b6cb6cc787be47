// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

#include <limits>

namespace xtape {
namespace {

// y = x - ln sum e^x        dx = dy - e^y sum dy        (a primitive: composed, e^x overflows)
struct LogSoftmax {
    static constexpr unsigned reads[] = {output};
    std::size_t axis;
    auto forward(const auto& x) const { return log_softmax(x, axis); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return g - exp(y) * keep_sum(g, axis); }
};

// y = e^x / sum e^x         dx = y (dy - sum of dy y)    (0 where the mask is: there neither x nor dy is read)
template <class T>
Variable<T> softmax_pulled(const Variable<T>& g, const Variable<T>& y, const Array<T>& mask, std::size_t axis) {
    const Variable<T> seen = choose(xt::not_equal(mask, T(0)), g, T(0));
    return y * (seen - keep_sum(seen * y, axis));
}
template <class T> struct Softmax {
    static constexpr unsigned reads[] = {output};
    Array<T> mask;
    std::size_t axis;
    auto forward(const auto& x) const { return masked_softmax(x, mask, axis); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return softmax_pulled(g, y, mask, axis); }
};

template <class T>
Variable<T> masked_softmax(const Variable<T>& x, const Array<T>& mask, std::size_t axis, Where where = {}) {
    return record<T>(where, Softmax<T>{mask, axis}, x);
}

// y = ln sum e^x            dx = dy softmax x, not dy e^(x - y), which is off by the digits that y loses
// (where y is -infinity 0, where y is infinity shared among the infinities: no inf - inf)
struct LogSumExp {
    static constexpr unsigned reads[] = {in0 | output};
    std::size_t axis;
    auto forward(const auto& x) const { return log_sum_exp(x, axis); }
    template <class V> V vjp(wrt<0>, const V& g, const V& y, const V& x) const {
        using T = scalar<V>;
        constexpr T infinity = std::numeric_limits<T>::infinity();
        const Array<T> some =
            !xt::equal(plain(x), -infinity) && (!xt::equal(plain(y), infinity) || xt::equal(plain(x), infinity));
        const V finite = choose(xt::equal(plain(x), infinity), zero<T>, x);
        return g * masked_softmax(finite, some, axis);
    }
};

}  // namespace

template <class T> Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis, Where where) {
    return masked_softmax(x, filled<T>({}, T(1)), checked_axis(where, "softmax", axis, x.value().shape()), where);
}
template <class T> Variable<T> softmax(const Variable<T>& x, const Array<T>& mask, std::ptrdiff_t axis, Where where) {
    check(broadcasts(mask.shape(), x.value().shape()), where, "softmax", "the mask must broadcast to the array; got ",
          mask.shape(), " and ", x.value().shape());
    return masked_softmax(x, mask, checked_axis(where, "softmax", axis, x.value().shape()), where);
}

template <class T> Variable<T> logsumexp(const Variable<T>& x, std::ptrdiff_t axis, bool keep, Where where) {
    const std::size_t k = checked_axis(where, "logsumexp", axis, x.value().shape());
    const Variable<T> kept = record<T>(where, LogSumExp{k}, x);
    return keep ? kept : reshape(kept, without_axis(x.value().shape(), k), where);
}

template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis, Where where) {
    return record<T>(where, LogSoftmax{checked_axis(where, "log_softmax", axis, x.value().shape())}, x);
}

template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, Where where) {
    const Shape& s = x.value().shape();
    check(s.size() == 2 && s[0] > 0, where, "cross_entropy", "scores must be (N, K) with N > 0; got ", s);
    check_index(where, "cross_entropy", labels, s[0], s[1]);
    return negate(mean(pick(log_softmax(x, -1, where), labels, where), where), where);
}

template Variable<float> log_softmax(const Variable<float>&, std::ptrdiff_t, Where);
template Variable<double> log_softmax(const Variable<double>&, std::ptrdiff_t, Where);
template Variable<float> softmax(const Variable<float>&, std::ptrdiff_t, Where);
template Variable<float> softmax(const Variable<float>&, const Array<float>&, std::ptrdiff_t, Where);
template Variable<float> logsumexp(const Variable<float>&, std::ptrdiff_t, bool, Where);
template Variable<double> softmax(const Variable<double>&, std::ptrdiff_t, Where);
template Variable<double> softmax(const Variable<double>&, const Array<double>&, std::ptrdiff_t, Where);
template Variable<double> logsumexp(const Variable<double>&, std::ptrdiff_t, bool, Where);
template Variable<float> cross_entropy(const Variable<float>&, const Indices&, Where);
template Variable<double> cross_entropy(const Variable<double>&, const Indices&, Where);

}  // namespace xtape
