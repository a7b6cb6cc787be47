// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/gates.hpp>
#include <xtape/nn/indrnn.hpp>

namespace xtape::nn {

template <class T> IndRNNCell<T>::IndRNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, Activation f)
    : wx("wx", glorot<T>(inputs, hidden, generator)),
      u("u", zeros<T>({hidden})),
      b("b", zeros<T>({hidden})),
      activation(f) {
    for (T& x : u.edit()) x = T(uniform(generator));
}

template <class T>
Variable<T> IndRNNCell<T>::operator()(const Variable<T>& x, const Variable<T>& h, Where where) const {
    const Frame frame("IndRNNCell");
    return activate(activation, linear(x, wx, b, where) + u * h);
}
template <class T> Variable<T> IndRNNCell<T>::project(const Variable<T>& xs, Where where) const {
    const Frame frame("IndRNNCell");
    return linear(xs, wx, b, where);
}
template <class T>
Variable<T> IndRNNCell<T>::step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where where) const {
    const Frame frame("IndRNNCell");
    return activate(activation, select(p, 0, t, where) + u * h);
}
template <class T> Variable<T> IndRNNCell<T>::initial(std::size_t batch) const {
    return zeros<T>({batch, u.value().size()});
}

template struct IndRNNCell<float>;
template struct IndRNNCell<double>;

}  // namespace xtape::nn
