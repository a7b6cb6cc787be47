// SPDX-License-Identifier: BSD-3-Clause
// The engine's gradients of every cell against those derived by hand on plain arrays, which share no code with it.
#include <xtape/nn/analytic/layers.hpp>
#include <xtape/nn/layers.hpp>
#include <xtape/nn/truncated.hpp>

#include "by_hand.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

enum Through { last_h, last_c, last_all, one_step, all_of_it };  // what the loss sees

// What the loss weighs: all steps (T, B, H) and the fields of the last state
struct Weights {
    Plain steps;
    hand::State<double> last;
    Weights(Through through, const Shape& said, const hand::State<double>& state, const Array<double>& mask)
        : steps(random_array<double>(said, 31)), last(state) {
        for (std::size_t k = 0; k < last.size(); ++k) {
            last[k] = random_array<double>(Shape(state[k].shape().begin(), state[k].shape().end()), 32 + unsigned(k));
            if (through == one_step || (through == last_h && k > 0) || (through == last_c && k == 0)) last[k].fill(0);
        }
        for (std::size_t t = 0; t < said[0]; ++t)
            for (std::size_t i = 0; i < said[1] * said[2]; ++i)
                if (through <= last_all || (through == one_step && t != said[0] / 2) || mask(t, i / said[2]) == 0)
                    steps.data()[t * said[1] * said[2] + i] = 0;
    }
};

template <class Make>
double layers_off(const Make& make, std::size_t layers, bool both, std::size_t steps, Through through, bool padded) {
    using Cell = std::invoke_result_t<Make, std::size_t>;
    nn::Layers<Cell> model(3, {.layers = layers, .bidirectional = both}, make);
    randomise(model, 33);
    const std::size_t batch = 3, n = both ? 2 : 1;
    const auto T = std::int64_t(steps);
    const nn::Padding padding = padded ? nn::Padding({T, T / 2, 0}) : nn::Padding({T, T, T});
    const Array<double> mask = padding.mask<double>(steps), xs = random_array<double>({steps, batch, 3}, 34);

    const Tape tape;
    const V x = variable(xs);
    typename nn::Layers<Cell>::States first;
    for (const auto& s : model.initial(batch)) first.push_back(leaves(random_state(s, 35 + unsigned(first.size()))));
    const auto read = model(x, {.padding = padding, .first = first});

    hand::Layers<decltype(empty_like(std::declval<Cell&>()))> plain_layers{{}, n};
    std::vector<hand::State<double>> plain_first, d_last;
    for (std::size_t k = 0; k < layers * n; ++k) {
        plain_layers.cells.push_back(by_hand(model.cell(k)));
        plain_first.push_back(plain_state(first[k]));
    }
    const auto run = hand::unroll(plain_layers, Plain(xs), plain_first, std::optional<Plain>(Plain(mask)));
    const Weights weights(through, read.outputs().shape(), plain_state(read.last.back()), mask);
    V loss = sum(read.outputs() * weights.steps);
    for (std::size_t k = 0; k < layers * n; ++k) {
        d_last.push_back(weights.last);
        loss = loss + weighed(read.last[k], weights.last);
    }
    auto d = hand::bptt(plain_layers, run, weights.steps, d_last);

    const auto g = backward(loss);
    double most = std::max(off(Plain(read.outputs().value()), run.y), off(Plain(g[x]), d.x));
    for (std::size_t k = 0; k < layers * n; ++k)
        most = std::max({most, off(g, model.cell(k), d.cells[k]), off_state(g, first[k], d.first[k])});
    return most;
}

template <class F> void for_each_derived(const F& f) {
    for_each_cell<double>([&](const char* name, const auto& make) {
        if constexpr (requires { empty_like(make(3)); }) f(name, make);
    });
}

TEST_CASE("every cell, in layers, one way and both, is what was derived by hand") {
    double worst = 0;
    std::size_t compared = 0, memories = 0;
    for_each_derived([&](const char* name, const auto& make) {
        const bool memory = plain_state(make(3).initial(1)).size() > 1;  // it has a c
        memories += memory;
        for (const std::size_t layers : {1u, 2u, 3u})
            for (const bool both : {false, true})
                for (const std::size_t steps : {1u, 2u, 7u, 50u})
                    for (const Through through : {last_h, last_c, last_all, one_step, all_of_it})
                        for (const bool padded : {false, true}) {
                            if (through == last_c && !memory) continue;
                            INFO(name, ", seeds 31 to 40, layers ", layers, ", both ways ", both, ", T ", steps,
                                 ", loss ", int(through), ", padded ", padded);
                            const double most = layers_off(make, layers, both, steps, through, padded);
                            CHECK(most <= 1e-12);
                            worst = std::max(worst, most);
                            ++compared;
                        }
    });
    MESSAGE(compared, " comparisons, worst ", worst);
    CHECK(memories == 5);
    CHECK(compared == (10 * 4 + memories) * 3 * 2 * 4 * 2);
}

TEST_CASE("cut off and reversed, every cell is what was derived by hand") {
    double worst = 0;
    for_each_derived([&](const char* name, const auto& make) {
        auto cell = make(3);
        randomise(cell, 41);
        const Array<double> xs = random_array<double>({7, 3, 3}, 42);
        const nn::Padding padding = {7, 4, 0};
        const Plain mask = padding.mask<double>(7);
        const auto start = random_state(cell.initial(3), 43);
        auto other = by_hand(cell);
        const auto compare = [&](auto&& mine, auto&& derived, const hand::Reading<double>& reading) {
            const Tape tape;
            const V x = variable(xs);
            const auto first = leaves(start);
            const auto run = mine(x, first);
            const V said = run.outputs();
            const Weights weights(all_of_it, said.shape(), plain_state(run.last), Array<double>(mask));
            const auto plain_run = hand::unroll(other, Plain(xs), plain_state(first), reading);
            auto d = derived(plain_run, weights);
            const auto g = backward(sum(said * weights.steps) + weighed(run.last, weights.last));
            const double most = std::max({off(Plain(said.value()), plain_run.h), off(Plain(g[x]), d.x),
                                          off(g, cell, d.parameters), off_state(g, first, d.first)});
            CHECK(most <= 1e-12);
            worst = std::max(worst, most);
        };
        for (const nn::Truncation& k : std::vector<nn::Truncation>{{1, 1}, {1, 3}, {2, 2}, {3, 2}, {2, 5}, {7, 7}}) {
            INFO(name, ", every ", k.every, ", depth ", k.depth);
            compare([&](const V& x, const auto& first) { return nn::truncated(cell, x, first, k, padding); },
                    [&](const auto& run, const Weights& w) {
                        return hand::truncated_bptt(other, run, w.steps, w.last, k.every, k.depth);
                    },
                    {mask});
        }
        INFO(name, ", reversed");
        compare(
            [&](const V& x, const auto& s) { return nn::unroll(cell, x, s, {.padding = padding, .reverse = true}); },
            [&](const auto& run, const Weights& w) { return hand::bptt(other, run, w.steps, w.last); }, {mask, true});
    });
    MESSAGE("seeds 31 to 43, worst ", worst);
}

}  // namespace
}  // namespace xtape::test
