// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/gates.hpp>
#include <xtape/nn/gru.hpp>

namespace xtape::nn {

template <class T>
GRUCell<T>::GRUCell(std::size_t inputs, std::size_t hidden, Generator& generator, const GRUOptions& options)
    : reset_after(options.reset_after),
      wx("wx", glorot_gates<T>(inputs, hidden, 3, generator)),
      wh("wh", orthogonal_gates<T>(hidden, hidden, 3, generator)),
      b("b", zeros<T>({3 * hidden})),
      bn("bn", zeros<T>({hidden})) {}

template <class T>
Variable<T> GRUCell<T>::gates(const Variable<T>& a, const Variable<T>& h, const Variable<T>& read, Where where) const {
    using V = Variable<T>;
    if (reset_after)  // one operation, which costs less than what it is made of
        return gru_gates(a, matmul(read, wh, where), h, bn, where);
    check_state(h, a.value().shape()[0], bn.value().size(), "GRUCell", where);
    const V an = gate(a, 2, 3, where);
    const auto split = std::ptrdiff_t(2 * bn.value().size());
    const V m = matmul(read, slice(wh, 1, 0, split, where), where);
    const auto open = [&](std::size_t k) {
        return sigmoid(add(gate(a, k, 3, where), gate(m, k, 2, where), where), where);
    };
    const V r = open(0), z = open(1), reset = multiply(r, read, where);
    const V n = tanh(add(an, matmul(reset, gate<T>(wh, 2, 3, where), where), where), where);
    return add(n, multiply(z, subtract(h, n, where), where), where);  // n + z (h - n)
}

template <class T> Variable<T> GRUCell<T>::operator()(const Variable<T>& x, const Variable<T>& h, Where where) const {
    const Frame frame("GRUCell");
    return gates(linear(x, wx, b, where), h, h, where);
}
template <class T> Variable<T> GRUCell<T>::reading(const Variable<T>& x, const Variable<T>& h, const Variable<T>& read,
                                                   Where where) const {
    const Frame frame("GRUCell");
    return gates(linear(x, wx, b, where), h, read, where);
}
template <class T> Variable<T> GRUCell<T>::project(const Variable<T>& xs, Where where) const {
    const Frame frame("GRUCell");
    return linear(xs, wx, b, where);
}
template <class T>
Variable<T> GRUCell<T>::step(const Variable<T>& p, std::ptrdiff_t t, const Variable<T>& h, Where where) const {
    const Frame frame("GRUCell");
    return gates(select(p, 0, t, where), h, h, where);
}
template <class T> Variable<T> GRUCell<T>::initial(std::size_t batch) const {
    return zeros<T>({batch, bn.value().size()});
}

template struct GRUCell<float>;
template struct GRUCell<double>;

}  // namespace xtape::nn
