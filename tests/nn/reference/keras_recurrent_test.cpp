// SPDX-License-Identifier: BSD-3-Clause
// Each cell beside Keras's SimpleRNN, LSTM and GRU: values and gradients, in float and in double. The cells read step
// by step here, and all inputs at once beside PyTorch's.
#include <xtape/nn/bidirectional.hpp>

#include "recurrent.hpp"

namespace xtape::test {
namespace {

template <class Cell> const char* const path = is_lstm<Cell>  ? "lstm/lstm_cell/"
                                               : is_gru<Cell> ? "gru/gru_cell/"
                                                              : "simplernn/simple_rnn_cell/";

// A cell that cannot multiply all inputs at once.
template <class Cell> auto step_by_step(const Cell& cell) {
    return [&cell](const auto& x, const StateOf<Cell>& s) { return cell(x, s); };
}
template <class Cell, class Leaves> StateOf<Cell> first_of(const Leaves& in, const std::string& which = "") {
    return state_of<Cell>([&](const std::string& part) { return in.at(which + part + "0"); });
}
template <class Cell, class Outputs>
void add_last(Outputs& outputs, const StateOf<Cell>& last, const std::string& which = "") {
    outputs.emplace_back(which + "h", nn::output(last));
    if constexpr (is_lstm<Cell>) outputs.emplace_back(which + "c", last.c);
}

template <class T> nn::Padding padding_of(const Fixture<T>& fixture) {
    return fixture.has("mask") ? nn::Padding(fixture.steps("mask")) : nn::Padding();
}
// 1 from each sequence's first step on, before it 0: (T, B, 1)
template <class T> Variable<T> begun(const Fixture<T>& fixture, const Shape& s) {
    Array<T> all = fixture.has("mask") ? fixture.steps("mask") : filled<T>({s[0], s[1]}, 1);
    for (std::size_t t = 1; t < s[0]; ++t)
        for (std::size_t b = 0; b < s[1]; ++b) all(t, b) = std::max(all(t, b), all(t - 1, b));
    all.reshape({s[0], s[1], 1});
    return all;
}

template <class Cell, class T> void compare(const Fixture<T>& fixture) {
    const Cell cell = cell_of<Cell>(fixture.keras(kind_of<Cell>, path<Cell>));
    const Tape tape;
    const auto in = fixture.inputs();
    const auto read = nn::unroll(step_by_step(cell), batch_and_time_exchanged(in.at("x")), first_of<Cell>(in),
                                 {.padding = padding_of(fixture)});
    // In the padding both repeat the last output. Before the first step that is 0 in Keras, which holds outputs apart
    // from states, and the initial state here, where an output is what the state says. Last states are the same.
    const Variable<T> states = read.outputs(), there = begun(fixture, states.shape());
    CHECK(distance((states * (1 - there)).value(), (in.at("h0") * (1 - there)).value()) == 0);
    std::vector<typename Fixture<T>::Output> outputs{{"y", batch_and_time_exchanged(states * there)}};
    add_last<Cell>(outputs, read.last);
    const Gradients<T> g = backward(fixture.total(outputs));
    fixture.check_inputs(g, in);
    fixture.check_parameters(g, cell, named(fixture.keras_gradients(kind_of<Cell>, path<Cell>)));
}

const Compared rnn{"keras-simple-rnn"}, lstm{"keras-lstm"}, gru{"keras-gru-reset-after", "keras-gru-reset-before"},
    masked{"keras-lstm-mask", "keras-lstm-mask-gaps"};
TEST_CASE("Keras's SimpleRNN, LSTM and GRU of either reset are our cells") {
    rnn.each([]<class T>(const Fixture<T>& fixture) { compare<nn::RNNCell<T>>(fixture); });
    lstm.each([]<class T>(const Fixture<T>& fixture) { compare<nn::LSTMCell<T>>(fixture); });
    gru.each([]<class T>(const Fixture<T>& fixture) { compare<nn::GRUCell<T>>(fixture); });
}
TEST_CASE("Keras's masks, with gaps too, are our padding, save what is said before the first step") {
    masked.each([]<class T>(const Fixture<T>& fixture) { compare<nn::LSTMCell<T>>(fixture); });
}

template <class Cell, class T> void compare_bidirectional(const Fixture<T>& fixture) {
    const auto kind = kind_of<Cell>;
    const std::string way = std::string("_") + path<Cell>, to = "bidirectional/forward" + way,
                      fro = "bidirectional/backward" + way;
    const Cell forward = cell_of<Cell>(fixture.keras(kind, to)), backwards = cell_of<Cell>(fixture.keras(kind, fro));
    const Tape tape;
    const auto in = fixture.inputs();
    const auto read =
        nn::bidirectional(step_by_step(forward), step_by_step(backwards), batch_and_time_exchanged(in.at("x")),
                          first_of<Cell>(in, "forward."), first_of<Cell>(in, "backward."), padding_of(fixture));
    Variable<T> y = batch_and_time_exchanged(read.outputs());
    if (fixture.has("mask")) {  // Keras's outputs are 0 in the padding, both ways; ours repeat the states
        const Shape s = y.shape();
        y = y * reshape(transpose(Variable<T>(fixture.steps("mask"))), {s[0], s[1], 1});
    }
    std::vector<typename Fixture<T>::Output> outputs{{"y", y}};
    add_last<Cell>(outputs, read.forward.last, "forward.");
    add_last<Cell>(outputs, read.backward.last, "backward.");
    const Gradients<T> g = backward(fixture.total(outputs));
    fixture.check_inputs(g, in);
    fixture.check_parameters(g, forward, named(fixture.keras_gradients(kind, to)), "forward ");
    fixture.check_parameters(g, backwards, named(fixture.keras_gradients(kind, fro)), "backward ");
}

const Compared both_rnn{"keras-simple-rnn-bidirectional"}, both_gru{"keras-gru-bidirectional"},
    both_lstm{"keras-lstm-bidirectional", "keras-lstm-bidirectional-mask"};
TEST_CASE("Keras's Bidirectional, with a mask too, is our bidirectional") {
    both_rnn.each([]<class T>(const Fixture<T>& fixture) { compare_bidirectional<nn::RNNCell<T>>(fixture); });
    both_gru.each([]<class T>(const Fixture<T>& fixture) { compare_bidirectional<nn::GRUCell<T>>(fixture); });
    both_lstm.each([]<class T>(const Fixture<T>& fixture) { compare_bidirectional<nn::LSTMCell<T>>(fixture); });
}

// The last part of a cell's path, behind the name of its layer
template <class Cell> std::string cell_path() {
    const std::string all = path<Cell>;
    return all.substr(all.find('/'));
}
template <class Below, class Above, class T>
void compare_stacked(const Fixture<T>& fixture, const std::string& lower, const std::string& upper) {
    const std::string lower_path = lower + cell_path<Below>(), upper_path = upper + cell_path<Above>();
    const auto below = cell_of<Below>(fixture.keras(kind_of<Below>, lower_path));
    const auto above = cell_of<Above>(fixture.keras(kind_of<Above>, upper_path));
    const Tape tape;
    const auto in = fixture.inputs();
    const auto first = nn::unroll(below, batch_and_time_exchanged(in.at("x")), first_of<Below>(in, lower + "."));
    const auto second = nn::unroll(above, first.outputs(), first_of<Above>(in, upper + "."));
    std::vector<typename Fixture<T>::Output> outputs{{"y", batch_and_time_exchanged(second.outputs())}};
    add_last<Below>(outputs, first.last, lower + ".");
    add_last<Above>(outputs, second.last, upper + ".");
    const Gradients<T> g = backward(fixture.total(outputs));
    fixture.check_inputs(g, in);
    fixture.check_parameters(g, below, named(fixture.keras_gradients(kind_of<Below>, lower_path)), lower + " ");
    fixture.check_parameters(g, above, named(fixture.keras_gradients(kind_of<Above>, upper_path)), upper + " ");
}
template <class Cell, class T> void compare_stacked(const Fixture<T>& fixture) {
    compare_stacked<Cell, Cell>(fixture, "lower", "upper");
}

const Compared stacked{"keras-stacked"}, rnns{"keras-simple-rnn-stacked"}, lstms{"keras-lstm-stacked"},
    grus{"keras-gru-stacked"};
TEST_CASE("Keras's layers that read layers are our cells that read cells") {
    rnns.each([]<class T>(const Fixture<T>& fixture) { compare_stacked<nn::RNNCell<T>>(fixture); });
    lstms.each([]<class T>(const Fixture<T>& fixture) { compare_stacked<nn::LSTMCell<T>>(fixture); });
    grus.each([]<class T>(const Fixture<T>& fixture) { compare_stacked<nn::GRUCell<T>>(fixture); });
    stacked.each([]<class T>(const Fixture<T>& fixture) {
        compare_stacked<nn::LSTMCell<T>, nn::GRUCell<T>>(fixture, "lstm", "gru");
    });
}

}  // namespace
}  // namespace xtape::test
