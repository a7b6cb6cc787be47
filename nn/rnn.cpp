// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/rnn.hpp>

namespace xtape::nn {

template <class T> RNN<T>::RNN(const RNNSizes& sizes, std::uint64_t seed) : RNN(sizes, Generator(seed)) {}

template <class T> RNN<T>::RNN(const RNNSizes& sizes, Generator&& generator)
    : cell(sizes.inputs, sizes.hidden, generator), readout(sizes.hidden, sizes.outputs, generator) {
    name_parameters(*this);
}

template <class T> Variable<T> RNN<T>::operator()(const Variable<T>& xs, Where where) const {
    const Frame frame("RNN");
    const Shape& s = xs.value().shape();
    check(s.size() == 3, where, "RNN", "sequences must be (T, B, I); got ", s);
    return readout(unroll(cell, xs, cell.initial(s[1]), where).last, where);
}

template struct RNN<float>;
template struct RNN<double>;

}  // namespace xtape::nn
