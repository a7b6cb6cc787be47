// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <xtape/nn/nn.hpp>
using namespace xtape;

struct Net {  // a model is any struct that lists its parameters
    using value_type = double;
    nn::Generator bits{1};  // of this seed
    nn::Linear<double> hidden{2, 8, bits}, out{8, 2, bits};

    Variable<double> operator()(const Variable<double>& x) const { return out(tanh(hidden(x))); }
    template <class F> void visit(F&& f) { f("hidden", hidden), f("out", out); }
};

int main() {
    const Array<double> x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    const Indices exclusive_or{0, 1, 1, 0};
    Net model;
    nn::AdamW<double> optimizer({.rate = 0.05});
    for (int step = 0; step < 200; ++step) {
        const Tape tape;
        auto gradients = backward(cross_entropy(model(x), exclusive_or));
        optimizer.step(model, gradients);
    }
    const auto scores = model(x).value();  // outside of a tape nothing is recorded
    for (std::size_t i = 0; i < 4; ++i) std::printf("%g xor %g: %d\n", x(i, 0), x(i, 1), scores(i, 1) > scores(i, 0));
}
