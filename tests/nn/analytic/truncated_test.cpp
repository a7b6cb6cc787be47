// SPDX-License-Identifier: BSD-3-Clause
#include "cells.hpp"

namespace {

// Steps from..end-1 of x (T, B, F)
xt::xarray<double> steps(const xt::xarray<double>& x, std::size_t from, std::size_t end) {
    auto shape = x.shape();
    shape[0] = end - from;
    xt::xarray<double> some(shape);
    std::copy_n(x.data() + from * (x.size() / x.shape()[0]), some.size(), some.data());
    return some;
}

// Row i of each field of a state, weighed as d_last weighs it.
template <class Cell> double of_row(const Sequence<Cell>& s, const by_hand::State<double>& state, std::size_t i) {
    double sum = 0;
    for (std::size_t k = 0; k < state.size(); ++k)
        for (std::size_t j = 0; j < state[k].shape()[1]; ++j) sum += s.d_last[k](i, j) * state[k](i, j);
    return sum;
}

// What truncated backpropagation differentiates: sum over blocks, over s in the block, of d_h_s * h_s, where h_s is
// started from the state depth steps before the end of the block. Those states are given, for they are held. The last
// state of a row is that of its own last step; of a row without steps it is the first one.
template <class Cell> double surrogate(const Sequence<Cell>& s, std::size_t every, std::size_t depth,
                                       const std::vector<by_hand::State<double>>& held,
                                       const std::vector<std::size_t>& lengths) {
    const std::size_t T = s.x.shape()[0];
    double sum = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i)
        if (lengths[i] == 0) sum += of_row(s, s.first, i);
    for (std::size_t begin = 0; begin < T; begin += every) {
        const std::size_t end = std::min(begin + every, T), from = end - std::min(depth, end);
        by_hand::Reading<double> reading;
        if (s.reading.mask) reading.mask = steps(*s.reading.mask, from, end);
        const auto run = by_hand::unroll(s.cell, steps(s.x, from, end), from == 0 ? s.first : held[from], reading);
        const std::size_t first = std::max(from, begin);
        sum += inner(steps(s.d_h, first, end), steps(run.h, first - from, end - from));
        for (std::size_t i = 0; i < lengths.size(); ++i)
            if (lengths[i] > begin && lengths[i] <= end) sum += of_row(s, run.states.back(), i);
    }
    return sum;
}

struct Truncation {
    std::size_t every, depth;
};
const std::vector<Truncation> truncations{{1, 1}, {1, 3}, {2, 2}, {3, 2}, {2, 5}, {4, 4}, {3, 7}, {7, 1}, {9, 4}};

template <class Cell> Claims truncated(Sequence<Cell>& s, const Truncation& k) {
    return claims(s, by_hand::truncated_bptt(s.cell, run(s), s.d_h, s.d_last, k.every, k.depth));
}

}  // namespace

TEST_CASE("truncated backpropagation is the gradient of its surrogate, by central differences") {
    unsigned seed = 1600;
    for_each_state([&](const auto& kind) {
        for (const Truncation& k : truncations) {
            ++seed;
            INFO(kind.name << ", every " << k.every << ", depth " << k.depth << ", seed " << seed);
            auto s = random_sequence(kind, 7, 4, seed);
            const auto lengths = seed % 2 == 0 ? Counts{4, 7, 0, 1} : Counts{7, 7, 7, 7};
            if (seed % 2 == 0) s.reading.mask = by_hand::mask_of<double>(lengths, 7);
            const auto held = run(s).states;
            check_claims(truncated(s, k), [&] { return surrogate(s, k.every, k.depth, held, lengths); });
        }
    });
}

TEST_CASE("a row that ends with a block has the gradient of the row alone, however far the others go on") {
    for_each_state([&](const auto& kind) {
        for (const Truncation& k : std::vector<Truncation>{{3, 3}, {1, 2}, {3, 5}, {2, 1}}) {
            INFO(kind.name << ", every " << k.every << ", depth " << k.depth << ", seed 1750");
            auto padded = random_sequence(kind, 9, 1, 1750);
            auto alone = padded;
            padded.reading.mask = by_hand::mask_of<double>({6}, 9);
            std::fill(&padded.d_h(6, 0, 0), padded.d_h.data() + padded.d_h.size(), 0);
            alone.x = steps(alone.x, 0, 6), alone.d_h = steps(alone.d_h, 0, 6);
            const auto gradients = [&](const auto& s) {
                return by_hand::truncated_bptt(s.cell, run(s), s.d_h, s.d_last, k.every, k.depth);
            };
            const auto d = gradients(padded), e = gradients(alone);
            CHECK(distance(d.parameters.wx, e.parameters.wx) <= 1e-14);
            CHECK(distance(d.parameters.wh, e.parameters.wh) <= 1e-14);
            CHECK(distance(steps(d.x, 0, 6), e.x) <= 1e-14);
            CHECK(inner(e.parameters.wx, e.parameters.wx) > 1e-6);
        }
    });
}

TEST_CASE("with a depth of all steps truncated backpropagation is all of it, for blocks of any length") {
    for_each_state([&](const auto& kind) {
        for (const std::size_t every : Counts{1, 2, 5, 7, 100})
            for (const bool reverse : {false, true}) {
                INFO(kind.name << ", every " << every << ", reverse " << reverse << ", seed 1700");
                auto s = random_sequence(kind, 7, 2, 1700);
                s.reading = {by_hand::mask_of<double>({4, 7}, 7), reverse};
                CHECK(worst_distance(truncated(s, {every, every == 2 ? 7u : 1000u}), claims(s, bptt(s))) <= 1e-13);
            }
    });
}

TEST_CASE("the deeper, the closer to the whole gradient, where gradients vanish") {
    std::mt19937 random(1800);
    const Kind<by_hand::RnnCell<double>> kind{
        "RNN", [](std::size_t n, auto& bits) { return random_rnn(n, bits, by_hand::Activation::tanh); }};
    auto s = random_sequence(kind, 12, 2, 1800);
    s.cell.wh *= 0.3;
    const Claims whole = claims(s, bptt(s));
    double before = std::numeric_limits<double>::infinity();
    for (const std::size_t depth : Counts{1, 3, 5, 7, 9}) {
        const double error = worst_distance(truncated(s, {1, depth}), whole);
        CHECK(error < before);
        before = error;
    }
}
