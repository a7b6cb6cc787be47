// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/autodiff/autodiff.hpp>
using namespace xtape;
using V = Variable<double>;
using A = Array<double>;

int main() {
    const A x{{1, 2}, {3, 4}}, w{0.5, -0.25};
    const auto f = [](const V& a, const V& b) { return mean(square(matmul(a, b))); };
    const auto mine = [](const A& a, const A& b) -> std::vector<A> {
        const A y = matmul(V(a), V(b)).value();  // and now L = sum y^2, where it is a mean
        return {matmul(reshape(V(2 * y), {2, 1}), reshape(V(b), {1, 2})).value(),
                matmul(transpose(V(a)), 2 * y).value()};
    };
    std::cout << compare_gradients(f, mine, {x, w}, {.names = {"x", "w"}, .sizes = {{"B", 2}}}).verdict << "\n\n";

    const Tape tape;
    const V a = named(variable(x), "x"), b = named(variable(w), "w");
    std::cout << dump(f(a, b));
}
