// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/rnn.hpp>

#include <cmath>
#include <limits>

namespace xtape::nn {
namespace {

template <class T> Array<T> first_wx(Init init, std::size_t inputs, std::size_t hidden, Generator& generator) {
    if (init == Init::uniform) return uniform<T>(inputs, hidden, generator, 1 / std::sqrt(double(hidden)));
    if (init == Init::normal) return normal<T>(inputs, hidden, generator, 1 / std::sqrt(double(inputs)));
    return glorot<T>(inputs, hidden, generator, init == Init::glorot ? 1 : 0.5);
}

template <class T> Array<T> identity_matrix(std::size_t n) {
    Array<T> w = zeros<T>({n, n});
    for (std::size_t i = 0; i < n; ++i) w(i, i) = 1;
    return w;
}

template <class T> Array<T> first_wh(Init init, std::size_t hidden, Generator& generator) {
    if (init == Init::orthogonal) return orthogonal<T>(hidden, hidden, generator);
    if (init == Init::identity) return identity_matrix<T>(hidden);
    if (init == Init::glorot) return glorot<T>(hidden, hidden, generator);
    const double scale = 1 / std::sqrt(double(hidden));
    return init == Init::normal ? normal<T>(hidden, hidden, generator, scale)
                                : uniform<T>(hidden, hidden, generator, scale);
}

template <class T> Array<T> first_b(Init init, std::size_t hidden, Generator& generator) {
    if (init != Init::uniform) return zeros<T>({hidden});
    Array<T> b = uniform<T>(1, hidden, generator, 1 / std::sqrt(double(hidden)));
    b.reshape({hidden});
    return b;
}

template <class T> Readout<T> readout_of(const RNNSizes& sizes, Generator& generator, const RNNOptions& options) {
    return options.skip ? Readout<T>(sizes.hidden, sizes.inputs, sizes.outputs, generator)
                        : Readout<T>(sizes.hidden, sizes.outputs, generator);
}

}  // namespace

template <class T>
RNNCell<T>::RNNCell(std::size_t inputs, std::size_t hidden, Generator& generator, const RNNCellOptions& options)
    : wx("wx", first_wx<T>(options.init, inputs, hidden, generator)),
      wh("wh", first_wh<T>(options.init, hidden, generator)),
      b("b", first_b<T>(options.init, hidden, generator)),
      activation(options.activation) {}

template <class T> RNN<T>::RNN(const RNNSizes& sizes, std::uint64_t seed, const RNNOptions& options)
    : RNN(sizes, Generator(seed), options) {}

template <class T> RNN<T>::RNN(const RNNSizes& sizes, Generator&& generator, const RNNOptions& options)
    : cell(sizes.inputs, sizes.hidden, generator, {.init = options.init}),
      readout(readout_of<T>(sizes, generator, options)) {
    name_parameters(*this);
}

template <class T> Variable<T> RNN<T>::scores(const Variable<T>& xs, const Variable<T>& h, Where where) const {
    const Variable<T> last = unroll(cell, xs, h, {}, where).last;
    return readout.u ? readout(last, select(xs, 0, -1, where), where) : readout(last, where);
}

template <class T> Variable<T> RNN<T>::operator()(const Variable<T>& xs, Where where) const {
    return truncated(xs, std::numeric_limits<std::size_t>::max(), where);
}

template <class T> Variable<T> RNN<T>::truncated(const Variable<T>& xs, std::size_t depth, Where where) const {
    const Frame frame("RNN");
    const Shape& s = xs.value().shape();
    check(s.size() == 3, where, "RNN", "sequences must be (T, B, I); got ", s);
    check(depth > 0, where, "RNN", "gradients must go through one step or more; got a depth of 0");
    if (depth >= s[0]) return scores(xs, cell.initial(s[1]), where);
    const auto end = std::ptrdiff_t(s[0]), cut = end - std::ptrdiff_t(depth);
    const auto before = [&] {
        const NoGrad constants;
        return unroll(cell, slice(xs, 0, 0, cut, where), cell.initial(s[1]), {}, where).last;
    };
    return scores(slice(xs, 0, cut, end, where), before(), where);
}

template struct RNNCell<float>;
template struct RNNCell<double>;
template struct RNN<float>;
template struct RNN<double>;

}  // namespace xtape::nn
