// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;
using A = Array<double>;

double norm(const A& a) { return std::sqrt(xt::sum(a * a)()); }

double largest_singular_value(const A& w) {
    const NoGrad constants;
    V v = A(zeros<double>({1, w.shape()[0]}) + 1);
    for (int i = 0; i < 1000; ++i) {
        v = matmul(matmul(v, w), transpose(V(w)));
        v = v / norm(v.value());
    }
    return norm(matmul(v, w).value());
}

// |dL/dH_{T-k}| / |dL/dH_T| for a loss of the last step alone, and its bound
void show(const char* name, const A& wh) {
    constexpr std::size_t T = 65, H = 32;
    nn::Generator bits(1);
    nn::RNNCell<double> cell(8, H, bits);
    cell.wh.set(wh);
    const V xs = reshape(V(nn::uniform<double>(T, 8, bits, 0.1)), {T, 1, 8}), h0 = cell.initial(1);
    const nn::Recurrence f(xs, h0, [](std::size_t t, const V& h) { return t + 1 == T ? sum(h) : V(0); });
    const auto trace = nn::bptt_trace(f, cell);
    const V h = nn::unroll(cell, xs, h0).outputs();
    const double sigma = largest_singular_value(wh);

    std::printf("%-22s %6.3f ", name, sigma);
    double bound = 1;
    for (std::size_t k = 1; k <= 64; ++k) {
        const A of_step = select(h, 0, std::ptrdiff_t(T - k)).value();  // H_{T-k+1}, whose slopes the factor has
        bound *= sigma * xt::amax(1 - of_step * of_step)();
        if (k == 1 || k == 4 || k == 16 || k == 64)
            std::printf(" %8.1e <= %7.1e", norm(trace.state[T - 1 - k][0]) / norm(trace.state[T - 1][0]), bound);
    }
    std::printf("\n");
}

int main() {
    nn::Generator bits(2);
    const A q = nn::orthogonal<double>(32, 32, bits);
    A shift = zeros<double>({32, 32});
    for (std::size_t i = 0; i + 1 < 32; ++i) shift(i, i + 1) = 1.2;
    std::printf("%-22s sigma1%20s%20s%20s%20s\n", "W_h", "lag 1", "lag 4", "lag 16", "lag 64");
    show("0.5 orthogonal", 0.5 * q);
    show("orthogonal", q);
    show("1.2 orthogonal", 1.2 * q);
    show("uniform, 1 / sqrt(H)", nn::uniform<double>(32, 32, bits, 1 / std::sqrt(32.0)));
    show("1.2 shift", shift);
}
