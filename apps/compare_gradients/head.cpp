// SPDX-License-Identifier: BSD-3-Clause
#include "head.hpp"

#include <cmath>

namespace xtape::apps {

namespace hand = nn::analytic;

Plain product(const Plain& a, const Plain& b) {
    const std::size_t m = a.shape()[0], K = a.shape()[1], n = b.shape()[1];
    Plain c = hand::zeros<double>({m, n});
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t j = 0; j < n; ++j) c(i, j) += a(i, k) * b(k, j);
    return c;
}
Plain transposed(const Plain& a) { return xt::transpose(a); }

void softmax_of_rows(Plain& a) {
    const std::size_t K = a.shape()[1];
    for (std::size_t i = 0; i < a.shape()[0]; ++i) {
        double largest = a(i, 0), sum = 0;
        for (std::size_t j = 0; j < K; ++j) largest = std::max(largest, a(i, j));
        for (std::size_t j = 0; j < K; ++j) sum += a(i, j) = std::exp(a(i, j) - largest);
        for (std::size_t j = 0; j < K; ++j) a(i, j) /= sum;
    }
}

struct Head::Read {
    Plain features;
    hand::GeneralAttention<double>::Saved saved = {};
};

Head::Read Head::read(std::size_t k, const PlainSaid& h) const {
    const Plain at_k = hand::step(h[0], k);
    if (p.directions() == 2) return {hand::side_by_side<double>({at_k, hand::step(h[1], p.read_at(1, k))})};
    if (p.model != Model::attention) return {at_k};
    Plain memory = hand::zeros<double>({k + 1, p.batch, p.hidden});
    std::copy_n(h[0].data(), memory.size(), memory.data());
    const auto [context, saved] = attention.forward(at_k, memory);
    return {hand::side_by_side<double>({context, at_k}), saved};
}

// O = features V + c
Plain Head::scores(std::size_t k, const PlainSaid& h) const { return product(read(k, h).features, v) + c; }

void Head::backward(std::size_t k, const PlainSaid& h, const Indices& labels, PlainSaid& d_h, Head& d) const {
    if (p.weight(k) == 0) return;
    const Read r = read(k, h);
    // dO = w_k / B (softmax O - Y)
    Plain d_o = product(r.features, v) + c;
    softmax_of_rows(d_o);
    for (std::size_t i = 0; i < p.batch; ++i) d_o(i, std::size_t(labels[i])) -= 1;
    d_o *= p.weight(k) / double(p.batch);
    // dV += features' dO     dc += sum0 dO     dfeatures = dO V'
    d.v += product(transposed(r.features), d_o);
    d.c += hand::sum0(d_o);
    const Plain d_features = product(d_o, transposed(v));
    const auto add = [&](std::size_t direction, std::size_t t, const Plain& more) {
        hand::set_step<double>(d_h[direction], t, hand::step(d_h[direction], t) + more);
    };
    if (p.model != Model::attention) {
        for (std::size_t i = 0; i < p.directions(); ++i) add(i, p.read_at(i, k), hand::part(d_features, i, p.hidden));
        return;
    }
    const auto [d_q, d_m] = attention.backward(hand::part(d_features, 0, p.hidden), r.saved, d.attention);
    add(0, k, d_q + hand::part(d_features, 1, p.hidden));
    for (std::size_t t = 0; t <= k; ++t) add(0, t, hand::step(d_m, t));
}

}  // namespace xtape::apps
