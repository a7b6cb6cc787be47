// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

#include <cmath>
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
    const Variable<T> seen = mask.dimension() == 0 ? g : choose(!xt::equal(mask, T(0)), g, T(0));
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

template <class T> void check_labels(const Variable<T>& x, const Indices& labels, Where where) {
    check_index(where, "cross_entropy", labels, x.value().shape()[0], x.value().shape()[1]);
}
// -sum of target log_softmax(x) for each row, where the target is 1 - p at the label and p / K everywhere: (N)
template <class T> Variable<T> losses(const Variable<T>& x, const Indices& labels, double p, Where where) {
    const Variable<T> y = log_softmax(x, -1, where), at_label = negate(pick(y, labels, where), where);
    return p == 0 ? at_label : (1 - p) * at_label - p * mean(y, 1, false, where);
}

template <class T> T total_weight(const Array<T>& weights, std::size_t rows, Where where) {
    check(weights.shape() == Shape{rows}, where, "cross_entropy", "there must be one weight a row, ", rows,
          "; got shape ", weights.shape());
    for (const T w : weights)
        check(w >= 0 && std::isfinite(w), where, "cross_entropy", "weights must be finite and not negative; got ", w);
    const T total = sum_of(weights.data(), rows);
    check(total > 0, where, "cross_entropy", "some row must count; got weight 0 for each of ", rows);
    return total;
}

// Rows of weight 0 are zeros instead, with label 0, so that nothing comes from them, NaN neither.
template <class T> Variable<T> weighted_cross_entropy(const Variable<T>& x, Indices labels, const Array<T>& weights,
                                                      double p, Where where) {
    const T total = total_weight(weights, x.value().shape()[0], where);
    for (std::size_t i = 0; i < std::min(labels.size(), weights.size()); ++i)
        if (weights.data()[i] == 0) labels[i] = 0;
    check_labels(x, labels, where);
    Array<T> counts = weights;
    counts.reshape(std::vector<std::size_t>{weights.size(), 1});
    const Variable<T> counted = xtape::where(counts, x, Variable<T>(0), where);
    return sum(losses(counted, labels, p, where) * Variable<T>(weights / total), where);
}

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

template <class T>
Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, const CrossEntropy<T>& options, Where where) {
    const Shape& s = x.value().shape();
    check(s.size() == 2 && s[0] > 0, where, "cross_entropy", "scores must be (N, K) with N > 0; got ", s);
    const double p = options.smoothing;
    check(p >= 0 && p <= 1, where, "cross_entropy", "smoothing must be in [0, 1]; got ", p);
    if (options.weights) return weighted_cross_entropy(x, labels, *options.weights, p, where);
    check_labels(x, labels, where);
    return mean(losses(x, labels, p, where), where);
}
template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, Where where) {
    return cross_entropy(x, labels, {}, where);
}

template Variable<float> softmax(const Variable<float>&, std::ptrdiff_t, Where);
template Variable<float> softmax(const Variable<float>&, const Array<float>&, std::ptrdiff_t, Where);
template Variable<float> logsumexp(const Variable<float>&, std::ptrdiff_t, bool, Where);
template Variable<double> softmax(const Variable<double>&, std::ptrdiff_t, Where);
template Variable<double> softmax(const Variable<double>&, const Array<double>&, std::ptrdiff_t, Where);
template Variable<double> logsumexp(const Variable<double>&, std::ptrdiff_t, bool, Where);
template Variable<float> log_softmax(const Variable<float>&, std::ptrdiff_t, Where);
template Variable<double> log_softmax(const Variable<double>&, std::ptrdiff_t, Where);
template Variable<float> cross_entropy(const Variable<float>&, const Indices&, Where);
template Variable<float> cross_entropy(const Variable<float>&, const Indices&, const CrossEntropy<float>&, Where);
template Variable<double> cross_entropy(const Variable<double>&, const Indices&, Where);
template Variable<double> cross_entropy(const Variable<double>&, const Indices&, const CrossEntropy<double>&, Where);

}  // namespace xtape
