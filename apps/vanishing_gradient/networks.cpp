// SPDX-License-Identifier: BSD-3-Clause
#include "networks.hpp"

#include <xtape/nn/gates.hpp>
#include <xtape/nn/truncated.hpp>

#include <algorithm>
#include <cmath>

#include "numbers.hpp"

namespace xtape::apps {
namespace {

using nn::Generator;

// U(-1/sqrt H, 1/sqrt H) for all weights; then a bias of their own for the units from `begin` on.
template <class C>
Network uniform_gates(const nn::RNNSizes& sizes, C cell, Generator& generator, std::size_t begin, double b) {
    const double most = 1 / std::sqrt(static_cast<double>(sizes.hidden));
    for (const auto& [path, parameter] : nn::parameters(cell)) {
        if (path[0] != 'w') continue;
        const Shape& s = parameter->value().shape();
        parameter->set(nn::uniform<double>(s[0], s[1], generator, most));
    }
    std::fill_n(cell.b.edit().begin() + static_cast<std::ptrdiff_t>(begin), sizes.hidden, b);
    return {std::move(cell), nn::Readout<double>(sizes.hidden, sizes.outputs, generator)};
}

template <class S> void keep(Reading& reading, const std::vector<S>& states) {
    for (const S& state : states) {
        reading.h.push_back(nn::output(state));
        if constexpr (requires { state.c; }) reading.c.push_back(state.c);
    }
}

Array<double> own_factor(const nn::RNNCell<double>& cell, const V&, const V&, const V& h) {
    if (cell.activation == nn::Activation::relu) return xt::cast<double>(h.value() > 0);
    return 1 - h.value() * h.value();
}
Array<double> own_factor(const nn::LSTMCell<double>& cell, const V& x, const V& before, const V&) {
    return sigmoid(nn::gate(affine(x, cell.wx, before, cell.wh, cell.b), 1, 4)).value();
}
Array<double> own_factor(const nn::GRUCell<double>& cell, const V& x, const V& before, const V&) {
    return sigmoid(nn::gate(affine(x, cell.wx, before, cell.wh, cell.b), 1, 3)).value();
}

}  // namespace

Network tanh_network(const nn::RNNSizes& sizes, Generator& generator, Array<double> wx, Array<double> wh) {
    nn::RNNCell<double> cell(sizes.inputs, sizes.hidden, generator);
    cell.wx.set(std::move(wx));
    cell.wh.set(std::move(wh));
    return {std::move(cell), nn::Readout<double>(sizes.hidden, sizes.outputs, generator)};
}

Network uniform_tanh(const nn::RNNSizes& sizes, Generator& generator) {
    nn::RNNCell<double> cell(sizes.inputs, sizes.hidden, generator, {.init = nn::Init::uniform});
    return {std::move(cell), nn::Readout<double>(sizes.hidden, sizes.outputs, generator)};
}

Network orthogonal_tanh(const nn::RNNSizes& sizes, Generator& generator, double gain, double input_gain) {
    const std::size_t h = sizes.hidden;
    Array<double> wx = nn::glorot<double>(sizes.inputs, h, generator, input_gain);
    return tanh_network(sizes, generator, std::move(wx), nn::orthogonal<double>(h, h, generator, gain));
}

Network uniform_lstm(const nn::RNNSizes& sizes, Generator& generator, double forget_bias) {
    nn::LSTMCell<double> cell(sizes.inputs, sizes.hidden, generator);
    return uniform_gates(sizes, std::move(cell), generator, sizes.hidden, forget_bias);
}

Network uniform_gru(const nn::RNNSizes& sizes, Generator& generator, double keep_bias) {
    nn::GRUCell<double> cell(sizes.inputs, sizes.hidden, generator);
    return uniform_gates(sizes, std::move(cell), generator, sizes.hidden, keep_bias);
}

Array<double> normal_inputs(const Shape& shape, Generator& generator) {
    Array<double> xs = nn::normal<double>(shape[0] * shape[1], shape[2], generator, 1);
    xs.reshape(shape);
    return xs;
}

Reading read(const Network& network, const Array<double>& xs, std::size_t depth) {
    const std::size_t steps = xs.shape()[0], batch = xs.shape()[1];
    Reading reading;
    std::visit(
        [&](const auto& cell) {
            const auto run = nn::truncated(cell, V(xs), cell.initial(batch), {.every = steps, .depth = depth});
            keep(reading, run.states);
        },
        network.cell);
    reading.scores = network.readout(reading.h.back());
    return reading;
}

std::vector<double> gradient_norms(const V& loss, const std::vector<V>& states) {
    const auto gradients = backward(loss, states);
    std::vector<double> norms;
    for (const V& state : states) norms.push_back(norm(gradients[state]));
    return norms;
}

std::vector<Array<double>> own_factors(const Network& network, const Array<double>& xs, const Reading& reading) {
    const NoGrad no_grad;
    std::vector<Array<double>> all;
    std::visit(
        [&](const auto& cell) {
            V before = zeros<double>(reading.h[0].shape());
            for (std::size_t t = 0; t < reading.h.size(); ++t) {
                const V x = select(V(xs), 0, static_cast<std::ptrdiff_t>(t));
                all.push_back(own_factor(cell, x, before, reading.h[t]));
                before = detach(reading.h[t]);
            }
        },
        network.cell);
    return all;
}

}  // namespace xtape::apps
