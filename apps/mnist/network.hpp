// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/gru.hpp>
#include <xtape/nn/layers.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/rnn.hpp>

#include <limits>
#include <variant>

#include "scan.hpp"
#include "settings.hpp"

namespace xtape::apps {

struct ImageSize {
    std::size_t rows, columns;
};

// What a network says of images, and what it remembered of them.
struct Reading {
    Variable<float> scores;  // (B, 10)
    // The state after each step, of the last layer, of the forward cell, of the first scan: (B, H), and (B, H) of c
    std::vector<std::vector<Variable<float>>> states;
};

// Layers of cells read images in one way or two; what they say at their ends, side by side, is shown to the read-out.
template <class Cell> struct Readers {
    std::string scan;
    bool plain;  // one cell that reads rows is called "cell"; others "rows.forward.0" and the like
    std::vector<nn::Layers<Cell>> layers;  // of each scan
    nn::Readout<float> readout;

    Reading read(const Array<float>& images, std::size_t depth) const;
    template <class F> void visit(F&& f) {
        for (std::size_t i = 0; i < layers.size() && !plain; ++i) f(scans_of(scan)[i].c_str(), layers[i]);
        if (plain) f("cell", layers[0].cell(0));
        f("readout", readout);
    }
};

// The network that the settings ask for, as it is before training. Images are rows of pixels, (R, B, C).
class Network {
public:
    using value_type = float;
    static constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();

    Network(const Settings& settings, const ImageSize& size);
    Variable<float> operator()(const Array<float>& images) const { return read(images).scores; }
    // With gradients through the last `depth` steps alone: the states before them are constants.
    Reading read(const Array<float>& images, std::size_t depth = whole) const;
    template <class F> void visit(F&& f) {
        std::visit([&](auto& one) { one.visit(f); }, one_);
    }

private:
    using One = std::variant<Readers<nn::RNNCell<float>>, Readers<nn::LSTMCell<float>>, Readers<nn::GRUCell<float>>>;
    static One made(const Settings& settings, const ImageSize& size);
    One one_;
};

// Numbers in the recurrent weights of such a network, without making it.
double recurrent_weights(const Settings& settings);

}  // namespace xtape::apps
