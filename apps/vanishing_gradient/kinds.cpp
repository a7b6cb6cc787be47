// SPDX-License-Identifier: BSD-3-Clause
#include "kinds.hpp"

namespace xtape::apps {

const std::vector<Kind>& kinds() {
    using nn::Generator;
    using nn::RNNSizes;
    static const std::vector<Kind> all{
        {"tanh_uniform", "tanh, uniform", uniform_tanh},
        {"tanh_orthogonal", "tanh, orthogonal",
         [](const RNNSizes& s, Generator& g) { return orthogonal_tanh(s, g, 1, 0.5); }},
        {"lstm_0", "LSTM, forget bias 0", [](const RNNSizes& s, Generator& g) { return uniform_lstm(s, g, 0); }},
        {"lstm_1", "LSTM, forget bias 1", [](const RNNSizes& s, Generator& g) { return uniform_lstm(s, g, 1); }},
        {"lstm_2", "LSTM, forget bias 2", [](const RNNSizes& s, Generator& g) { return uniform_lstm(s, g, 2); }},
        {"gru_0", "GRU", [](const RNNSizes& s, Generator& g) { return uniform_gru(s, g, 0); }}};
    return all;
}

}  // namespace xtape::apps
