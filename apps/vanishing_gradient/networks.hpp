// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/rnn.hpp>

#include <string>
#include <variant>

namespace xtape::apps {

using V = Variable<double>;  // float's range, 1e-38 to 1e38, is too small for what vanishes and explodes here
using Cell = std::variant<nn::RNNCell<double>, nn::LSTMCell<double>, nn::GRUCell<double>>;

// A cell, and what is read out of its last state.
struct Network {
    using value_type = double;
    Cell cell;
    nn::Readout<double> readout;
    template <class F> void visit(F&& f) {
        std::visit([&](auto& one) { f("cell", one); }, cell);
        f("readout", readout);
    }
};

// First weights by name. Recurrent weights of tanh units: uniform U(-1/sqrt H, 1/sqrt H), all weights, as PyTorch's;
// orthogonal, scaled; of gates: uniform, with the bias of the gate that keeps.
Network tanh_network(const nn::RNNSizes& sizes, nn::Generator& generator, Array<double> wx, Array<double> wh);
Network uniform_tanh(const nn::RNNSizes& sizes, nn::Generator& generator);
Network orthogonal_tanh(const nn::RNNSizes& sizes, nn::Generator& generator, double gain = 1, double input_gain = 1);
Network uniform_lstm(const nn::RNNSizes& sizes, nn::Generator& generator, double forget_bias);
Network uniform_gru(const nn::RNNSizes& sizes, nn::Generator& generator, double keep_bias);

// N(0, 1), (T, B, I)
Array<double> normal_inputs(const Shape& shape, nn::Generator& generator);

// What a network computed: h after each step, and of an LSTM c.
struct Reading {
    std::vector<V> h, c;
    V scores;  // (B, K), of the last state
    // What carries the past: c of an LSTM, else h.
    const std::vector<V>& memory() const { return c.empty() ? h : c; }
};
Reading read(const Network& network, const Array<double>& xs, std::size_t depth = std::size_t(-1));

// |dL/ds| for each s of these states, of the whole batch.
std::vector<double> gradient_norms(const V& loss, const std::vector<V>& states);

// What an element of the state is multiplied by at each step on its own way, (B, H): tanh' of tanh units, f of an LSTM,
// z of a GRU.
std::vector<Array<double>> own_factors(const Network& network, const Array<double>& xs, const Reading& reading);

}  // namespace xtape::apps
