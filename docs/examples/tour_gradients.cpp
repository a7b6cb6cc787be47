// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/autodiff/autodiff.hpp>
using namespace xtape;

int main() {
    const Array<double> x{{1, 2}, {3, 4}};  // an xtensor container
    const auto f = [](const Variable<double>& v) { return sum(v * v * v) / 4; };
    std::cout << "f(x)      " << f(x) << "\n";
    std::cout << "gradient\n" << grad(f)(x) << "\n";

    const Tape tape;  // the same by hand, of several inputs, and of what is in between
    const auto v = variable(x), w = named(variable(Array<double>{1, -1}), "w");
    const auto y = matmul(v, w);
    const auto d = backward(sum(square(y)), {w, y});
    std::cout << "by w " << d["w"] << ", by y " << d[y] << "; " << tape.size() << " rows recorded\n";
}
