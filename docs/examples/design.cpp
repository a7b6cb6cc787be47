// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/xtape.hpp>
using namespace xtape;

int main() {
    const Array<double> x{{1, 2}, {3, 4}, {5, 6}}, w0{{0.3, -0.1}, {-0.2, 0.4}};
    const Tape tape;                                      // records on this thread until it ends
    const Variable<double> w = named(variable(w0), "w");  // a leaf; x is a plain array
    const Variable<double> loss = sum(square(tanh(matmul(x, w))));
    const Array<double> dw = backward(loss)[w];
    std::cout << dump(loss) << "\ndw\n" << dw << '\n';
}
