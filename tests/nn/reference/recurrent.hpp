// SPDX-License-Identifier: BSD-3-Clause
// Our cells with the weights of PyTorch's and Keras's layers.
#pragma once

#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/rnn.hpp>

#include "fixture.hpp"

namespace xtape::test {

template <class Cell> using StateOf = std::remove_cvref_t<decltype(std::declval<const Cell&>().initial(1))>;
template <class Cell> inline constexpr bool is_lstm = std::same_as<Cell, nn::LSTMCell<typename Cell::value_type>>;
template <class Cell> inline constexpr bool is_gru = std::same_as<Cell, nn::GRUCell<typename Cell::value_type>>;
template <class Cell> inline constexpr auto kind_of = is_lstm<Cell>  ? nn::io::Recurrent::lstm
                                                      : is_gru<Cell> ? nn::io::Recurrent::gru
                                                                     : nn::io::Recurrent::rnn;

// A cell of so many inputs that is otherwise made for these weights. They do not say which function an RNN has.
template <class Cell> Cell cell_for(const nn::io::RecurrentWeights<typename Cell::value_type>& w, std::size_t inputs,
                                    nn::Activation activation = nn::Activation::tanh) {
    nn::Generator generator(1);
    if constexpr (is_lstm<Cell>)
        return Cell(inputs, w.b.size() / 4, generator, {.projection = w.wp.shape(1)});
    else if constexpr (is_gru<Cell>)
        return Cell(inputs, w.b.size() / 3, generator, {.reset_after = w.bn.size() > 0});
    else
        return Cell(inputs, w.b.size(), generator, {.activation = activation});
}
template <class Cell> Cell cell_of(const nn::io::RecurrentWeights<typename Cell::value_type>& weights) {
    Cell cell = cell_for<Cell>(weights, weights.wx.shape(0));
    set_parameters(cell, named(weights));
    return cell;
}

// The state that part("h"), and of an LSTM part("c"), gives.
template <class Cell> StateOf<Cell> state_of(const auto& part) {
    if constexpr (is_lstm<Cell>)
        return {part("h"), part("c")};
    else
        return part("h");
}

}  // namespace xtape::test
