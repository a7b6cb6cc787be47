// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/norm.hpp>
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

// Each gradient exists twice, as those of gates do: ops/gates.cpp.
template <class T> NormedByX<T> by_x(const Array<T>& g, const Array<T>& x, const Array<T>& gain, double epsilon) {
    return {g, x, gain, epsilon};
}
template <class T> NormedByGain<T> by_gain(const Array<T>& g, const Array<T>& x, double epsilon) {
    return {g, x, epsilon};
}
template <class T> Variable<T> centred(const Variable<T>& x) { return x - mean(x, -1, true); }
template <class T> Variable<T> deviation(const Variable<T>& centred_x, double epsilon) {
    return sqrt(mean(square(centred_x), -1, true) + epsilon);
}
template <class T>
Variable<T> by_x(const Variable<T>& g, const Variable<T>& x, const Variable<T>& gain, double epsilon) {
    const Variable<T> c = centred(x), s = deviation(c, epsilon), n = c / s, h = g * gain;
    return (h - mean(h, -1, true) - n * mean(h * n, -1, true)) / s;
}
template <class T> Variable<T> by_gain(const Variable<T>& g, const Variable<T>& x, double epsilon) {
    const Variable<T> c = centred(x);
    return g * (c / deviation(c, epsilon));
}

// y = n gain + bias         dx: norm.cpp      dgain = dy n         dbias = dy      (n: x less its mean, by its
// deviation)
struct LayerNorm {
    static constexpr unsigned reads[] = {in0 | in1, in0, nothing};
    double epsilon;
    template <class T> Normed<T> forward(const Array<T>& x, const Array<T>& gain, const Array<T>& bias) const {
        return {x, gain, bias, epsilon};
    }
    auto vjp(wrt<0>, auto& g, auto&, auto& x, auto& gain, auto&) const { return by_x(g, x, gain, epsilon); }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&, auto&) const { return by_gain(g, x, epsilon); }
    const auto& vjp(wrt<2>, const auto& g, auto&, auto&, auto&, auto&) const { return g; }
};

}  // namespace

template <class T> Variable<T> layer_norm(const Variable<T>& x, const Variable<T>& gain, const Variable<T>& bias,
                                          double epsilon, Where where) {
    const Shape &s = x.value().shape(), &t = gain.value().shape(), &u = bias.value().shape();
    check(!s.empty() && t.size() == 1 && t == u && s.back() == t[0], where, "layer_norm",
          "shapes must be x (..., N), gain (N,), bias (N,); got ", s, ", ", t, ", ", u);
    check(epsilon >= 0, where, "layer_norm", "epsilon must not be negative; got ", epsilon);
    return record<T>(where, LayerNorm{epsilon}, x, gain, bias);
}

template Variable<float> layer_norm(const Variable<float>&, const Variable<float>&, const Variable<float>&, double,
                                    Where);
template Variable<double> layer_norm(const Variable<double>&, const Variable<double>&, const Variable<double>&, double,
                                     Where);

}  // namespace xtape
