// SPDX-License-Identifier: BSD-3-Clause
#include "initials.hpp"

#include <cmath>

namespace xtape::apps {
namespace {

using nn::Generator;
using nn::RNNSizes;

Array<double> normal_of(std::size_t rows, std::size_t hidden, Generator& g) {
    return nn::normal<double>(rows, hidden, g, 1 / std::sqrt(static_cast<double>(hidden)));
}
// Glorot's for the matrix of inputs above states, as TensorFlow 1 had it.
Array<double> glorot_of_both(std::size_t rows, const RNNSizes& s, Generator& g) {
    return nn::uniform<double>(rows, s.hidden, g, std::sqrt(6 / static_cast<double>(s.inputs + 2 * s.hidden)));
}
Network identity(const RNNSizes& s, Generator& g) {
    return tanh_network(s, g, nn::glorot<double>(s.inputs, s.hidden, g), xt::eye<double>(s.hidden));
}
Network relu_identity(const RNNSizes& s, Generator& g) {
    Network network = identity(s, g);
    std::get<nn::RNNCell<double>>(network.cell).activation = nn::Activation::relu;
    return network;
}

}  // namespace

const std::vector<Initial>& initials() {
    static const std::vector<Initial> all{
        {"tanh, U(-1/sqrt H, 1/sqrt H)", uniform_tanh, {7.2e-7, 0.571}, {0, 0.616}},
        {"tanh, Glorot of [I + H, H]",
         [](const RNNSizes& s, Generator& g) {
             Array<double> wx = glorot_of_both(s.inputs, s, g);
             return tanh_network(s, g, std::move(wx), glorot_of_both(s.hidden, s, g));
         },
         {3.7e-2, 0.869},
         {6.3e-3, 0.948}},
        {"tanh, N(0, 1/H)",
         [](const RNNSizes& s, Generator& g) {
             Array<double> wx = normal_of(s.inputs, s.hidden, g);
             return tanh_network(s, g, std::move(wx), normal_of(s.hidden, s.hidden, g));
         },
         {1.4e-1, 0.899},
         {4.4e-3, 0.987}},
        {"tanh, Glorot and orthogonal",
         [](const RNNSizes& s, Generator& g) { return orthogonal_tanh(s, g); },
         {8.1e-2, 0.891},
         {2.6e-6, 0.980}},
        {"tanh, orthogonal, W_xh x 0.1",
         [](const RNNSizes& s, Generator& g) { return orthogonal_tanh(s, g, 1, 0.1); },
         {8.9e-1, 0.993},
         {6.7e-2, 0.995}},
        {"tanh, 0.5 x orthogonal",
         [](const RNNSizes& s, Generator& g) { return orthogonal_tanh(s, g, 0.5); },
         {2.9e-9, 0.481},
         {0, 0.499}},
        {"tanh, 1.5 x orthogonal",
         [](const RNNSizes& s, Generator& g) { return orthogonal_tanh(s, g, 1.5); },
         {4.9e1, 1.054},
         {9.3e54, 1.065}},
        {"tanh, identity", identity, {9.8e-2, 0.883}, {4.0e-2, 0.992}},
        {"ReLU, identity", relu_identity, {2.0e-3, 0.976}, {0, 0.999}},
        {"LSTM, forget bias 0",
         [](const RNNSizes& s, Generator& g) { return uniform_lstm(s, g, 0); },
         {1.5e-6, 0.572},
         {2.7e-150, 0.643}},
        {"LSTM, forget bias 1",
         [](const RNNSizes& s, Generator& g) { return uniform_lstm(s, g, 1); },
         {5.4e-3, 0.781},
         {1.3e-51, 0.858}},
        {"LSTM, forget bias 2",
         [](const RNNSizes& s, Generator& g) { return uniform_lstm(s, g, 2); },
         {2.8e-1, 0.897},
         {2.0e2, 0.998}},
        {"GRU, keep bias 0",
         [](const RNNSizes& s, Generator& g) { return uniform_gru(s, g, 0); },
         {3.5e-6, 0.608},
         {9.5e-149, 0.646}},
        {"GRU, keep bias 2",
         [](const RNNSizes& s, Generator& g) { return uniform_gru(s, g, 2); },
         {4.9e-2, 0.888},
         {3.1e-32, 0.911}}};
    return all;
}

}  // namespace xtape::apps
