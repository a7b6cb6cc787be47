// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <thread>
#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/flush.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;

int main() {
    const OneBlasThread one;  // BLAS has threads of its own: four of ours are enough
    const nn::RNN<float> model({.inputs = 4, .hidden = 32, .outputs = 3}, 1);  // shared: threads only read it
    nn::Generator bits(2);
    const Variable<float> xs = reshape<float>(nn::glorot<float>(20 * 64, 4, bits), {20, 64, 4});  // shared, too
    const auto answer = [&](std::ptrdiff_t part) {  // no tape lives here, so nothing is recorded
        return model(slice(xs, 1, 16 * part, 16 * (part + 1))).value();
    };

    std::array<Array<float>, 4> answers;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < 4; ++i)
            threads.emplace_back([&, i] {
                const FlushDenormals flush;
                answers[i] = answer(std::ptrdiff_t(i));
            });
    }  // here they end
    bool same = true;
    for (std::size_t i = 0; i < 4; ++i) same &= answers[i] == answer(std::ptrdiff_t(i));
    std::cout << (same ? "the same bits as from one thread\n" : "other bits than from one thread\n");
    return !same;
}
