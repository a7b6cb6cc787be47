// SPDX-License-Identifier: BSD-3-Clause
// Everything included, and a recurrent network trained: does a sequence of noise begin above or below zero?
#include <xtape/xtape.hpp>

#include <cstdio>

using namespace xtape;

int main() {
    nn::RNN<float> model({.inputs = 1, .hidden = 16, .outputs = 2}, 1);
    nn::AdamW<float> optimizer({.rate = 0.01F});
    nn::Generator bits(2);
    const Variable<float> xs = reshape<float>(nn::glorot<float>(5, 64, bits), {5, 64, 1});
    Indices labels;
    for (std::ptrdiff_t i = 0; i < 64; ++i) labels.push_back(slice(select(xs, 0, 0), 0, i, i + 1).item() > 0);
    float first = 0, last = 0;
    for (int step = 0; step < 100; ++step) {
        const Tape tape;
        const auto loss = cross_entropy(model(xs), labels);
        optimizer.step(model, backward(loss));
        last = loss.item();
        if (step == 0) first = last;
    }
    std::printf("xtape %s: loss %.3f -> %.3f\n", XTAPE_VERSION, first, last);
    return !(last < first / 4);
}
