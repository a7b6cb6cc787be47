// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/gates.hpp>
#include <xtape/nn/layer_norm_lstm.hpp>

#include <algorithm>

namespace xtape::nn {

template <class T>
LayerNormLSTMCell<T>::LayerNormLSTMCell(std::size_t inputs, std::size_t hidden, Generator& generator, T eps)
    : wx("wx", glorot_gates<T>(inputs, hidden, 4, generator)),
      wh("wh", orthogonal_gates<T>(hidden, hidden, 4, generator)),
      b("b", zeros<T>({4 * hidden})),
      gain_x("gain_x", filled<T>({4 * hidden}, 1)),
      gain_h("gain_h", filled<T>({4 * hidden}, 1)),
      gain_c("gain_c", filled<T>({hidden}, 1)),
      bias_c("bias_c", zeros<T>({hidden})),
      epsilon(eps) {
    std::fill_n(b.edit().data() + hidden, hidden, T(1));
}

template <class T>
LSTMState<T> LayerNormLSTMCell<T>::gates(const Variable<T>& p, const LSTMState<T>& s, Where where) const {
    using V = Variable<T>;
    check_state(s.h, p.value().shape()[0], gain_c.value().size(), "LayerNormLSTMCell", where);
    const V none = zeros<T>(gain_h.value().shape());
    const V z = add(p, layer_norm(matmul(s.h, wh, where), gain_h, none, double(epsilon), where), where);
    const V next = lstm_memory(z, s.c, where);
    return {lstm_output(z, layer_norm(next, gain_c, bias_c, double(epsilon), where), where), next};
}

template <class T> Variable<T> LayerNormLSTMCell<T>::project(const Variable<T>& xs, Where where) const {
    const Frame frame("LayerNormLSTMCell");
    return layer_norm(matmul(xs, wx, where), gain_x, b, double(epsilon), where);
}
template <class T>
LSTMState<T> LayerNormLSTMCell<T>::operator()(const Variable<T>& x, const LSTMState<T>& s, Where where) const {
    const Variable<T> p = project(x, where);
    const Frame frame("LayerNormLSTMCell");
    return gates(p, s, where);
}
template <class T> LSTMState<T> LayerNormLSTMCell<T>::step(const Variable<T>& p, std::ptrdiff_t t,
                                                           const LSTMState<T>& s, Where where) const {
    const Frame frame("LayerNormLSTMCell");
    return gates(select(p, 0, t, where), s, where);
}
template <class T> LSTMState<T> LayerNormLSTMCell<T>::initial(std::size_t batch) const {
    const Variable<T> none = zeros<T>({batch, gain_c.value().size()});
    return {none, none};
}

template struct LayerNormLSTMCell<float>;
template struct LayerNormLSTMCell<double>;

}  // namespace xtape::nn
