// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/autodiff/autodiff.hpp>
using namespace xtape;

int main() {
    std::cout << "d/dx x sin x at 0.5: " << grad([](auto x) { return x * sin(x); })(0.5) << "\n";

    const Array<double> x{{1, 2}, {3, 4}};     // data: a constant
    const Tape tape;                           // records from here to the end of the block
    auto w = variable(Array<double>{1, 0.5});  // what gradients are asked for
    auto loss = mean(square(matmul(x, w) - Array<double>{3, 4}));
    auto gradients = backward(loss);  // returned, not stored in w
    std::cout << "loss " << loss.item() << "\ngradient " << gradients[w] << "\n";
}
