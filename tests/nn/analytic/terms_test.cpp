// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/rtrl.hpp>
#include <xtape/nn/analytic/terms.hpp>

#include "cells.hpp"

// One gradient in four ways: the sweep, the sweep step by step, the double sum of its terms, and forward sensitivities.

namespace {

template <class Cell> double worst_distance(Cell a, Cell b) {
    std::vector<xt::xarray<double>> all;
    a.visit([&](const char*, const auto& gradient) { all.push_back(gradient); });
    double worst = 0;
    std::size_t i = 0;
    b.visit([&](const char*, const auto& gradient) { worst = worse(worst, distance(all[i++], gradient)); });
    return worst;
}

template <class Cell> Cell sum_of(const Cell& like, const std::vector<std::vector<Cell>>& terms) {
    Cell sum = by_hand::no_gradients(like);
    for (const auto& of_loss : terms)
        for (const Cell& term : of_loss) by_hand::add_to(sum, term);
    return sum;
}

}  // namespace

TEST_CASE("the sweep step by step is the sweep, and its terms are the double sum's, for every cell") {
    std::size_t compared = 0;
    for_each_kind<double>([&](const auto& kind) {
        for (const std::size_t T : {1u, 2u, 6u}) {
            INFO(kind.name << ", seed 6000, T " << T);
            auto s = random_sequence(kind, T, 3, 6000);
            const auto d = bptt(s);
            const auto traced = by_hand::traced_bptt(s.cell, run(s), s.d_h, s.d_last);
            CHECK(worst_distance(traced.gradients.parameters, d.parameters) <= 1e-13);
            CHECK(distance(traced.gradients.x, d.x) <= 1e-14);
            CHECK(distance(traced.gradients.first[0], d.first[0]) <= 1e-14);
            s.d_last = by_hand::no_state(s.d_last);  // losses of steps only
            const auto terms = by_hand::bptt_terms(s.cell, run(s), s.d_h);
            CHECK(worst_distance(sum_of(s.cell, terms), bptt(s).parameters) <= 1e-12);
            CHECK(terms.size() == T);
            CHECK(terms.back().size() == T);
            ++compared;
        }
    });
    CHECK(compared == 45);
}

TEST_CASE("forward sensitivities give what the sweep gives, with tanh and with relu") {
    for (const auto activation : {by_hand::Activation::tanh, by_hand::Activation::relu})
        for (const std::size_t T : {1u, 2u, 7u}) {
            INFO("seed 6100, T " << T << ", relu " << (activation == by_hand::Activation::relu));
            const Kind<by_hand::RnnCell<double>> kind{
                "RNN", [&](std::size_t n, auto& random) { return random_rnn(n, random, activation); }};
            const auto s = random_sequence(kind, T, 3, 6100);
            const auto forward = by_hand::rtrl(s.cell, run(s), s.d_h, s.d_last), backward = bptt(s);
            CHECK(worst_distance(forward.parameters, backward.parameters) <= 1e-13);
            CHECK(distance(forward.x, backward.x) <= 1e-13);
            CHECK(distance(forward.first[0], backward.first[0]) <= 1e-13);
        }
}

TEST_CASE("forward sensitivities of any cell give what its sweep gives, whole and truncated") {
    std::size_t compared = 0;
    for_each_kind<double>([&](const auto& kind) {
        for (const std::size_t T : {1u, 2u, 7u})
            for (const auto& block : std::vector<std::pair<std::size_t, std::size_t>>{{T, T}, {2, 3}, {3, 1}, {1, 1}}) {
                const std::size_t every = block.first, depth = block.second;
                INFO(kind.name << ", seed 6150, T " << T << ", every " << every << ", depth " << depth);
                const auto s = random_sequence(kind, T, 3, 6150);
                const auto forward = by_hand::truncated_rtrl(s.cell, run(s), s.d_h, s.d_last, every, depth);
                const auto backward = by_hand::truncated_bptt(s.cell, run(s), s.d_h, s.d_last, every, depth);
                CHECK(worst_distance(forward.parameters, backward.parameters) <= 1e-12);
                CHECK(distance(forward.x, backward.x) <= 1e-12);
                for (std::size_t k = 0; k < s.first.size(); ++k)
                    CHECK(distance(forward.first[k], backward.first[k]) <= 1e-12);
                ++compared;
            }
        const auto s = random_sequence(kind, 5, 2, 6160);
        CHECK(worst_distance(by_hand::rtrl(s.cell, run(s), s.d_h, s.d_last).parameters, bptt(s).parameters) <= 1e-12);
    });
    CHECK(compared == 15 * 3 * 4);
}

TEST_CASE("a sequence that is masked or reversed is not taken apart") {
    const Kind<by_hand::RnnCell<double>> kind{
        "RNN", [](std::size_t n, auto& random) { return random_rnn(n, random, by_hand::Activation::tanh); }};
    auto s = random_sequence(kind, 3, 2, 6200);
    const auto refused = [&] {
        const auto text =
            "[analytic] a sequence that is taken apart must have all steps, in order; got a mask or reverse";
        CHECK_THROWS_WITH_AS(by_hand::traced_bptt(s.cell, run(s), s.d_h, s.d_last), text, std::invalid_argument);
        CHECK_THROWS_WITH_AS(by_hand::bptt_terms(s.cell, run(s), s.d_h), text, std::invalid_argument);
        CHECK_THROWS_WITH_AS(by_hand::rtrl(s.cell, run(s), s.d_h, s.d_last), text, std::invalid_argument);
        CHECK_THROWS_WITH_AS(by_hand::truncated_rtrl(s.cell, run(s), s.d_h, s.d_last, 1, 1), text,
                             std::invalid_argument);
    };
    s.reading.reverse = true;
    refused();
    s.reading = {by_hand::mask_of<double>({3, 1}, 3)};
    refused();
}
