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
    const Tape tape;  // B = 2, H = 4; the reset before the product, and dN, what the step sends back to n
    const V wn = leaf("Wn", 4, 4), ar = leaf("Ar", 2, 4), an = leaf("An", 2, 4), h0 = leaf("H0", 2, 4);
    const V dn = leaf("dN", 2, 4);

    const V r = named(sigmoid(ar), "r"), q = named(r * h0, "Q");
    const V n = named(tanh(an + matmul(q, wn)), "n");

    const auto d = recorded_backward(sum(n * dn), {ar, an, q, wn, h0});
    V all = sum(n);
    for (const char* name : {"An", "Q", "Ar", "Wn", "H0"}) all = all + sum(named(d[name], std::string("d") + name));
    std::cout << std::regex_replace(dump(all), std::regex(":\\d+|.* \\(\\) .*\n"), "");
}
