// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/indrnn.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::nn {

template <class T> IndRNNCell<T>::IndRNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, Activation f)
    : wx("wx", glorot<T>(inputs, hidden, generator)),
      u("u", zeros<T>({hidden})),
      b("b", zeros<T>({hidden})),
      activation(f) {
    const Array<T> drawn = uniform<T>(1, hidden, generator, 1);
    std::transform(drawn.begin(), drawn.end(), u.edit().begin(), [](T x) { return std::abs(x); });  // U(0, 1)
}

template <class T> Variable<T> IndRNNCell<T>::next(const Variable<T>& a, const Variable<T>& h, Where where) const {
    check_state(h, a.value().shape()[0], u.value().size(), "IndRNNCell", where);
    return activate(activation, add(a, multiply(u, h, where), where), where);
}

template <class T>
Variable<T> IndRNNCell<T>::operator()(const Variable<T>& x, const Variable<T>& h, Where where) const {
    const Frame frame("IndRNNCell");
    return next(linear(x, wx, b, where), h, where);
}
template <class T> Variable<T> IndRNNCell<T>::project(const Variable<T>& xs, Where where) const {
    const Frame frame("IndRNNCell");
    return linear(xs, wx, b, where);
}
template <class T>
Variable<T> IndRNNCell<T>::step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where where) const {
    const Frame frame("IndRNNCell");
    return next(select(p, 0, t, where), h, where);
}
template <class T> Variable<T> IndRNNCell<T>::initial(std::size_t batch) const {
    return zeros<T>({batch, u.value().size()});
}

template struct IndRNNCell<float>;
template struct IndRNNCell<double>;

}  // namespace xtape::nn
