// SPDX-License-Identifier: BSD-3-Clause
// What reads sequences, with every cell: one step at a time, padded, reversed, both ways, cut off.
#include <xtape/nn/bidirectional.hpp>
#include <xtape/nn/layers.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// A loss of all that a run says, with a weight of its own for each number; steps that are padded do not count.
template <class S> V weighed(const nn::Unrolled<S>& run, const Array<double>& mask, unsigned seed) {
    V total = 0.0;
    for (std::size_t t = 0; t < run.states.size(); ++t)
        for (std::size_t row = 0; row < mask.shape()[1]; ++row)
            if (mask(t, row) != 0) {
                const V h = select(nn::output(run.states[t]), 0, std::ptrdiff_t(row));
                total = total + sum(h * random_array<double>(h.shape(), seed + unsigned(17 * t + row)));
            }
    unsigned next = seed + 1000;
    (void)nn::map_state(
        [&](const V& v) {
            total = total + sum(v * random_array<double>(v.shape(), ++next));
            return v;
        },
        run.last);
    return total;
}

struct Asked {
    double loss;
    Array<double> xs;
    std::vector<Array<double>> parameters;
};
// loss_of(xs) and its gradients by xs and the cell's parameters
template <class Cell, class F> Asked ask(const Cell& cell, const Array<double>& xs, const F& loss_of) {
    const Tape tape;
    const V x = variable(xs);
    const V loss = loss_of(x);
    std::vector<V> wanted = nn::wanted(cell);
    wanted.push_back(x);
    const auto g = backward(loss, wanted);
    Asked asked{loss.item(), g[x], {}};
    for (const V& p : nn::wanted(cell)) asked.parameters.push_back(g[p]);
    return asked;
}
double difference(const Asked& a, const Asked& b) {
    double most = std::max(std::abs(a.loss - b.loss), distance(a.xs, b.xs));
    for (std::size_t i = 0; i < a.parameters.size(); ++i)
        most = std::max(most, distance(a.parameters[i], b.parameters[i]));
    return most;
}

TEST_CASE("a sequence read at once, and step by step as it comes, are the same states") {
    for_each_cell<double>([](const char* name, const auto& make) {
        CAPTURE(name);
        auto cell = make(3);
        randomise(cell, 1);
        const V xs = random_array<double>({6, 3, 3}, 2);
        auto state = random_state(cell.initial(3), 3);
        const auto run = nn::unroll(cell, xs, state);
        const Shape said = nn::output(state).shape();
        CHECK(run.outputs().shape() == Shape{6, 3, said[1]});
        for (std::ptrdiff_t t = 0; t < 6; ++t) {
            state = nn::advance(cell, select(xs, 0, t), state, t, Where::here());
            CHECK(distance(nn::output(run.states[std::size_t(t)]).value(), nn::output(state).value()) <= 1e-14);
            CHECK(distance(select(run.outputs(), 0, t).value(), nn::output(state).value()) <= 1e-14);
        }
        (void)nn::map_state(
            [](const V& a, const V& b) {
                CHECK(distance(a.value(), b.value()) <= 1e-14);
                return a;
            },
            run.last, state);
    });
}

TEST_CASE("what stands in padded steps changes neither loss nor gradients, forward, reversed and cut off") {
    const nn::Padding lengths = {2, 5, 0, 3};
    const Array<double> mask = lengths.mask<double>(5);
    for_each_cell<double>([&](const char* name, const auto& make) {
        CAPTURE(name);
        auto cell = make(3);
        randomise(cell, 4);
        const auto first = random_state(cell.initial(4), 5);
        const auto with = [&](const nn::Padding& padding, unsigned seed, int way) {
            Array<double> xs = random_array<double>({5, 4, 3}, 6);
            const Array<double> noise = random_array<double>({5, 4, 3}, seed, -9, 9);
            for (std::size_t i = 0; i < xs.size(); ++i)
                if (mask.data()[i / 3] == 0) xs.data()[i] = noise.data()[i];
            return ask(cell, xs, [&](const V& x) {
                if (way == 2) return weighed(nn::truncated(cell, x, first, {.every = 2, .depth = 3}, padding), mask, 7);
                return weighed(nn::unroll(cell, x, first, {.padding = padding, .reverse = way == 1}), mask, 7);
            });
        };
        for (const int way : {0, 1, 2}) {
            CAPTURE(way);
            const Asked one = with(lengths, 100, way), other = with(lengths, 200, way);
            CHECK(difference(one, other) == 0);
            CHECK(difference(one, with(nn::Padding(mask), 300, way)) == 0);
            for (std::size_t i = 0; i < mask.size(); ++i)
                for (std::size_t k = 0; k < 3; ++k)
                    if (mask.data()[i] == 0) CHECK(one.xs.data()[3 * i + k] == 0);
        }
    });
}

TEST_CASE("a padded sequence has the states of the same sequence alone, from either end, in any order of rows") {
    const std::vector<std::int64_t> length{4, 0, 2};
    for_each_cell<double>([&](const char* name, const auto& make) {
        CAPTURE(name);
        auto cell = make(3);
        randomise(cell, 8);
        const V xs = random_array<double>({4, 3, 3}, 9);
        const auto first = random_state(cell.initial(3), 10);
        for (const bool reverse : {false, true}) {
            const auto run = nn::unroll(cell, xs, first, {.padding = length, .reverse = reverse});
            for (std::ptrdiff_t row = 0; row < 3; ++row) {
                const auto part = [&](const V& v) { return slice(v, 0, row, row + 1); };
                const V own = slice(slice(xs, 1, row, row + 1), 0, 0, length[std::size_t(row)]);
                const auto alone = nn::unroll(cell, own, nn::map_state(part, first), {.reverse = reverse});
                CHECK(distance(part(nn::output(run.last)).value(), nn::output(alone.last).value()) <= 1e-14);
                for (std::size_t t = 0; t < alone.states.size(); ++t)
                    CHECK(distance(part(nn::output(run.states[t])).value(), nn::output(alone.states[t]).value()) <=
                          1e-14);
            }
        }
    });
}

TEST_CASE("reversed is the reversed sequence, read forward") {
    for_each_cell<double>([](const char* name, const auto& make) {
        CAPTURE(name);
        auto cell = make(3);
        const V xs = random_array<double>({5, 2, 3}, 11);
        std::vector<V> turned;
        for (std::ptrdiff_t t = 5; t-- > 0;) turned.push_back(select(xs, 0, t));
        const auto back = nn::unroll(cell, xs, cell.initial(2), {.reverse = true});
        const auto there = nn::unroll(cell, stack(turned), cell.initial(2));
        for (std::size_t t = 0; t < 5; ++t)
            CHECK(same_bits(nn::output(back.states[t]).value(), nn::output(there.states[4 - t]).value()));
    });
}

TEST_CASE("both ways: the final state has read everything; the output at the last step has not") {
    for_each_cell<double>([](const char* name, const auto& make) {
        CAPTURE(name);
        auto cell = make(3);
        randomise(cell, 12);
        auto other = cell;
        randomise(other, 40);
        const Array<double> xs = random_array<double>({6, 2, 3}, 13);
        const std::vector<V> weights = nn::wanted(other);
        const auto gradient = [&](bool final_state, std::size_t begin) {
            const Tape tape;
            const V x = slice(variable(xs), 0, std::ptrdiff_t(begin), 6);
            const auto both = nn::bidirectional(cell, other, x, cell.initial(2), other.initial(2));
            const V said = final_state ? both.final_state() : select(both.outputs(), 0, -1);
            const auto half = std::ptrdiff_t(said.shape()[1] / 2);
            const V loss = sum(square(slice(said, 1, half, 2 * half)));
            return backward(loss, weights);
        };
        double one_step = 0, all_steps = 0;
        for (const V& w : weights) {
            // outputs()[T - 1]: the reverse cell was given one step, whatever came before it
            one_step = std::max(one_step, distance(gradient(false, 0)[w], gradient(false, 5)[w]));
            all_steps = std::max(all_steps, distance(gradient(true, 0)[w], gradient(true, 5)[w]));
        }
        CHECK(one_step <= 1e-15);
        CHECK(all_steps > 1e-3);
    });
}

TEST_CASE("cut off: the values of unroll, and the gradient of the loss that the driver states") {
    const Array<double> all = filled<double>({7, 2}, 1);
    for_each_cell<double>([&](const char* name, const auto& make) {
        CAPTURE(name);
        auto cell = make(3);
        randomise(cell, 14);
        const Array<double> xs = random_array<double>({7, 2, 3}, 15);
        const auto first = random_state(cell.initial(2), 16);
        for (const nn::Truncation& k :
             std::vector<nn::Truncation>{{1, 1}, {1, 3}, {2, 2}, {3, 2}, {2, 5}, {7, 7}, {3, 99}}) {
            CAPTURE(k.every);
            CAPTURE(k.depth);
            const Asked cut =
                ask(cell, xs, [&](const V& x) { return weighed(nn::truncated(cell, x, first, k), all, 17); });
            // The sum over blocks of their losses, each begun from the frozen state before its first step that counts
            const Asked stated = ask(cell, xs, [&](const V& x) {
                const auto frozen = nn::unroll(cell, V(xs), first);
                nn::Unrolled<decltype(cell.initial(2))> pieces;
                for (std::size_t b = 0, e = 0; b < 7; b = e) {
                    e = std::min<std::size_t>(b + k.every, 7);
                    const std::size_t from = e - std::min(k.depth, e);
                    const auto start = from == 0 ? first : nn::detached(frozen.states[from - 1]);
                    const auto run = nn::unroll(cell, slice(x, 0, std::ptrdiff_t(from), std::ptrdiff_t(e)), start);
                    for (std::size_t t = b; t < e; ++t)
                        pieces.states.push_back(t < from ? nn::detached(frozen.states[t]) : run.states[t - from]);
                    pieces.last = run.last;
                }
                return weighed(pieces, all, 17);
            });
            CHECK(difference(cut, stated) <= 1e-13);
            const Asked whole = ask(cell, xs, [&](const V& x) { return weighed(nn::unroll(cell, x, first), all, 17); });
            CHECK(std::abs(cut.loss - whole.loss) <= 1e-13);
            CHECK((difference(cut, whole) <= 1e-13) == (k.depth >= 7));
        }
    });
}

TEST_CASE("a first state that is learned gets its gradient, from all rows") {
    nn::Generator bits(1);
    const nn::RNNCell<double> cell(3, 4, bits);
    const Parameter<double> start("start", random_array<double>({4}, 18));
    const auto loss = [&](const V& h) {
        return sum(square(nn::unroll(cell, V(random_array<double>({3, 2, 3}, 19)), broadcast_to(h, {2, 4})).last));
    };
    const auto report = gradcheck(loss, start.value());
    CHECK_MESSAGE(report.passed, report.text);
}

TEST_CASE("layers: each reads what the one before said; names are stable") {
    nn::Generator bits(2);
    using Cell = nn::GRUCell<double>;
    const auto make = [&](std::size_t n) { return Cell(n, 4, bits); };
    nn::Layers<Cell> one_way(3, {.layers = 2, .residual = true}, make),
        both(3, {.layers = 2, .bidirectional = true}, make);
    const V xs = random_array<double>({5, 2, 3}, 20);
    const auto read = one_way(xs, {.padding = {5, 2}});
    CHECK(read.outputs().shape() == Shape{5, 2, 4});
    CHECK(read.last.size() == 2);
    const auto wide = both(xs, {.padding = {5, 2}});
    CHECK(wide.outputs().shape() == Shape{5, 2, 8});
    CHECK(wide.final_state.shape() == Shape{2, 8});
    CHECK(wide.last.size() == 4);
    std::vector<std::string> names;
    for (const auto& [path, p] : nn::parameters(both)) names.push_back(path);
    CHECK(names.front() == "forward.0.wx");
    CHECK(names.back() == "backward.1.bn");
    CHECK(names.size() == 16);
    const auto again = one_way(xs, {.padding = {5, 2}, .first = one_way.initial(2)});
    CHECK(same_bits(again.outputs().value(), read.outputs().value()));
}

TEST_CASE("dropout between layers: in training only, and of what one layer says to the next") {
    nn::Generator bits(4);
    using Cell = nn::RNNCell<double>;
    const nn::Layers<Cell> layers(3, {.layers = 2, .dropout = 0.5, .number = 7},
                                  [&](std::size_t n) { return Cell(n, 4, bits); });
    const V xs = random_array<double>({5, 2, 3}, 22);
    const V first = nn::unroll(layers.cell(0), xs, layers.cell(0).initial(2)).outputs();
    const auto second = [&](const V& said) {
        return nn::unroll(layers.cell(1), said, layers.cell(1).initial(2)).outputs();
    };
    CHECK(same_bits(layers(xs).outputs().value(), second(first).value()));
    const nn::Training training({.seed = 5, .step = 6});
    const V dropped = nn::dropout(first, 0.5, {.layer = 7, .axis = 1});
    CHECK(distance(dropped.value(), first.value()) > 0.1);
    CHECK(same_bits(layers(xs).outputs().value(), second(dropped).value()));
}

TEST_CASE("what does not fit is refused, with the place") {
    nn::Generator bits(3);
    using Cell = nn::LSTMCell<double>;
    const Cell cell(3, 4, bits);
    const V xs = zeros<double>({5, 2, 3});
    const auto padded = [&](nn::Padding p) {
        return thrown([&] { (void)nn::unroll(cell, xs, cell.initial(2), {.padding = std::move(p)}); });
    };
    CHECK(contains(padded({1, 6}), "[padding] lengths must be in [0, 5], the steps; got 6"));
    CHECK(contains(padded({-1, 2}), "[padding] lengths must be in [0, 5], the steps; got -1"));
    CHECK(contains(padded({1, 2, 3}), "[padding] there must be one length a row, 2; got 3"));
    CHECK(contains(padded(filled<double>({2, 5}, 1)), "[padding] the mask must be (T, B), (5, 2); got (2, 5)"));
    CHECK(contains(thrown([&] { (void)nn::truncated(cell, xs, cell.initial(2), {.every = 2, .depth = 0}); }),
                   "[truncated] blocks and depth must have steps; got every = 2, depth = 0"));
    CHECK(contains(thrown([&] { (void)nn::unroll(cell, xs, nn::LSTMCell<double>(3, 5, bits).initial(2)); }),
                   "(in unroll step 0 > LSTMCell)"));
    CHECK(contains(thrown([&] {
                       (void)nn::unroll(cell, V(zeros<double>({5, 2, 4})), cell.initial(2));
                   }),
                   "got (5, 2, 4), (3, 16), (16,) (in unroll > LSTMCell)"));
    const auto one_layer = [&] {
        const nn::Layers<Cell> bad(3, {.dropout = 0.5}, [&](std::size_t n) { return Cell(n, 4, bits); });
    };
    CHECK(contains(thrown(one_layer), "[Layers] dropout is between layers, of which there must be two or more; got 1"));
    const nn::Layers<Cell> layers(3, {.layers = 2}, [&](std::size_t n) { return Cell(n, 4, bits); });
    CHECK(contains(thrown([&] {
                       (void)layers(V(zeros<double>({5, 2})));
                   }),
                   "[Layers] sequences must be (T, B, I); got (5, 2)"));
    CHECK(contains(thrown([&] { (void)layers(xs, {.first = {cell.initial(2)}}); }),
                   "[Layers] there must be one state a cell, 2; got 1"));
}

}  // namespace
}  // namespace xtape::test
