// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <iostream>
#include <xtape/autodiff/autodiff.hpp>
using namespace xtape;

int main() {
    const auto cube = [](const auto& v) { return v * v * v; };
    std::printf("%g %g %g %g\n", cube(2.0), grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0));

    const auto f = [](const Variable<double>& v) { return sum(square(v)) * sum(v); };
    const Array<double> x{1, 2}, direction{1, 0};
    std::cout << "Hessian\n" << hessian(f)(x) << "\nits product with a direction " << hvp(f, x, direction) << "\n";

    const Tape tape;  // a gradient that is part of the loss
    const auto v = variable(x);
    const auto slope = recorded_backward(f(v), {v})[v];
    std::cout << "gradient of |gradient|^2 " << backward(sum(square(slope)))[v] << "\n";
}
