// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <xtape/nn/nn.hpp>
#include <xtensor/xrandom.hpp>  // from xtensor 0.26 on: <xtensor/generators/xrandom.hpp>
using namespace xtape;
struct Model {  // the minimal gated unit of Zhou et al. 2016, and what it says of its last state
    using value_type = double;
    nn::Generator bits{1};
    nn::Linear<double> update{17, 16, bits}, candidate{17, 16, bits}, readout{16, 1, bits};
    auto operator()(const Variable<double>& x, const Variable<double>& h) const {  // (B, 1) (B, 16) -> (B, 16)
        auto both = concatenate({x, h}, 1);
        return h + sigmoid(update(both)) * (tanh(candidate(both)) - h);
    }
    template <class F> void visit(F&& f) { f("update", update), f("candidate", candidate), f("readout", readout); }
} model;

int main() {  // ten random numbers, read one after the other: which was the first one?
    nn::AdamW<double> optimizer({.rate = 1e-2, .decay = 1e-4});
    for (int step = 0; step <= 300; ++step) {
        Variable<double> xs = xt::random::rand<double>({10, 64, 1}, -1, 1), h = zeros<double>({64, 16});
        const Tape tape;  // records from here to the end of the loop's body
        auto loss = mean(square(model.readout(nn::unroll(model, xs, h).last) - select(xs, 0, 0)));
        optimizer.step(model, backward(loss));
        if (step % 100 == 0) std::printf("step %3d  loss %.3f\n", step, loss.item());
    }
}
