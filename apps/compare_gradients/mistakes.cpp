// SPDX-License-Identifier: BSD-3-Clause
#include "mistakes.hpp"

namespace xtape::apps {

const std::vector<Mistake> mistakes{
    {"untransposed-wh", Model::rnn, "dH_{t-1} = dA_t W_h, not W_h'"},
    {"slope-of-a", Model::rnn, "tanh' = 1 - A_t^2, not 1 - H_t^2"},
    {"no-slope", Model::rnn, "dA_t = dH_t"},
    {"forgotten-carry", Model::rnn, "dH_t has the loss of step t alone"},
    {"transposed-dwh", Model::rnn, "dW_h += dA_t' H_{t-1}, not H_{t-1}' dA_t"},
    {"state-after", Model::rnn, "dW_h += H_t' dA_t, not H_{t-1}' dA_t"},
    {"assigned", Model::rnn, "dW = the term of a step, not dW += it"},
    {"bias-mean", Model::rnn, "db += the mean of dA_t over the batch, not the sum"},
    {"sum-for-mean", Model::rnn, "dO_t without 1/B"},
    {"labels-forgotten", Model::rnn, "dO_t = P_t, not P_t - Y_t"},
    {"forgotten-memory", Model::lstm, "dC_t without what comes from C_{t+1}"},
    {"gate-order", Model::lstm, "dZ = [dI dF dO dG], not [dI dF dG dO]"},
    {"memory-for-tanh", Model::lstm, "dO_t = dH_t * C_t * o (1 - o), not tanh C_t"},
    {"forgotten-update", Model::gru, "dH_{t-1} without dH_t * z"},
    {"bias-outside", Model::gru, "db_n = sum of dA_n, not of dA_n * r"},
};

}  // namespace xtape::apps
