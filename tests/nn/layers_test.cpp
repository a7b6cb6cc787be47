// SPDX-License-Identifier: BSD-3-Clause
// What layers say at their ends, in parts of a sequence, and where they fail.
#include <xtape/nn/layers.hpp>
#include <xtape/nn/noisy_cells.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

TEST_CASE("what layers say in the end is their outputs at the ends of each row, residual layers too") {
    const V xs = random_array<double>({5, 4, 3}, 1);
    const Array<double> late = array<double>({5, 4}, {0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1});
    const std::vector<nn::Padding> paddings{{}, {{5, 2, 0, 3}}, {late}};
    for_each_cell<double>([&](const char* name, const auto& make) {
        using Cell = decltype(make(3));
        for (const bool both : {false, true}) {
            nn::Layers<Cell> layers(3, {.layers = 3, .bidirectional = both, .residual = true}, make);
            randomise(layers, 2);
            for (std::size_t k = 0; k < paddings.size(); ++k) {
                INFO(std::string(name), ", both ways ", both, ", padding ", k);
                const auto read = layers(xs, {.padding = paddings[k]});
                const V said = read.outputs();
                const Array<double> mask = k == 0 ? filled<double>({5, 4}, 1) : paddings[k].mask<double>(5);
                const std::size_t size = said.shape()[2], half = both ? size / 2 : size;
                for (std::size_t row = 0; row < 4; ++row) {
                    std::size_t first = 5, last = 5;
                    for (std::size_t t = 0; t < 5; ++t)
                        if (mask(t, row) != 0) first = std::min(first, t), last = t;
                    for (std::size_t j = 0; j < size && first < 5; ++j) {
                        const double end = said.value()(j < half ? last : first, row, j);
                        CHECK(read.final_state.value()(row, j) == doctest::Approx(end).epsilon(1e-14));
                    }
                    for (std::size_t j = 0; j < half && first == 5; ++j)
                        CHECK(read.final_state.value()(row, j) == 0);  // as it began
                }
            }
        }
    });
}

TEST_CASE("a sequence read in parts has the noise of the whole, between layers and in them") {
    nn::Generator bits(3);
    std::uint64_t number = 4;
    using Cell = nn::Zoneout<nn::GRUCell<double>>;
    const nn::Layers<Cell> layers(3, {.layers = 2, .dropout = 0.3, .number = 1}, [&](std::size_t n) {
        return nn::Zoneout(nn::GRUCell<double>(n, 4, bits), {0.4}, number++);
    });
    const V xs = random_array<double>({6, 5, 3}, 4);
    const nn::Training training({.seed = 5, .step = 6});
    const V whole = layers(xs).outputs();
    const auto first = layers(slice(xs, 0, 0, 2));
    const auto second = layers(slice(xs, 0, 2, 6), {.first = first.last, .begin = 2});
    CHECK(distance(concatenate({first.outputs(), second.outputs()}, 0).value(), whole.value()) <= 1e-15);
    const auto again = layers(slice(xs, 0, 2, 6), {.first = first.last});
    CHECK(distance(again.outputs().value(), second.outputs().value()) > 1e-3);

    const auto& cell = layers.cell(0);
    const auto run = nn::unroll(cell, xs, cell.initial(5), {.reverse = true});
    const auto end = nn::unroll(cell, slice(xs, 0, 2, 6), cell.initial(5), {.reverse = true, .begin = 2});
    CHECK(distance(end.last.value(), run.states[2].value()) <= 1e-15);
}

// A cell that fails in one direction of one layer, at one step
struct Failing {
    using value_type = double;
    bool fails;
    V operator()(const V& x, const V& h, std::ptrdiff_t t, Where where) const {
        return fails && t == 2 ? matmul(h, x, where) : h;
    }
    V initial(std::size_t batch) const { return zeros<double>({batch, 3}); }
    template <class F> void visit(F&&) {}
};

TEST_CASE("an error in layers names the layer, the direction and the step, and the caller's line") {
    const V xs(zeros<double>({4, 2, 3}));
    std::size_t made = 0;
    const auto make = [&](std::size_t) { return Failing{made++ == 3}; };
    const nn::Layers<Failing> both(3, {.layers = 2, .bidirectional = true}, make),
        one(3, {.layers = 5}, [&](std::size_t) { return Failing{made++ == 7}; });
    const int line = __LINE__ + 1;
    const std::string text = thrown([&] { (void)both(xs); });
    CHECK(contains(text, at(__FILE__, line) + "[matmul]"));
    CHECK(contains(text, "(in Layers layer 1 > bidirectional backward > unroll step 2)"));
    CHECK(contains(thrown([&] { (void)one(xs); }), "(in Layers layer 3 > unroll step 2)"));
    CHECK(contains(thrown([&] { (void)one(V(zeros<double>({4, 2}))); }), "got (4, 2) (in Layers)"));
    const int made_on = __LINE__ + 1;
    const std::string none = thrown([&] { (void)nn::Layers<Failing>(3, {.layers = 0}, make); });
    CHECK(contains(none, at(__FILE__, made_on) + "[Layers] there must be a layer; got none"));
}

}  // namespace
}  // namespace xtape::test
