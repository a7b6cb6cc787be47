// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;

struct Highway {  // h' = g * tanh(x wx + h wh) + (1 - g) * h, g = sigmoid(x gx + h gh + b)
    using value_type = double;
    nn::Generator bits{1};
    Parameter<double> wx{"wx", nn::glorot<double>(2, 3, bits)}, wh{"wh", nn::orthogonal<double>(3, 3, bits)};
    Parameter<double> gx{"gx", nn::glorot<double>(2, 3, bits)}, gh{"gh", nn::glorot<double>(3, 3, bits)};
    Parameter<double> b{"b", filled<double>({3}, -1.0)};

    V operator()(const V& x, const V& h) const {  // (B, 2) (B, 3) -> (B, 3)
        const V gate = sigmoid(affine(x, gx, h, gh, b));
        return h + gate * (tanh(matmul(x, wx) + matmul(h, wh)) - h);
    }
    template <class F> void visit(F&& f) { f("wx", wx), f("wh", wh), f("gx", gx), f("gh", gh), f("b", b); }
};

int main() {
    const Highway cell;
    const V xs = filled<double>({6, 4, 2}, 0.5), h0 = zeros<double>({4, 3});  // T = 6, B = 4
    const Tape tape;
    const auto run = nn::unroll(cell, xs, h0);
    const auto d = backward(mean(square(run.last)));
    std::cout << "outputs " << run.outputs().shape() << ", last " << run.last.shape() << "\n";
    for (const auto& [path, parameter] : nn::parameters(cell))
        std::cout << path << " " << d[*parameter].shape() << "\n";
}
