// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Layers of cells beside the same layers on plain arrays, for the bugs of other libraries' recurrent networks.

#include <xtape/nn/analytic/layers.hpp>
#include <xtape/nn/layers.hpp>

#include "../nn/by_hand.hpp"

namespace xtape::test {

// Random weights, inputs and first states; B = 3 rows of 3 numbers, read on the tape of whoever makes this.
template <class Cell> class Stack {
public:
    using V = Variable<double>;
    nn::Layers<Cell> model;
    std::size_t directions;
    V x;  // (T, B, I)
    typename nn::Layers<Cell>::States first;
    std::optional<Plain> mask;

    template <class Make> Stack(const Make& make, const nn::LayersOptions& options, std::size_t steps, unsigned seed,
                                std::optional<Plain> mask_ = {})
        : model(3, options, make),
          directions(options.bidirectional ? 2 : 1),
          x(variable(random_array<double>({steps, 3, 3}, seed))),
          mask(std::move(mask_)) {
        randomise(model, seed + 1);
        for (const auto& s : model.initial(3)) first.push_back(leaves(random_state(s, ++seed)));
    }
    auto read() const { return model(x, {.padding = mask ? nn::Padding(*mask) : nn::Padding(), .first = first}); }

    // How far outputs, and gradients by the inputs, the first states and every weight, are from those by hand, for a
    // loss whose gradient by the outputs is d_y (T, B, H); one by the last states besides, if given, one for each cell.
    double off_by(const V& outputs, const Gradients<double>& g, const Plain& d_y,
                  std::vector<hand::State<double>> d_last = {}) {
        hand::Layers<decltype(empty_like(model.cell(0)))> layers{{}, directions};
        std::vector<hand::State<double>> plain_first;
        for (std::size_t k = 0; k < first.size(); ++k) {
            layers.cells.push_back(by_hand(model.cell(k)));
            plain_first.push_back(plain_state(first[k]));
        }
        if (d_last.empty())
            for (const auto& s : plain_first) d_last.push_back(hand::no_state(s));
        const auto run = hand::unroll(layers, Plain(x.value()), plain_first, mask);
        auto d = hand::bptt(layers, run, d_y, d_last);
        double most = std::max(off(Plain(outputs.value()), run.y), off(Plain(g[x]), d.x));
        for (std::size_t k = 0; k < first.size(); ++k)
            most = std::max({most, off(g, model.cell(k), d.cells[k]), off_state(g, first[k], d.first[k])});
        return most;
    }
};
template <class Make> Stack(const Make&, const nn::LayersOptions&, std::size_t, unsigned)
    -> Stack<std::invoke_result_t<Make, std::size_t>>;
template <class Make> Stack(const Make&, const nn::LayersOptions&, std::size_t, unsigned, std::optional<Plain>)
    -> Stack<std::invoke_result_t<Make, std::size_t>>;

// Cells of 4 units
inline auto rnn(std::size_t inputs) {
    nn::Generator bits(7);
    return nn::RNNCell<double>(inputs, 4, bits);
}
inline auto lstm(std::size_t inputs) {
    nn::Generator bits(7);
    return nn::LSTMCell<double>(inputs, 4, bits);
}
inline auto gru(std::size_t inputs) {
    nn::Generator bits(7);
    return nn::GRUCell<double>(inputs, 4, bits);
}

}  // namespace xtape::test
