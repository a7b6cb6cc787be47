// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <xtape/nn/nn.hpp>
#include <xtensor/xrandom.hpp>  // from xtensor 0.26 on: <xtensor/generators/xrandom.hpp>
using namespace xtape;

// Ten random numbers, read one after the other: was the first one positive?
int main() {
    nn::RNN<double> model({.inputs = 1, .hidden = 16, .outputs = 2}, 1);  // and a seed
    nn::AdamW<double> optimizer({.rate = 1e-2, .decay = 1e-4});
    for (int step = 0; step <= 100; ++step) {
        const Array<double> xs = xt::random::randn<double>({10, 128, 1});  // (time, batch, inputs)
        Indices labels;
        for (std::size_t b = 0; b < 128; ++b) labels.push_back(xs(0, b, 0) > 0);

        const Tape tape;  // records from here to the end of the loop's body
        auto loss = cross_entropy(model(xs), labels);
        auto gradients = backward(loss);
        nn::clip_by_norm(gradients, 1);
        optimizer.step(model, gradients);
        if (step % 25 == 0) std::printf("step %3d  loss %.2f\n", step, loss.value()());
    }
}
