// SPDX-License-Identifier: BSD-3-Clause
// Layers of each cell beside PyTorch's RNN, LSTM and GRU: values and gradients, in float and in double.
#include <xtape/nn/layers.hpp>

#include "recurrent.hpp"

namespace xtape::test {
namespace {

// The cells of a file, in the order of PyTorch's states and ours: layer 0 forward [, layer 0 backward], layer 1 ...
template <class Cell, class T> struct Cells {
    const Fixture<T>& fixture;
    std::size_t layers = fixture.has("parameters.weight_ih_l1") ? 2 : 1;
    std::size_t ways = fixture.has("parameters.weight_ih_l0_reverse") ? 2 : 1;

    auto weights(std::size_t k) const { return fixture.torch(kind_of<Cell>, k / ways, k % ways == 1); }
    auto gradients(std::size_t k) const { return fixture.torch_gradients(kind_of<Cell>, k / ways, k % ways == 1); }
    nn::Layers<Cell> network() const {
        const auto f = contains(fixture.name, "relu") ? nn::Activation::relu : nn::Activation::tanh;
        nn::Layers<Cell> made(fixture.input("x").shape(2), {.layers = layers, .bidirectional = ways == 2},
                              [&](std::size_t inputs) { return cell_for<Cell>(weights(0), inputs, f); });
        for (std::size_t k = 0; k < layers * ways; ++k) set_parameters(made.cell(k), named(weights(k)));
        return made;
    }
};

// Outputs of the frameworks are 0 in the padding, where ours repeat the state.
template <class T> Variable<T> without_padding(const Variable<T>& y, const nn::Padding& padding) {
    const Shape& s = y.shape();
    return y * reshape(Variable<T>(padding.mask<T>(s[0])), {s[0], s[1], 1});
}

template <class Cell, class T> void compare(const Fixture<T>& fixture) {
    using V = Variable<T>;
    const Cells<Cell, T> cells{fixture};
    const nn::Layers<Cell> network = cells.network();
    const Tape tape;
    const auto in = fixture.inputs();
    nn::LayersInput<StateOf<Cell>> input;
    if (fixture.has("lengths")) input.padding = nn::Padding(fixture.integers("lengths"));
    for (std::size_t k = 0; k < cells.layers * cells.ways; ++k)
        input.first.push_back(
            state_of<Cell>([&](const std::string& part) { return select(in.at(part + "0"), 0, std::ptrdiff_t(k)); }));
    const auto read = network(in.at("x"), input);

    std::vector<V> h, c;
    for (const auto& last : read.last) {
        h.push_back(nn::output(last));
        if constexpr (is_lstm<Cell>) c.push_back(last.c);
    }
    const V y = fixture.has("lengths") ? without_padding(read.outputs(), input.padding) : read.outputs();
    std::vector<typename Fixture<T>::Output> outputs{{"y", y}, {"h", stack(h)}};
    if (!c.empty()) outputs.emplace_back("c", stack(c));
    const Gradients<T> g = backward(fixture.total(outputs));
    fixture.check_inputs(g, in);
    for (std::size_t k = 0; k < cells.layers * cells.ways; ++k)
        fixture.check_parameters(g, network.cell(k), named(cells.gradients(k)), "cell " + std::to_string(k) + ", ");
}

const Compared rnn{"torch-rnn-tanh-stacked", "torch-rnn-tanh-bidirectional", "torch-rnn-tanh-stacked-bidirectional",
                   "torch-rnn-relu-stacked", "torch-rnn-relu-bidirectional", "torch-rnn-relu-stacked-bidirectional"};
TEST_CASE("PyTorch's RNN, tanh and relu, in layers and both ways, is our RNNCell in Layers") {
    rnn.each([]<class T>(const Fixture<T>& fixture) { compare<nn::RNNCell<T>>(fixture); });
}

const Compared lstm{"torch-lstm-stacked", "torch-lstm-bidirectional", "torch-lstm-stacked-bidirectional",
                    "torch-lstm-lengths", "torch-lstm-projection"};
TEST_CASE("PyTorch's LSTM, in layers and both ways, with lengths, with a projection, is our LSTMCell in Layers") {
    lstm.each([]<class T>(const Fixture<T>& fixture) { compare<nn::LSTMCell<T>>(fixture); });
}

const Compared gru{"torch-gru-stacked", "torch-gru-bidirectional", "torch-gru-stacked-bidirectional"};
TEST_CASE("PyTorch's GRU, in layers and both ways, is our GRUCell in Layers") {
    gru.each([]<class T>(const Fixture<T>& fixture) { compare<nn::GRUCell<T>>(fixture); });
}

}  // namespace
}  // namespace xtape::test
