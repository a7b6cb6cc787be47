// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <regex>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;

int main() {
    nn::Generator bits(1);
    const Tape tape;  // B = 2, H = 4, one block of T = 4 steps, cut off to K = 2
    const V wh = named(variable(nn::uniform<double>(4, 4, bits, 1)), "Wh");
    const V xs = reshape(V(nn::uniform<double>(4, 2 * 4, bits, 1)), {4, 2, 4}), h0 = nn::uniform<double>(2, 4, bits, 1);

    const auto cell = [&](const V& x, const V& h) { return tanh(x + matmul(h, wh)); };
    const auto run = nn::truncated(cell, xs, h0, {.every = 4, .depth = 2});
    const V h3 = named(run.states[2], "H3"), h4 = named(run.last, "H4");

    const V d_wh = named(recorded_backward(sum(h4), {wh})[wh], "dWh");
    std::cout << std::regex_replace(dump(sum(d_wh)), std::regex(":\\d+|.* \\(\\) .*\n"), "");
}
