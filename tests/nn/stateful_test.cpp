// SPDX-License-Identifier: BSD-3-Clause
// Stateful training, part by part with a tape for each: its gradients add up to truncated ones of the whole.
#include <xtape/nn/layers.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using Arrays = std::vector<Array<double>>;
constexpr std::size_t T = 6, B = 4;
const Indices lengths{6, 4, 0, 5};

Array<double> part(const Array<double>& a, std::size_t begin, std::size_t end) {
    return slice(V(a), 0, std::ptrdiff_t(begin), std::ptrdiff_t(end)).value();
}
// How many steps of each row there are from `begin` to `end`.
Indices lengths_between(std::size_t begin, std::size_t end) {
    Indices own;
    for (const std::int64_t n : lengths)
        own.push_back(std::clamp(n, std::int64_t(begin), std::int64_t(end)) - std::int64_t(begin));
    return own;
}

// Of a sum of what is said, (t, B, H), each number with its own weight: by the parameters, and by the inputs.
struct Trained {
    Array<double> said;
    Arrays parameters;
    Array<double> inputs;
};
template <class M, class F> Trained train(const M& model, std::size_t begin, std::size_t end, const F& outputs_of) {
    const Tape tape;
    std::vector<V> wanted = nn::wanted(model);
    const V xs = wanted.emplace_back(variable(part(random_array<double>({T, B, 3}, 52), begin, end)));
    const V y = outputs_of(xs);
    const Array<double> weights = part(random_array<double>({T, B, y.shape()[2]}, 53), begin, end);
    const auto g = backward(sum(y * weights), wanted);
    Trained all{y.value(), {}, g[xs]};
    for (std::size_t i = 0; i + 1 < wanted.size(); ++i) all.parameters.push_back(g[wanted[i]]);
    return all;
}
// Parts of `every` steps. read(xs, first, lengths of this part) is a run, whose state goes on to the next part.
template <class M, class S, class F> Trained stateful(const M& model, S state, std::size_t every, const F& read) {
    std::vector<V> said, inputs;
    Arrays total;
    for (std::size_t begin = 0, end; begin < T; begin = end) {
        end = std::min(begin + every, T);
        const Trained one = train(model, begin, end, [&](const V& xs) {
            const auto run = read(xs, state, lengths_between(begin, end));
            state = nn::detached(run.last);
            return run.outputs();
        });
        said.push_back(one.said), inputs.push_back(one.inputs);
        if (total.empty())
            total = one.parameters;
        else
            for (std::size_t i = 0; i < total.size(); ++i) total[i] += one.parameters[i];
    }
    return {concatenate(said, 0).value(), total, concatenate(inputs, 0).value()};
}
void check_same(const Trained& a, const Trained& b) {
    CHECK(distance(a.said, b.said) <= 1e-14);
    CHECK(distance(a.inputs, b.inputs) <= 1e-13);
    double most = 0;
    for (std::size_t i = 0; i < a.parameters.size(); ++i)
        most = std::max(most, distance(a.parameters[i], b.parameters[i]));
    CHECK(most <= 1e-13);
}

TEST_CASE("parts that begin at detached(run.last) have the gradients of truncated, with blocks as long and as deep") {
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        auto cell = make(3);
        randomise(cell, 51);
        const auto first = random_state(cell.initial(B), 54);
        for (const std::size_t k : {1u, 2u, 3u, 6u}) {
            INFO(name, ", parts of ", k, ", seeds 51 to 54");
            const Trained parts = stateful(cell, first, k, [&](const V& xs, const auto& state, const Indices& own) {
                return nn::unroll(cell, xs, state, {.padding = own});
            });
            const auto whole = [&](std::size_t every) {
                return train(cell, 0, T, [&](const V& xs) {
                    return nn::truncated(cell, xs, first, {.every = every, .depth = every}, lengths).outputs();
                });
            };
            check_same(parts, whole(k));
            CHECK((distance(parts.inputs, whole(T).inputs) > 1e-3) == (k < T));
        }
    });
}

TEST_CASE("layers go on from part to part in the same way") {
    nn::Generator bits(55);
    using Cell = nn::LSTMCell<double>;
    const nn::Layers<Cell> layers(3, {.layers = 2}, [&](std::size_t n) { return Cell(n, 4, bits); });
    const auto first = layers.initial(B);
    const Trained parts = stateful(layers, first, 3, [&](const V& xs, const auto& state, const Indices& own) {
        return layers(xs, {.padding = own, .first = state});
    });
    // Each layer is cut at the same steps, so that truncated ones may be put on each other.
    check_same(parts, train(layers, 0, T, [&](const V& xs) {
                   const nn::Truncation k{.every = 3, .depth = 3};
                   const V below = nn::truncated(layers.cell(0), xs, first[0], k, lengths).outputs();
                   return nn::truncated(layers.cell(1), below, first[1], k, lengths).outputs();
               }));
}

}  // namespace
}  // namespace xtape::test
