// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/rnn.hpp>

#include "cells.hpp"

TEST_CASE("through the generic driver the tanh RNN has the gradients of the network that was derived in one piece") {
    std::mt19937 random(800);
    const std::size_t T = 6, B = 3, K = 4;
    const by_hand::RnnCell<double> cell = random_rnn(features, random, by_hand::Activation::tanh);
    const by_hand::Rnn<double> rnn{cell.wx, cell.wh, cell.b, random_array(random, {hidden, K}),
                                   random_array(random, {K})};
    for (const bool every_step : {false, true}) {
        by_hand::Batch<double> batch{random_array(random, {T, B, features}), random_array(random, {B, hidden}), {}};
        batch.labels =
            every_step ? xt::xarray<int>(xt::zeros<int>({T, B}) + 1) : xt::xarray<int>(xt::zeros<int>({B}) + 2);
        const auto network = by_hand::forward(rnn, batch);
        const auto expected = by_hand::bptt(rnn, batch, network);
        const auto run = by_hand::unroll(cell, batch.x, {batch.h0});
        // dH_t = (w_t / B) (P_t - Y_t) V', element by element
        xt::xarray<double> d_h = xt::zeros<double>({T, B, hidden});
        for (std::size_t t = every_step ? 0 : T - 1; t < T; ++t)
            for (std::size_t i = 0; i < B; ++i)
                for (std::size_t k = 0; k < K; ++k)
                    for (std::size_t j = 0; j < hidden; ++j)
                        d_h(t, i, j) += (network.p(t, i, k) - (k == (every_step ? 1 : 2))) * rnn.v(j, k) /
                                        static_cast<double>(B * (every_step ? T : 1));
        const auto d = by_hand::bptt(cell, run, d_h, {xt::zeros<double>({B, hidden})});
        CHECK(distance(d.parameters.wx, expected.parameters.wx) <= 1e-14);
        CHECK(distance(d.parameters.wh, expected.parameters.wh) <= 1e-14);
        CHECK(distance(d.parameters.b, expected.parameters.b) <= 1e-14);
        CHECK(distance(d.x, expected.x) <= 1e-14);
        CHECK(distance(d.first[0], expected.h0) <= 1e-14);
    }
}

TEST_CASE("sequences that do not fit are refused and named") {
    std::mt19937 random(900);
    const by_hand::RnnCell<double> cell = random_rnn(features, random, by_hand::Activation::tanh);
    const auto x = random_array(random, {4, 3, features});
    const by_hand::State<double> first = random_state<double>(random, 3, {hidden});
    const auto run = by_hand::unroll(cell, x, first);
    const auto refused = [](const auto& f, const char* message) {
        CHECK_THROWS_WITH_AS(f(), message, std::invalid_argument);
    };
    refused(
        [&] {
            by_hand::unroll(cell, random_array(random, {4, 3}), first);
        },
        "[analytic] x must have shape (T, B, I), none of them 0; got (4, 3)");
    refused(
        [&] {
            by_hand::unroll(cell, random_array(random, {4, 3, 5}), first);
        },
        "[analytic] x must have shape (3, 2); got (3, 5)");
    refused([&] { by_hand::unroll(cell, x, {}); }, "[analytic] a state must have this many fields: 1; got 0");
    refused([&] { by_hand::unroll(cell, x, random_state<double>(random, 2, {hidden})); },
            "[analytic] h must have shape (3, 3); got (2, 3)");
    refused(
        [&] {
            by_hand::unroll(cell, x, first, {random_array(random, {3, 4}), false});
        },
        "[analytic] mask must have shape (4, 3); got (3, 4)");
    refused(
        [&] {
            by_hand::bptt(cell, run, random_array(random, {3, 3, hidden}), first);
        },
        "[analytic] d_h must have shape (4, 3, 3); got (3, 3, 3)");
    refused([&] { by_hand::bptt(cell, run, run.h, {}); },
            "[analytic] d_last must have as many fields as a state, 1; got 0");
    refused([&] { by_hand::truncated_bptt(cell, run, run.h, first, 0, 1); },
            "[analytic] blocks and depth must have steps; got every = 0, depth = 1");
    refused([&] { by_hand::mask_of<double>({5}, 4); }, "[analytic] lengths must be at most 4; got 5");
    refused([&] { by_hand::reversed(x, {1, 5, 2}); }, "[analytic] lengths must be at most 4; got 5");
}
