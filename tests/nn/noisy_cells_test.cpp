// SPDX-License-Identifier: BSD-3-Clause
// Recurrent dropout and zoneout around every cell, in every driver.
#include <xtape/nn/layers.hpp>
#include <xtape/nn/noisy_cells.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"
#include "check_module.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
constexpr std::size_t steps = 4, rows = 3;

// Recurrent dropout where there is one for the cell
template <class Cell> inline constexpr bool drops = !std::same_as<Cell, SurpriseCell<double>>;
template <class Cell> auto noisy(const Cell& cell) {
    if constexpr (drops<Cell>)
        return nn::Zoneout(nn::RecurrentDropout(cell, 0.4, 5), {0.3}, 5);
    else
        return nn::Zoneout(cell, {0.3}, 5);
}

template <class S> bool same(const S& a, const S& b) {
    bool all = true;
    (void)nn::map_state(
        [&](const V& x, const V& y) {
            all = all && same_bits(x.value(), y.value());
            return x;
        },
        a, b);
    return all;
}
template <class S> double off(const S& a, const S& b) {
    double most = 0;
    (void)nn::map_state(
        [&](const V& x, const V& y) {
            most = std::max(most, distance(x.value(), y.value()));
            return x;
        },
        a, b);
    return most;
}

// What one step of the noisy cell is, put together by hand.
template <class Cell, class S> S by_hand(const Cell& cell, const V& x, const S& s, std::ptrdiff_t t) {
    S read = s;
    const V h = nn::output(s);
    const Array<double> m =
        nn::bernoulli<double>(h.shape(), 0.6, nn::source(), {.layer = 5, .time = nn::Draw::all_steps, .part = 1});
    const V dropped = h * Array<double>(m / 0.6);
    std::get<0>(nn::fields(read)) = dropped;
    S next = s;
    if constexpr (!drops<Cell>)
        next = nn::advance(cell, x, s, t, Where::here());
    else if constexpr (nn::ReadsApart<Cell, S>)
        next = cell.reading(x, s, dropped, Where::here());
    else
        next = nn::advance(cell, x, read, t, Where::here());
    std::uint64_t part = 2;
    return nn::map_state(
        [&](const V& a, const V& b) {
            const nn::Draw draw{.layer = 5, .time = t, .part = part++};
            return V(Array<double>(xt::where(xt::equal(nn::bernoulli<double>(a.shape(), 0.3, nn::source(), draw), 1.0),
                                             b.value(), a.value())));
        },
        next, s);
}

TEST_CASE("a noisy cell drops what its products read, keeps a part of each field, and is the expectation elsewhere") {
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        INFO(name, ", seeds 1, 2 and 7");
        auto cell = make(3);
        randomise(cell, 40);
        const auto wrapped = noisy(cell);
        const auto s = random_state(cell.initial(rows), 1);
        const V x(random_array<double>({rows, 3}, 2));
        const auto next = nn::advance(cell, x, s, 2, Where::here());
        const auto mixed = nn::map_state([](const V& a, const V& b) { return a * 0.7 + b * 0.3; }, next, s);
        CHECK(off(wrapped(x, s, 2), mixed) <= 1e-15);
        const nn::Training training({.seed = 7});
        CHECK(same(wrapped(x, s, 2), by_hand(cell, x, s, 2)));
        CHECK(!same(wrapped(x, s, 3), wrapped(x, s, 2)));
    });
}

TEST_CASE("a GRU's memory goes on whole, whatever its products read") {
    nn::Generator bits(3);
    for (const bool after : {true, false}) {
        nn::GRUCell<double> cell(2, 4, bits, {.reset_after = after});
        Array<double>& b = cell.b.edit();
        for (std::size_t j = 4; j < 8; ++j) b(j) = 800;  // z = 1: everything is kept
        const nn::Training training({.seed = 1});
        const V h(random_array<double>({3, 4}, 1)), x(random_array<double>({3, 2}, 2));
        CHECK(distance(nn::RecurrentDropout(cell, 0.5, 1)(x, h, 0).value(), h.value()) <= 1e-15);
        CHECK(same_bits(cell.reading(x, h, h).value(), cell(x, h).value()));
    }
}

template <class Cell> void check_drivers(const Cell& plain) {
    const auto cell = noisy(plain);
    const auto first = random_state(cell.initial(rows), 1);
    const V xs(random_array<double>({steps, rows, 3}, 2));
    const nn::Training training({.seed = 3, .step = 4});
    const auto run = nn::unroll(cell, xs, first);
    auto s = first;
    for (std::ptrdiff_t t = 0; t < std::ptrdiff_t(steps); ++t) {  // streaming
        s = cell(select(xs, 0, t), s, t);
        CHECK(off(s, run.states[std::size_t(t)]) <= 1e-15);
    }
    // In blocks that carry their state, with inputs multiplied a block at a time, each step has the noise that it had.
    const auto blocks = nn::truncated(cell, xs, first, {.every = 2, .depth = 3});
    for (std::size_t t = 0; t < steps; ++t) CHECK(off(blocks.states[t], run.states[t]) <= 1e-15);
    // From the other end, too, alone and beside the first.
    const auto reversed = nn::unroll(cell, xs, first, {.reverse = true});
    auto r = first;
    for (std::ptrdiff_t t = std::ptrdiff_t(steps); t-- > 0;) {
        r = cell(select(xs, 0, t), r, t);
        CHECK(off(r, reversed.states[std::size_t(t)]) <= 1e-15);
    }
    const auto both = nn::bidirectional(cell, cell, xs, first, first);
    CHECK((same(both.forward.last, run.last) && same(both.backward.last, reversed.last)));
    // A padded row has the states of the whole one, up to its end: noise does not depend on lengths or on other rows.
    const std::vector<std::int64_t> lengths{2, 4, 0};
    const auto padded = nn::unroll(cell, xs, first, {.padding = lengths});
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = [&](const V& v) { return slice(v, 0, std::ptrdiff_t(i), std::ptrdiff_t(i + 1)); };
        const auto& own = lengths[i] == 0 ? first : run.states[std::size_t(lengths[i] - 1)];
        CHECK(off(nn::map_state(row, padded.last), nn::map_state(row, own)) <= 1e-15);
    }
}

TEST_CASE("in every driver a step has the noise of its number, and padding has none") {
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        INFO(name, ", seeds 1 to 4");
        auto cell = make(3);
        randomise(cell, 40);
        check_drivers(cell);
    });
}

TEST_CASE("gradients of noisy cells at both orders, by inputs, states and parameters") {
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        auto cell = noisy(make(2));
        if (name == "RNN relu") return;  // not smooth: at a kink differences say nothing
        randomise(cell, 40);
        const auto call = [](const auto& c, const std::vector<V>& in) {
            const auto start = nn::map_state([&](const V& v) { return v + sum(in[1]); }, c.initial(2));
            return nn::output(nn::unroll(c, in[0], start).last);
        };
        const std::vector<Array<double>> in{random_array<double>({3, 2, 2}, 1), random_array<double>({2}, 2)};
        for (const bool active : {false, true}) {
            const Mode mode{.training = active, .seed = 6};
            const Within within(mode);
            const auto report = check_module(cell, in, call, {.directions = 1});
            INFO(name, ", active ", active, ": ", report.text);
            CHECK(report.passed);
        }
    });
}

TEST_CASE("layers of noisy cells have the parameters' names, and the same bits on any number of threads") {
    nn::Generator bits(1);
    std::uint64_t number = 0;
    const nn::Layers<nn::Zoneout<nn::LSTMCell<float>>> layers(2, {.layers = 2}, [&](std::size_t n) {
        return nn::Zoneout(nn::LSTMCell<float>(n, 4, bits), {0.1, 0.5}, number++);
    });
    CHECK(paths(layers) == std::vector<std::string>{"forward.0.wx", "forward.0.wh", "forward.0.b", "forward.1.wx",
                                                    "forward.1.wh", "forward.1.b"});
    const Array<float> xs = random_array<float>({steps, 7, 2}, 1);
    const auto run = [&](std::size_t threads) {
        const nn::Training training({.seed = 2});
        const auto loss = [&](std::size_t begin, std::size_t end) {
            const auto part = slice(Variable<float>(xs), 1, std::ptrdiff_t(begin), std::ptrdiff_t(end));
            return mean(square(layers(part).outputs()));
        };
        return nn::parallel_grad(layers, 7, loss, {threads, 2});
    };
    const auto one = run(1);
    for (const std::size_t threads : {2u, 3u}) {
        const auto more = run(threads);
        CHECK(more.loss == one.loss);
        for (const auto& p : nn::wanted(layers)) CHECK(same_bits(more.gradients[p], one.gradients[p]));
    }
}

TEST_CASE("rates that do not fit are refused, with the module, its cell and the step") {
    nn::Generator bits(1);
    const nn::LSTMCell<double> lstm(2, 3, bits);
    CHECK(contains(thrown([&] {
                       (void)nn::Zoneout(lstm, {0.1, 1}, 1);
                   }),
                   "[Zoneout] the rate must be in [0, 1); got 1"));
    CHECK(
        contains(thrown([&] { (void)nn::RecurrentDropout(lstm, -1, 1); }), "[RecurrentDropout] the rate must be in "));
    const V xs(zeros<double>({4, 2, 2})), wide(zeros<double>({100, 2}));
    CHECK(contains(
        thrown([&] {
            (void)nn::unroll(nn::Zoneout(lstm, {.1, .2, .3}, 1), xs, lstm.initial(2));
        }),
        "[Zoneout] there must be one rate, or one for each of 2 fields of the state; got 3 (in unroll step 0 > "
        "Zoneout)"));
    CHECK(contains(thrown([&] { (void)noisy(lstm)(wide, lstm.initial(2), 0); }),
                   "(in Zoneout > RecurrentDropout > LSTMCell)"));
    // A function is a cell too; it lists no parameters.
    const auto decay = nn::Zoneout([](const V& x, const V& h) { return h * 0.5 + x; }, {0.5}, 1);
    CHECK(nn::unroll(decay, V(filled<double>({2, 1, 1}, 1)), V(zeros<double>({1, 1}))).last.item() ==
          0.5 * 0.5 + 0.5 * 1.25);
}

}  // namespace
}  // namespace xtape::test
