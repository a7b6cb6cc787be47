// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/dropout.hpp>

namespace xtape::nn {
namespace {

// m / (1 - p) as a constant: a product, so that infinities and NaN stay visible.
template <class T> Variable<T> mask(const Shape& shape, double p, const Draw& draw, Where where) {
    Array<T> m = bernoulli<T>(shape, 1 - p, source(where), draw, where);
    for (T& x : m) x *= T(1 / (1 - p));
    return m;
}

}  // namespace

void check_rate(double p, const char* op, Where where) {
    check(p >= 0 && p < 1, where, op, "the rate must be in [0, 1); got ", p);
}

template <class T> Variable<T> dropout(const Variable<T>& x, double p, const Draw& draw, Where where) {
    check_rate(p, "dropout", where);
    if (!training() || p == 0) return x;
    return multiply(x, mask<T>(x.value().shape(), p, draw, where), where);
}

template <class T> Variable<T> VariationalDropout::operator()(const Variable<T>& x, Where where) const {
    const Frame frame("VariationalDropout");
    if (!training() || p == 0) return x;
    Shape shape = x.value().shape();
    if (shape.size() > 2) shape.erase(shape.begin());
    return multiply(x, mask<T>(shape, p, {.layer = layer, .time = Draw::all_steps}, where), where);
}

template <class T>
Variable<T> zoneout(const Variable<T>& next, const Variable<T>& before, double p, const Draw& draw, Where where) {
    check_rate(p, "zoneout", where);
    check(next.value().shape() == before.value().shape(), where, "zoneout", "states must have one shape; got ",
          next.value().shape(), " and ", before.value().shape());
    if (p == 0) return next;
    if (!training()) return add(next, multiply(Variable<T>(p), subtract(before, next, where), where), where);
    return xtape::where(bernoulli<T>(next.value().shape(), p, source(where), draw, where), before, next, where);
}

template Variable<float> dropout(const Variable<float>&, double, const Draw&, Where);
template Variable<double> dropout(const Variable<double>&, double, const Draw&, Where);
template Variable<float> zoneout(const Variable<float>&, const Variable<float>&, double, const Draw&, Where);
template Variable<double> zoneout(const Variable<double>&, const Variable<double>&, double, const Draw&, Where);
template Variable<float> VariationalDropout::operator()(const Variable<float>&, Where) const;
template Variable<double> VariationalDropout::operator()(const Variable<double>&, Where) const;

}  // namespace xtape::nn
