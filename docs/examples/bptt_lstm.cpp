// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <regex>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;

int main() {
    nn::Generator bits(1);
    const auto leaf = [&](const char* name, std::size_t rows, std::size_t columns) {
        return named(variable(nn::uniform<double>(rows, columns, bits, 1)), name);
    };
    const Tape tape;  // B = 2, I = 3, H = 4; dH and dC are what the loss and the step after this one send back
    const V wx = leaf("Wx", 3, 16), wh = leaf("Wh", 4, 16), b = leaf("b", 1, 16);
    const V x = leaf("X", 2, 3), h0 = leaf("H0", 2, 4), c0 = leaf("C0", 2, 4), dh = leaf("dH", 2, 4),
            dc = leaf("dC", 2, 4);

    const V from_x = matmul(x, wx), from_h = matmul(h0, wh), z = named(from_x + from_h + b, "Z");
    const V zi = named(slice(z, 1, 0, 4), "I"), zf = named(slice(z, 1, 4, 8), "F");
    const V zg = named(slice(z, 1, 8, 12), "G"), zo = named(slice(z, 1, 12, 16), "O");
    const V i = named(sigmoid(zi), "i"), f = named(sigmoid(zf), "f"), g = named(tanh(zg), "g");
    const V o = named(sigmoid(zo), "o");
    const V kept = f * c0, written = i * g, c1 = named(kept + written, "C1");
    const V u = named(tanh(c1), "U");
    const V h1 = named(o * u, "H1");

    const V by_h = sum(h1 * dh), by_c = sum(c1 * dc);
    const auto d = recorded_backward(by_h + by_c, {x, h0, c0, zi, zf, zg, zo, z, c1, wx, wh, b});
    V all = sum(h1);
    for (const char* name : {"C1", "I", "F", "G", "O", "Z", "Wx", "Wh", "b", "X", "H0", "C0"})
        all = all + sum(named(d[name], std::string("d") + name));
    std::cout << std::regex_replace(dump(all), std::regex(":\\d+|.* \\(\\) .*\n"), "");
}
