// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/linear.hpp>
#include <xtape/nn/rnn.hpp>

#include "learning.hpp"

namespace xtape::apps::memory {

// Sees the last K steps of a sequence side by side, and nothing else: (T, B, I) -> (B, classes).
struct Window {
    using value_type = float;
    std::size_t steps;  // K
    nn::Linear<float> hidden;
    nn::Readout<float> readout;

    Window(std::size_t k, const nn::RNNSizes& sizes, nn::Generator&& generator)
        : steps(k), hidden(k * sizes.inputs, sizes.hidden, generator), readout(sizes.hidden, sizes.outputs, generator) {
        nn::name_parameters(*this);
    }
    V operator()(const V& xs) const {
        std::vector<V> seen;
        for (auto t = -static_cast<std::ptrdiff_t>(steps); t < 0; ++t) seen.push_back(select(xs, 0, t));
        return readout(tanh(hidden(concatenate(seen, 1))));
    }
    template <class F> void visit(F&& f) { f("hidden", hidden), f("readout", readout); }
};

// Reads a sequence with any cell, and says something of its last state, or of all: (T, B, I) -> (B, K), (T B, K).
template <class Cell> struct Reader {
    using value_type = float;
    Cell cell;
    nn::Readout<float> readout;

    Reader(const nn::RNNSizes& sizes, nn::Generator&& generator)
        : cell(sizes.inputs, sizes.hidden, generator), readout(sizes.hidden, sizes.outputs, generator) {
        nn::name_parameters(*this);
    }
    V last(const V& xs) const { return readout(nn::output(read(xs).last)); }
    V every(const V& xs) const {
        const V said = readout(read(xs).outputs());
        const Shape& s = said.value().shape();
        return reshape(said, {s[0] * s[1], s[2]});
    }
    template <class F> void visit(F&& f) { f("cell", cell), f("readout", readout); }

private:
    auto read(const V& xs) const { return nn::unroll(cell, xs, cell.initial(xs.value().shape()[1])); }
};

}  // namespace xtape::apps::memory
