// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Cells of the engine, each with the one of nn/analytic.

#include <xtape/nn/analytic/gru.hpp>
#include <xtape/nn/analytic/lstm.hpp>
#include <xtape/nn/analytic/rnn_cells.hpp>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/rnn.hpp>

namespace xtape::apps {

using Plain = xt::xarray<double>;

struct RnnKind {
    using Cell = nn::RNNCell<double>;
    using Hand = nn::analytic::RnnCell<double>;
};
struct LstmKind {
    using Cell = nn::LSTMCell<double>;
    using Hand = nn::analytic::LstmCell<double>;
};
struct GruKind {
    using Cell = nn::GRUCell<double>;
    using Hand = nn::analytic::GruCell<double>;
};

}  // namespace xtape::apps
