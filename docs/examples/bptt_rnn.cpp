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
    const Tape tape;  // B = 2, I = 3, H = 4, K = 5, T = 2
    const V wx = leaf("Wx", 3, 4), wh = leaf("Wh", 4, 4), b = leaf("b", 1, 4), v = leaf("V", 4, 5), c = leaf("c", 1, 5);
    const V h0 = leaf("H0", 2, 4), x1 = leaf("X1", 2, 3), x2 = leaf("X2", 2, 3);

    const V from_x1 = matmul(x1, wx), from_h0 = matmul(h0, wh), a1 = named(from_x1 + from_h0 + b, "A1");
    const V h1 = named(tanh(a1), "H1");
    const V o1 = named(matmul(h1, v) + c, "O1");
    const V from_x2 = matmul(x2, wx), from_h1 = matmul(h1, wh), a2 = named(from_x2 + from_h1 + b, "A2");
    const V h2 = named(tanh(a2), "H2");
    const V o2 = named(matmul(h2, v) + c, "O2");
    const V l1 = cross_entropy(o1, {0, 1}), l2 = cross_entropy(o2, {4, 2}), loss = (l1 + l2) / 2;

    const auto d = recorded_backward(loss, {x1, x2, h0, a1, a2, h1, h2, o1, o2, wx, wh, b, v, c});
    V all = 0;
    for (const char* name : {"O2", "O1", "H2", "A2", "H1", "A1", "V", "c", "Wx", "Wh", "b", "X2", "X1", "H0"})
        all = all + sum(named(d[name], std::string("d") + name));
    std::cout << std::regex_replace(dump(all), std::regex(":\\d+|.* \\(\\) .*\n"), "");
}
