// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;

struct Model {
    using value_type = double;
    nn::Generator bits{1};
    nn::LSTMCell<double> cell{1, 16, bits};
    nn::Linear<double> readout{16, 2, bits};

    V operator()(const V& xs) const {  // (T, B, 1) -> (B, 2): scores of `fewer` and `more`
        return readout(nn::unroll(cell, xs, cell.initial(xs.shape()[1])).last.h);
    }
    template <class F> void visit(F&& f) { f("cell", cell), f("readout", readout); }
};

int main() {  // are more than half of 15 coins heads?
    Model model;
    nn::AdamW<double> optimizer({.rate = 1e-2});
    for (int step = 0; step <= 100; ++step) {
        const Array<double> coins = xt::where(nn::uniform<double>(15, 64, model.bits, 1) > 0.0, 1.0, -1.0);
        const Array<double> heads = sum(V(coins), 0).value();
        std::vector<std::size_t> labels;
        for (const double h : heads) labels.push_back(h > 0);

        const Tape tape;
        const V scores = model(reshape(V(coins), {15, 64, 1}));
        const V loss = cross_entropy(scores, labels);
        auto gradients = backward(loss);
        nn::clip_by_norm(gradients, 1);
        optimizer.step(model, gradients);
        if (step % 25 == 0) std::printf("step %3d  loss %.2f\n", step, loss.item());
    }
}
