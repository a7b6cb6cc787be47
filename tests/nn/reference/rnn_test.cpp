// SPDX-License-Identifier: BSD-3-Clause
// The Elman network beside PyTorch's and Keras's: values and gradients, in float and in double.
#include <algorithm>
#include <deque>
#include <xtape/nn/rnn.hpp>

#include "fixture.hpp"

namespace xtape::test {
namespace {

using nn::io::Recurrent;

template <class T> nn::RNNCell<T> cell_of(const nn::io::RecurrentWeights<T>& weights) {
    nn::Generator generator(1);
    nn::RNNCell<T> cell(weights.wx.shape(0), weights.b.size(), generator);
    cell.wx.set(weights.wx), cell.wh.set(weights.wh), cell.b.set(weights.b);
    return cell;
}

// h_1 ... h_T (T, B, H) and the last of them, from either end of xs.
template <class T> using Run = std::pair<Variable<T>, Variable<T>>;
template <class T> Run<T> run(const auto& cell, const Variable<T>& xs, const Variable<T>& h0, bool reverse) {
    const auto turned = [&](std::vector<Variable<T>> all) {
        if (reverse) std::ranges::reverse(all);
        return stack(all);
    };
    std::vector<Variable<T>> steps;
    for (std::size_t t = 0; t < xs.shape()[0]; ++t) steps.push_back(select(xs, 0, std::ptrdiff_t(t)));
    const nn::Unrolled<Variable<T>> all = nn::unroll(cell, turned(steps), h0);
    return {turned(all.states), all.last};
}

template <class T>
Run<T> run(const nn::RNNCell<T>& c, const Variable<T>& xs, const Variable<T>& h0, bool reverse, bool rectified) {
    if (!rectified) return run<T>(c, xs, h0, reverse);
    const auto cell = [&](const Variable<T>& x, const Variable<T>& h) { return relu(affine(x, c.wx, h, c.wh, c.b)); };
    return run<T>(cell, xs, h0, reverse);
}

template <class T> void check_weights(const Fixture<T>& fixture, const Gradients<T>& g, const nn::RNNCell<T>& cell,
                                      const nn::io::RecurrentWeights<T>& theirs, const std::string& which) {
    fixture.check_gradient(which + "wx", g[cell.wx], theirs.wx);
    fixture.check_gradient(which + "wh", g[cell.wh], theirs.wh);
    fixture.check_gradient(which + "b", g[cell.b], theirs.b);
}

struct Network {
    std::string name;
    std::size_t layers, directions;
};

template <class T> void compare_with_torch(const Network& network, bool rectified) {
    const Fixture<T> fixture("torch-rnn-" + std::string(rectified ? "relu-" : "tanh-") + network.name);
    std::deque<nn::RNNCell<T>> cells;
    const Tape tape;
    const Variable<T> x = variable(fixture.input("x")), h0 = variable(fixture.input("h0"));
    Variable<T> y = x;
    std::vector<Variable<T>> last;
    for (std::size_t layer = 0; layer < network.layers; ++layer) {
        std::vector<Variable<T>> sides;
        for (std::size_t way = 0; way < network.directions; ++way) {
            const Variable<T> first = select(h0, 0, std::ptrdiff_t(last.size()));
            cells.push_back(cell_of(fixture.torch(Recurrent::rnn, layer, way == 1)));
            const auto [states, end] = run(cells.back(), y, first, way == 1, rectified);
            sides.push_back(states), last.push_back(end);
        }
        y = concatenate(sides, 2);
    }
    const Gradients<T> g = backward(fixture.total({{"y", y}, {"h", stack(last)}}));
    fixture.check_gradient("inputs.x", g[x]);
    fixture.check_gradient("inputs.h0", g[h0]);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t layer = i / network.directions, way = i % network.directions;
        check_weights(fixture, g, cells[i], fixture.torch_gradients(Recurrent::rnn, layer, way == 1),
                      "layer " + std::to_string(layer) + (way ? " reversed, " : ", "));
    }
}

TEST_CASE("PyTorch's RNN, stacked and in both directions, has our outputs, last states and gradients") {
    for (const Network& network :
         {Network{"stacked", 2, 1}, Network{"bidirectional", 1, 2}, Network{"stacked-bidirectional", 2, 2}})
        for (const bool rectified : {false, true}) {
            compare_with_torch<float>(network, rectified);
            compare_with_torch<double>(network, rectified);
        }
}

template <class T> void compare_with_keras() {
    const Fixture<T> fixture("keras-simple-rnn");
    const std::string layer = "simplernn/simple_rnn_cell/";
    const nn::RNNCell<T> cell = cell_of(fixture.keras(Recurrent::rnn, layer));
    const Tape tape;
    const Variable<T> x = variable(fixture.input("x")), h0 = variable(fixture.input("h0"));
    const auto [states, last] = run<T>(cell, batch_and_time_exchanged(x), h0, false);
    const Gradients<T> g = backward(fixture.total({{"y", batch_and_time_exchanged(states)}, {"h", last}}));
    fixture.check_gradient("inputs.x", g[x]);
    fixture.check_gradient("inputs.h0", g[h0]);
    check_weights(fixture, g, cell, fixture.keras_gradients(Recurrent::rnn, layer), "");
}

TEST_CASE("Keras's SimpleRNN has our outputs, last state and gradients") {
    compare_with_keras<float>();
    compare_with_keras<double>();
}

}  // namespace
}  // namespace xtape::test
