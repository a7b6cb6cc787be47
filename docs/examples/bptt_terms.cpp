// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <xtape/nn/analytic/rnn_cells.hpp>
#include <xtape/nn/analytic/terms.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using V = Variable<double>;

int main() {
    nn::Generator bits(1);
    const nn::RNNCell<double> cell(3, 4, bits);
    const V xs = reshape(V(nn::uniform<double>(5, 2 * 3, bits, 1)), {5, 2, 3}), h0 = nn::uniform<double>(2, 4, bits, 1);
    const nn::Recurrence f(xs, h0, [](std::size_t, const V& h) { return sum(square(h)) / 2; });  // so g_s = H_s

    // By hand, on plain xtensor arrays: the double sum, and the recursion.
    const xt::xarray<double> x = xs.value();
    const nn::analytic::State<double> first{h0.value()}, nothing{0 * h0.value()};
    const nn::analytic::RnnCell<double> plain{cell.wx.value(), cell.wh.value(), cell.b.value()};
    const auto run = nn::analytic::unroll(plain, x, first);
    const auto by_hand = nn::analytic::bptt_terms(plain, run, run.h);
    const auto recursion = nn::analytic::traced_bptt(plain, run, run.h, nothing);

    const auto terms = nn::bptt_terms(f, cell);  // by the engine
    double difference = 0;
    std::printf("|G[s, t]| of W_h    t = 1      2      3      4      5\n");
    const Array<double> credit = terms.credit("wh");
    for (std::size_t s = 0; s < 5; ++s) {
        std::printf("           s = %zu  ", s + 1);
        for (std::size_t t = 0; t <= s; ++t) {
            std::printf("%7.3f", credit(s, t));
            difference = std::max(difference, xt::amax(xt::abs(terms.terms[s][t][1].array - by_hand[s][t].wh))());
        }
        std::printf("\n");
    }
    const auto answer = [](bool yes) { return yes ? "yes" : "no"; };
    std::printf("by hand and by the engine: the terms agree to 1e-14: %s; their sum is the gradient: %s;\n",
                answer(difference < 1e-14), answer(bool(nn::compare_gradients(f, terms.total(), cell))));
    std::printf("the recursion agrees at every step: %s\n",
                answer(bool(nn::compare_gradients(f, nn::trace_of<double>(recursion), cell))));
}
