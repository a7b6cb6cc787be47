// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

// y = x - ln sum e^x        dx = dy - e^y sum dy        (a primitive: composed, e^x overflows)
struct LogSoftmax {
    static constexpr unsigned reads[] = {output};
    std::size_t axis;
    auto forward(const auto& x) const { return log_softmax(x, axis); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return g - exp(y) * keep_sum(g, axis); }
};

// pick and scatter are each other's transpose.
struct Pick {
    static constexpr unsigned reads[] = {nothing};
    Indices index;
    std::size_t columns;
    auto forward(const auto& x) const { return pick(x, index); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return scatter(g, index, columns); }
};
struct Scatter {
    static constexpr unsigned reads[] = {nothing};
    Indices index;
    std::size_t columns;
    auto forward(const auto& g) const { return scatter(g, index, columns); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return pick(g, index); }
};

void check_index(Where where, std::string_view op, const Indices& index, std::size_t rows, std::size_t columns) {
    check(index.size() == rows, where, op, "there must be one index a row, ", rows, "; got ", index.size());
    for (const std::int64_t i : index)
        check(i >= 0 && std::size_t(i) < columns, where, op, "indices must be in [0, ", columns, "); got ", i);
}

}  // namespace

template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis, Where where) {
    return record<T>(where, LogSoftmax{checked_axis(where, "log_softmax", axis, x.value().shape())}, x);
}

template <class T> Variable<T> pick(const Variable<T>& x, const Indices& index, Where where) {
    const Shape& s = x.value().shape();
    check(s.size() == 2, where, "pick", "the array must be (N, K); got ", s, "; try reshape");
    check_index(where, "pick", index, s[0], s[1]);
    return record<T>(where, Pick{index, s[1]}, x);
}

template <class T> Variable<T> scatter(const Variable<T>& g, const Indices& index, std::size_t columns, Where where) {
    const Shape& s = g.value().shape();
    check(s.size() == 1, where, "scatter", "the array must be (N,); got ", s, "; try reshape");
    check_index(where, "scatter", index, s[0], columns);
    checked_size(where, "scatter", {s[0], columns});
    return record<T>(where, Scatter{index, columns}, g);
}

template <class T> Variable<T> cross_entropy(const Variable<T>& x, const Indices& labels, Where where) {
    const Shape& s = x.value().shape();
    check(s.size() == 2 && s[0] > 0, where, "cross_entropy", "scores must be (N, K) with N > 0; got ", s);
    check_index(where, "cross_entropy", labels, s[0], s[1]);
    return negate(mean(pick(log_softmax(x, -1, where), labels, where), where), where);
}

template Variable<float> log_softmax(const Variable<float>&, std::ptrdiff_t, Where);
template Variable<double> log_softmax(const Variable<double>&, std::ptrdiff_t, Where);
template Variable<float> pick(const Variable<float>&, const Indices&, Where);
template Variable<double> pick(const Variable<double>&, const Indices&, Where);
template Variable<float> scatter(const Variable<float>&, const Indices&, std::size_t, Where);
template Variable<double> scatter(const Variable<double>&, const Indices&, std::size_t, Where);
template Variable<float> cross_entropy(const Variable<float>&, const Indices&, Where);
template Variable<double> cross_entropy(const Variable<double>&, const Indices&, Where);

}  // namespace xtape
