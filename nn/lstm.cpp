// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/gates.hpp>
#include <xtape/nn/lstm.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::nn {
namespace {

// b_f = ln U(1, longest - 1), b_i = -b_f: forget gates whose memory lasts from one step to the longest lag
template <class T> void chrono(Array<T>& b, std::size_t hidden, double longest, bool coupled, Generator& generator) {
    const Array<double> drawn = uniform<double>(1, hidden, generator, 1);
    for (std::size_t j = 0; j < hidden; ++j) {
        const double lag = std::log(1 + std::abs(drawn(0, j)) * std::max(0.0, longest - 2));
        b(coupled ? j : hidden + j) = T(lag);
        if (!coupled) b(j) = T(-lag);
    }
}

}  // namespace

template <class T>
LSTMCell<T>::LSTMCell(std::size_t inputs, std::size_t units, Generator& generator, const LSTMOptions& o)
    : hidden(units),
      coupled(o.coupled),
      wx("wx", glorot_gates<T>(inputs, hidden, coupled ? 3 : 4, generator)),
      wh("wh", orthogonal_gates<T>(o.projection ? o.projection : hidden, hidden, coupled ? 3 : 4, generator)),
      b("b", zeros<T>({(coupled ? 3 : 4) * hidden})) {
    Array<T>& bias = b.edit();
    std::fill_n(bias.data() + (coupled ? 0 : hidden), hidden, T(o.forget_bias));
    if (o.longest) chrono(bias, hidden, double(o.longest), coupled, generator);
    const auto none = [&](const char* name) { return Parameter<T>(name, zeros<T>({hidden})); };
    if (o.peepholes && !coupled) pi = none("pi");
    if (o.peepholes) pf = none("pf"), po = none("po");
    if (o.projection) wp.emplace("wp", glorot<T>(hidden, o.projection, generator));
}

template <class T> LSTMState<T> LSTMCell<T>::gates(const Variable<T>& z, const Variable<T>& c, Where where) const {
    using V = Variable<T>;
    if (!coupled && !pf) {  // as two operations, which cost less than what they are made of
        const V next = lstm_memory(z, c, where), h = lstm_output(z, next, where);
        return {wp ? matmul(h, *wp, where) : h, next};
    }
    check_state(c, z.value().shape()[0], hidden, "LSTMCell", where);
    const std::size_t n = coupled ? 3 : 4;  // the gates are [i] f g o
    const auto open = [&](std::size_t k, const std::optional<Parameter<T>>& p, const V& memory) {
        const V a = gate(z, k, n, where);
        return sigmoid(p ? add(a, multiply(*p, memory, where), where) : a, where);
    };
    const V f = open(n - 3, pf, c), i = coupled ? subtract(V(1), f, where) : open(0, pi, c);
    const V written = multiply(i, tanh(gate(z, n - 2, n, where), where), where);
    const V next = add(multiply(f, c, where), written, where);
    const V h = multiply(open(n - 1, po, next), tanh(next, where), where);
    return {wp ? matmul(h, *wp, where) : h, next};
}

template <class T>
LSTMState<T> LSTMCell<T>::operator()(const Variable<T>& x, const LSTMState<T>& s, Where where) const {
    const Frame frame("LSTMCell");
    return gates(affine(x, wx, s.h, wh, b, where), s.c, where);
}
template <class T> Variable<T> LSTMCell<T>::project(const Variable<T>& xs, Where where) const {
    const Frame frame("LSTMCell");
    return linear(xs, wx, b, where);
}
template <class T>
LSTMState<T> LSTMCell<T>::step(const Variable<T>& p, std::ptrdiff_t t, const LSTMState<T>& s, Where where) const {
    const Frame frame("LSTMCell");
    return gates(affine(p, t, s.h, wh, where), s.c, where);
}
template <class T> LSTMState<T> LSTMCell<T>::initial(std::size_t batch) const {
    return {zeros<T>({batch, wh.value().shape()[0]}), zeros<T>({batch, hidden})};
}

template struct LSTMCell<float>;
template struct LSTMCell<double>;

}  // namespace xtape::nn
