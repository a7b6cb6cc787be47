// SPDX-License-Identifier: BSD-3-Clause
#include "layers.hpp"

namespace {

const std::vector<StackSizes> all_sizes{{1, 2, 3, 2}, {2, 1, 7, 1}, {2, 2, 2, 2}, {3, 1, 3, 1}, {3, 2, 1, 1}};

}  // namespace

TEST_CASE("layers in one direction and both equal central differences, with and without padding") {
    unsigned seed = 1000;
    for_each_state([&](const auto& kind) {
        for (const StackSizes& n : all_sizes) {
            ++seed;
            INFO(kind.name << ", layers " << n.layers << ", directions " << n.directions << ", seed " << seed);
            auto s = random_stack(kind, n, seed);
            if (n.B == 2) s.mask = by_hand::mask_of<double>({1, n.T}, n.T);
            check_claims(claims(s, bptt(s)), [&] { return loss(s); });
        }
    });
}

TEST_CASE("two layers of every kind of cell equal central differences") {
    for_each_kind<double>([&](const auto& kind) {
        INFO(kind.name << ", seed 1200");
        auto s = random_stack(kind, {2, 1, 2, 1}, 1200);
        check_claims(claims(s, bptt(s)), [&] { return loss(s); });
    });
}

TEST_CASE("reading both ways is two runs, whose input gradients add up") {
    unsigned seed = 1300;
    for_each_kind<double>([&](const auto& kind) {
        ++seed;
        INFO(kind.name << ", seed " << seed);
        const auto s = random_stack(kind, {1, 2, 5, 3}, seed);
        const std::vector<std::size_t> whole(3, 5);
        const std::size_t H = kind.widths[0];
        const auto there = by_hand::unroll(s.layers.cells[0], s.x, s.first[0]);
        const auto back = by_hand::unroll(s.layers.cells[1], by_hand::reversed(s.x, whole), s.first[1]);
        const auto r = run(s);
        CHECK(by_hand::part(r.y, 0, H) == there.h);
        CHECK(by_hand::part(r.y, 1, H) == by_hand::reversed(back.h, whole));
        // the final states are F_T and R_1
        CHECK(r.runs[0].states.back() == there.states.back());
        CHECK(r.runs[1].states.back()[0] == by_hand::step(by_hand::part(r.y, 1, H), 0));
        const auto d_there = by_hand::bptt(s.layers.cells[0], there, by_hand::part(s.d_y, 0, H), s.d_last[0]);
        const xt::xarray<double> d_back_h = by_hand::reversed(by_hand::part(s.d_y, 1, H), whole);
        const auto d_back = by_hand::bptt(s.layers.cells[1], back, d_back_h, s.d_last[1]);
        const auto d = bptt(s);
        const xt::xarray<double> d_x = d_there.x + by_hand::reversed(d_back.x, whole);
        CHECK(distance(d.x, d_x) <= 1e-14);
        Claims both, apart;
        for (std::size_t i = 0; i < 2; ++i) {
            auto cell = s.layers.cells[i];
            claim(both, "", cell, d.cells[i]);
            claim(apart, "", cell, i == 0 ? d_there.parameters : d_back.parameters);
        }
        CHECK(worst_distance(both, apart) <= 1e-14);
    });
}

TEST_CASE("one layer in one direction is the sequence itself, and two are one after the other") {
    for_each_kind<double>([&](const auto& kind) {
        INFO(kind.name << ", seed 1400");
        const auto s = random_stack(kind, {2, 1, 4, 2}, 1400);
        const auto below = by_hand::unroll(s.layers.cells[0], s.x, s.first[0]);
        const auto above = by_hand::unroll(s.layers.cells[1], below.h, s.first[1]);
        CHECK(run(s).y == above.h);
        const auto d_above = by_hand::bptt(s.layers.cells[1], above, s.d_y, s.d_last[1]);
        const auto d_below = by_hand::bptt(s.layers.cells[0], below, d_above.x, s.d_last[0]);
        CHECK(bptt(s).x == d_below.x);
    });
}

TEST_CASE("layers that do not fit are refused") {
    const Kind<by_hand::GruCell<double>> kind{"GRU",
                                              [](std::size_t n, auto& random) { return random_gru(n, random, true); }};
    const auto refused = [&](const auto& change, const char* message) {
        auto s = random_stack(kind, {2, 2, 3, 2}, 1500);
        change(s);
        CHECK_THROWS_WITH_AS(run(s), message, std::invalid_argument);
    };
    refused([](auto& s) { s.layers.directions = 3; }, "[analytic] directions must be 1 or 2; got 3");
    refused([](auto& s) { s.layers.cells.pop_back(); },
            "[analytic] each layer must have a cell for each direction; got 3 cells");
    refused([](auto& s) { s.first.pop_back(); }, "[analytic] there must be a state for each of 4 cells; got 3");
    auto s = random_stack(kind, {2, 2, 3, 2}, 1500);
    s.d_y.resize({3, 2, 3});
    CHECK_THROWS_WITH_AS(bptt(s), "[analytic] d_y must have shape (3, 2, 6); got (3, 2, 3)", std::invalid_argument);
}
