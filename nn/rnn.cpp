// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/rnn.hpp>

namespace xtape::nn {
namespace {

template <class T> Array<T> first_recurrent_weights(std::size_t hidden, Generator& generator, bool identity) {
    if (!identity) return orthogonal<T>(hidden, hidden, generator);
    Array<T> one = zeros<T>({hidden, hidden});
    for (std::size_t j = 0; j < hidden; ++j) one(j, j) = 1;
    return one;
}

}  // namespace

template <class T>
RNNCell<T>::RNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, const RNNOptions& options)
    : wx("wx", glorot<T>(inputs, hidden, generator, options.input_gain)),
      wh("wh", first_recurrent_weights<T>(hidden, generator, options.identity)),
      b("b", zeros<T>({hidden})),
      activation(options.activation) {}

template <class T> RNN<T>::RNN(const RNNSizes& sizes, std::uint64_t seed) : RNN(sizes, Generator(seed)) {}

template <class T> RNN<T>::RNN(const RNNSizes& sizes, Generator&& generator)
    : cell(sizes.inputs, sizes.hidden, generator), readout(sizes.hidden, sizes.outputs, generator) {
    name_parameters(*this);
}

template <class T> Variable<T> RNN<T>::operator()(const Variable<T>& xs, Where where) const {
    const Frame frame("RNN");
    const Shape& s = xs.value().shape();
    check(s.size() == 3, where, "RNN", "sequences must be (T, B, I); got ", s);
    return readout(unroll(cell, xs, cell.initial(s[1]), {}, where).last, where);
}

template struct RNNCell<float>;
template struct RNNCell<double>;
template struct RNN<float>;
template struct RNN<double>;

}  // namespace xtape::nn
