// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/autodiff/autodiff.hpp>
using namespace xtape;

int main() {
    auto f = [](const Variable<double>& x) {  // Rosenbrock's valley
        auto a = select(x, 0, 0), b = select(x, 0, 1);
        return square(1 - a) + 100 * square(b - square(a));
    };
    const Array<double> x{-1, 2};
    std::cout << "gradient " << grad(f)(x) << "\nHessian\n" << hessian(f)(x) << "\n";
}
