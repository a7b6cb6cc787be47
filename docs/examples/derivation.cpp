// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;
using A = Array<double>;

// By hand: h_t = tanh a_t, a_t = x_t wx + h_{t-1} wh + b, and L = sum_t sum(h_t^2) / B. There is a mistake in it.
nn::BpttTrace<double> derivation(const nn::RNNCell<double>& cell, const std::vector<A>& x) {
    const auto times = [](const V& p, const V& q) -> A { return matmul(p, q).value(); };
    const A &wx = cell.wx.value(), &wh = cell.wh.value(), &b = cell.b.value();
    const std::size_t T = x.size(), B = x[0].shape()[0], H = b.size();
    std::vector<A> a(T), h(T + 1, zeros<double>({B, H}));  // h[t + 1] is what step t makes
    for (std::size_t t = 0; t < T; ++t) {
        a[t] = times(x[t], wx) + times(h[t], wh) + b;
        h[t + 1] = xt::tanh(a[t]);
    }
    nn::BpttTrace<double> d(T);
    d.gradients = {{"wx", 0 * wx}, {"wh", 0 * wh}, {"b", 0 * b}};
    A carried = zeros<double>({B, H});
    for (std::size_t t = T; t-- > 0;) {
        const A dh = 2 * h[t + 1] / double(B) + carried;
        const A da = dh * (1 - a[t] * a[t]);  // the mistake: tanh' is 1 - tanh^2
        d.state[t] = {dh}, d.a[t] = da;
        d.terms[t] = {
            {"wx", times(transpose(V(x[t])), da)}, {"wh", times(transpose(V(h[t])), da)}, {"b", sum(V(da), 0).value()}};
        for (std::size_t k = 0; k < 3; ++k) d.gradients[k].array += d.terms[t][k].array;
        carried = times(da, transpose(V(wh)));
    }
    return d;
}

int main() {
    nn::Generator bits(1);
    const nn::RNNCell<double> cell(2, 3, bits);
    const std::vector<A> x{{{1, 0}, {0.5, 2}}, {{-1, 1}, {0, 1}}, {{2, -1}, {1, 1}}};  // T = 3 times (B, I)
    const V xs = stack<double>({x[0], x[1], x[2]});
    const nn::Recurrence f(xs, cell.initial(2), [](std::size_t, const V& h) { return sum(square(h)) / 2.0; });
    std::cout << nn::compare_gradients(
        f, [&](const auto& c) { return derivation(c, x); }, cell);
}
