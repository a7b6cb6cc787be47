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
    const Tape tape;  // B = 2, I = 3, H = 4; dH is what the loss and the step after this one send back
    const V wx = leaf("Wx", 3, 12), wh = leaf("Wh", 4, 12), b = leaf("b", 1, 12), bn = leaf("bn", 1, 4);
    const V x = leaf("X", 2, 3), h0 = leaf("H0", 2, 4), dh = leaf("dH", 2, 4);

    const V a = named(matmul(x, wx) + b, "A"), m = named(matmul(h0, wh), "M");  // of all gates, r z n
    const V a_r = slice(a, 1, 0, 4), a_z = slice(a, 1, 4, 8), a_n = slice(a, 1, 8, 12);
    const V m_r = slice(m, 1, 0, 4), m_z = slice(m, 1, 4, 8), m_n = slice(m, 1, 8, 12);
    const V ar = named(a_r + m_r, "Ar"), r = named(sigmoid(ar), "r");
    const V az = named(a_z + m_z, "Az"), z = named(sigmoid(az), "z");
    const V mn = named(m_n + bn, "Mn"), an = named(a_n + r * mn, "An"), n = named(tanh(an), "n");
    const V written = (1 - z) * n, kept = z * h0, h1 = named(written + kept, "H1");

    const auto d = recorded_backward(sum(h1 * dh), {x, h0, a, m, mn, ar, az, an, wx, wh, b, bn});
    V all = sum(h1);
    for (const char* name : {"An", "Az", "Ar", "Mn", "A", "M", "Wx", "Wh", "b", "bn", "X", "H0"})
        all = all + sum(named(d[name], std::string("d") + name));
    std::cout << std::regex_replace(dump(all), std::regex(":\\d+|.* \\(\\) .*\n"), "");
}
