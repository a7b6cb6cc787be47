// SPDX-License-Identifier: BSD-3-Clause
// A padded row of a batch is the row alone, cut off too, whatever stands where it has no steps.
#include <xtape/nn/layers.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using Lengths = std::vector<std::int64_t>;

// The gradients of loss_of(xs, first) by the sequence, the first state and the parameters of the cell.
template <class Cell, class S, class F>
std::vector<Array<double>> gradients(const Cell& cell, const Array<double>& xs, const S& start, const F& loss_of) {
    const Tape tape;
    std::vector<V> wanted = nn::wanted(cell);
    const V x = wanted.emplace_back(variable(xs));
    const S first = nn::map_state([&](const V& v) { return wanted.emplace_back(variable(v.value())); }, start);
    const auto g = backward(loss_of(x, first), wanted);
    std::vector<Array<double>> all;
    for (const V& v : wanted) all.push_back(g[v]);
    return all;
}
double off(const std::vector<Array<double>>& a, const std::vector<Array<double>>& b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, distance(a[i], b[i]));
    return most;
}

// A loss with a weight of its own for each number of these rows of a state.
template <class S> V weighed(const S& state, std::int64_t row, std::int64_t weights) {
    V total = 0.0;
    unsigned seed = 50 + unsigned(10 * weights);
    (void)nn::map_state(
        [&](const V& v) {
            const V one = select(v, 0, row);
            total = total + sum(one * random_array<double>(one.shape(), ++seed));
            return v;
        },
        state);
    return total;
}

const std::vector<nn::Truncation> truncations{{1, 1}, {1, 3}, {2, 2}, {3, 2}, {2, 5}, {5, 1}, {7, 7}, {3, 99}};

TEST_CASE("cut off, the last state of a padded row has the gradient of its own last step") {
    const Lengths lengths{2, 7, 0, 3, 5};
    for_each_cell<double>([&](const char* name, const auto& make) {
        auto cell = make(3);
        randomise(cell, 1);
        const Array<double> xs = random_array<double>({7, 5, 3}, 2);
        const auto start = random_state(cell.initial(5), 3);
        for (const nn::Truncation& k : truncations) {
            INFO(std::string(name), ", every ", k.every, ", depth ", k.depth, ", seeds 1 to 3");
            const auto by = [&](bool last) {
                return gradients(cell, xs, start, [&](const V& x, const auto& first) {
                    const auto run = nn::truncated(cell, x, first, k, lengths);
                    V loss = 0.0;
                    for (std::int64_t row = 0; row < 5; ++row) {
                        const std::int64_t n = lengths[std::size_t(row)];
                        const auto& own = n == 0 ? first : run.states[std::size_t(n - 1)];
                        loss = loss + weighed(last ? run.last : own, row, row);
                    }
                    return loss;
                });
            };
            CHECK(off(by(true), by(false)) <= 1e-14);
        }
    });
}

TEST_CASE("cut off, a row that ends with a block is the row alone, however far the others go on") {
    for_each_cell<double>([&](const char* name, const auto& make) {
        auto cell = make(3);
        randomise(cell, 1);
        const Array<double> xs = random_array<double>({12, 2, 3}, 2);
        const auto start = random_state(cell.initial(2), 3);
        for (const nn::Truncation& k : std::vector<nn::Truncation>{{3, 3}, {1, 2}, {3, 5}, {6, 2}}) {
            INFO(std::string(name), ", every ", k.every, ", depth ", k.depth, ", seeds 1 to 3");
            const auto padded = gradients(cell, xs, start, [&](const V& x, const auto& first) {
                return weighed(nn::truncated(cell, x, first, k, {12, 6}).last, 1, 0);
            });
            const auto alone = gradients(cell, xs, start, [&](const V& x, const auto& first) {
                const auto row = nn::map_state([](const V& v) { return slice(v, 0, 1, 2); }, first);
                return weighed(nn::truncated(cell, slice(slice(x, 0, 0, 6), 1, 1, 2), row, k).last, 0, 0);
            });
            CHECK(off(padded, alone) <= 1e-14);
            CHECK(off({padded[0]}, {zeros<double>(padded[0].shape())}) > 1e-3);
        }
    });
}

TEST_CASE("NaN and infinity in padded steps change no bit of any gradient, in any driver") {
    const nn::Padding lengths = Lengths{2, 5, 0, 3};
    const Array<double> mask = lengths.mask<double>(5);
    for_each_cell<double>([&](const char* name, const auto& make) {
        auto cell = make(3);
        randomise(cell, 1);
        const auto start = random_state(cell.initial(4), 3);
        const auto with = [&](double number, int driver) {
            Array<double> xs = random_array<double>({5, 4, 3}, 2);
            for (std::size_t i = 0; i < xs.size(); ++i)
                if (mask.data()[i / 3] == 0) xs.data()[i] = number;
            return gradients(cell, xs, start, [&](const V& x, const auto& first) {
                if (driver == 0) return sum(square(nn::unroll(cell, x, first, {.padding = lengths}).outputs()));
                if (driver == 1)
                    return sum(square(nn::unroll(cell, x, first, {.padding = mask, .reverse = true}).outputs()));
                if (driver == 2) return sum(square(nn::truncated(cell, x, first, {2, 3}, lengths).outputs()));
                return sum(square(nn::bidirectional(cell, cell, x, first, first, lengths).outputs()));
            });
        };
        for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()})
            for (const int driver : {0, 1, 2, 3}) {
                INFO(std::string(name), ", driver ", driver, ", ", bad);
                const auto clean = with(0, driver), hidden = with(bad, driver);
                for (std::size_t i = 0; i < clean.size(); ++i) CHECK(same_bits(hidden[i], clean[i]));
            }
    });
}

TEST_CASE("NaN and infinity in padded steps change no bit of what layers say, nor of any gradient") {
    const nn::Padding lengths = Lengths{2, 5, 0, 3};
    const Array<double> mask = lengths.mask<double>(5);
    const V counts = reshape(V(mask), {5, 4, 1});
    for_each_cell<double>([&](const char* name, const auto& make) {
        using Layers = nn::Layers<decltype(make(3))>;
        const std::size_t units = nn::output(make(3).initial(1)).shape()[1];
        for (const bool both : {false, true})
            for (const bool residual : {false, true}) {
                const std::size_t size = both ? 2 * units : units;  // of inputs too, which are added where it says so
                Layers layers(size, {.layers = 2, .bidirectional = both, .residual = residual}, make);
                randomise(layers, 4);
                const auto with = [&](double number) {
                    Array<double> xs = random_array<double>({5, 4, size}, 5);
                    for (std::size_t i = 0; i < xs.size(); ++i)
                        if (mask.data()[i / size] == 0) xs.data()[i] = number;
                    std::vector<Array<double>> said;
                    const auto start = random_state(layers.cell(0).initial(4), 6);
                    auto all = gradients(layers, xs, start, [&](const V& x, const auto& first) {
                        const typename Layers::States firsts(both ? 4 : 2, first);
                        const auto read = layers(x, {.padding = lengths, .first = firsts});
                        said = {read.outputs().value(), read.final_state.value()};
                        return sum(square(read.outputs() * counts)) + sum(square(read.final_state));
                    });
                    all.insert(all.end(), said.begin(), said.end());
                    return all;
                };
                const auto clean = with(0);
                for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
                    INFO(std::string(name), ", both ways ", both, ", residual ", residual, ", ", bad, ", seeds 4 to 6");
                    const auto hidden = with(bad);
                    REQUIRE(hidden.size() == clean.size());
                    for (std::size_t i = 0; i < clean.size(); ++i) CHECK(same_bits(hidden[i], clean[i]));
                }
            }
    });
}

}  // namespace
}  // namespace xtape::test
