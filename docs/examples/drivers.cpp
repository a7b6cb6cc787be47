// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/nn/nn.hpp>
using namespace xtape;
struct Leaky {  // h' = h + sigmoid(r) (tanh(x wx + h wh + b) - h), each unit with a pace of its own
    using value_type = double;
    Parameter<double> wx, wh, b, r;
    Leaky(std::size_t inputs, std::size_t hidden, nn::Generator& bits)
        : wx("wx", nn::glorot<double>(inputs, hidden, bits)),
          wh("wh", nn::orthogonal<double>(hidden, hidden, bits)),
          b("b", zeros<double>({hidden})),
          r("r", zeros<double>({hidden})) {}
    Variable<double> initial(std::size_t batch) const { return zeros<double>({batch, r.value().size()}); }
    auto operator()(const Variable<double>& x, const Variable<double>& h) const {
        return h + sigmoid(r) * (tanh(affine(x, wx, h, wh, b)) - h);
    }
    template <class F> void visit(F&& f) { f("wx", wx), f("wh", wh), f("b", b), f("r", r); }
};

int main() {
    nn::Generator bits{1};
    const Leaky cell(3, 4, bits), other(3, 4, bits);
    const Variable<double> xs = nn::uniform<double>(7, 2 * 3, bits, 1), x = reshape(xs, {7, 2, 3}), h = cell.initial(2);

    auto run = nn::unroll(cell, x, h);                          // run.outputs() (T, B, H), run.last
    auto padded = nn::unroll(cell, x, h, {.padding = {7, 3}});  // lengths in any order, or a mask (T, B)
    auto reversed = nn::unroll(cell, x, h, {.reverse = true});
    auto both = nn::bidirectional(cell, other, x, h, h, {7, 3});     // both.outputs(), both.final_state()
    auto cut = nn::truncated(cell, x, h, {.every = 2, .depth = 4});  // less gradient, the same numbers
    const nn::Zoneout<Leaky> zoned(cell, {0.1}, 0);                  // noisy in a Training
    const nn::Layers<Leaky> deep(3, {.layers = 3, .bidirectional = true, .residual = true, .dropout = 0.2},
                                 [&](std::size_t inputs) { return Leaky(inputs, 4, bits); });
    Variable<double> streamed = h;
    for (std::ptrdiff_t t = 0; t < 7; ++t) streamed = cell(select(x, 0, t), streamed);

    std::cout << "one way " << run.outputs().shape() << ", both ways " << both.final_state().shape() << ", deep "
              << deep(x, {.padding = {7, 3}}).outputs().shape() << "\n"
              << "cut - run " << sum(square(cut.last - run.last)) << ", streamed - run "
              << sum(square(streamed - run.last)) << ", padded - run, the long one "
              << sum(square(select(padded.last - run.last, 0, 0))) << "\n";
}
