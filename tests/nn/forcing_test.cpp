// SPDX-License-Identifier: BSD-3-Clause
// Teacher forcing and scheduled sampling, beside a loop, and beside greedy decoding.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/forcing.hpp>
#include <xtape/nn/random.hpp>

#include "decoders.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
constexpr std::size_t T = 6, B = 4, tokens = 5;

std::vector<Indices> random_targets(std::size_t steps, std::size_t rows, unsigned seed) {
    std::mt19937 generator(seed);
    std::vector<Indices> all(steps, Indices(rows));
    for (Indices& step : all)
        for (std::int64_t& token : step) token = std::int64_t(generator() % tokens);
    return all;
}
const Indices first{1, 2, 3, 4};
const std::vector<Indices> targets = random_targets(T, B, 5);

TEST_CASE("teacher forcing is a loop that reads the truth one step late, with its gradients") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const Array<double> seed = random_array<double>({T, B, tokens}, 7);
    const auto gradients = [&](const auto& run) {
        const Tape tape;
        const RandomDecoder::State s{variable(start.h.value()), variable(start.c.value())};
        const auto [scores, last] = run(s);
        const auto g = backward(sum(scores * seed) + sum(last.c), {s.h, s.c, decoder.cell.wx, decoder.cell.b});
        return std::vector{scores.value(), g[s.h], g[s.c], g[decoder.cell.wx], g[decoder.cell.b]};
    };
    const auto forced = gradients([&](const auto& s) {
        const auto all = nn::teacher_forcing(decoder, first, targets, s);
        for (std::size_t t = 0; t < T; ++t) CHECK(all.inputs[t] == (t == 0 ? first : targets[t - 1]));
        return std::pair(all.scores, all.last);
    });
    const auto looped = gradients([&](auto s) {
        std::vector<V> all;
        for (std::size_t t = 0; t < T; ++t) {
            const auto [scores, next] = decoder(t == 0 ? first : targets[t - 1], s);
            all.push_back(scores), s = next;
        }
        return std::pair(stack(all), s);
    });
    for (std::size_t i = 0; i < forced.size(); ++i) CHECK(same_bits(forced[i], looped[i]));
}

TEST_CASE("scheduled sampling: never is teacher forcing, always is greedy decoding or sampling") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const auto plain = nn::teacher_forcing(decoder, first, targets, start);
    // Outside of training there is none.
    CHECK(nn::teacher_forcing(decoder, first, targets, start, {.own = 1}).inputs == plain.inputs);
    const nn::Training training({.seed = 9});
    const auto never = nn::teacher_forcing(decoder, first, targets, start, {.own = 0});
    CHECK(same_bits(never.scores.value(), plain.scores.value()));
    const auto said = [&](const nn::Forced<RandomDecoder::State>& forced, const std::vector<nn::Decoded>& decoded) {
        CHECK(forced.inputs != plain.inputs);
        for (std::size_t t = 0; t + 1 < T; ++t)
            for (std::size_t b = 0; b < B; ++b) CHECK(forced.inputs[t + 1][b] == decoded[b].tokens[t]);
    };
    said(nn::teacher_forcing(decoder, first, targets, start, {.own = 1}),
         nn::greedy(decoder, first, start, {.longest = T}));
    const nn::Sampling warm{.temperature = 1.5};
    said(nn::teacher_forcing(decoder, first, targets, start, {.own = 1, .saying = warm, .layer = 0}),  // sample's
         nn::sample(decoder, first, start, {.longest = T}, warm, 9));
}

// Which tokens were said rather than true, of those where it makes a difference.
struct Coins {
    std::vector<Indices> inputs;
    double said = 0, differ = 0;
};
Coins coins(double own, const nn::TrainingStep& step, std::size_t rows) {
    constexpr std::size_t steps = 11;
    const RandomDecoder decoder(tokens, 1);
    const auto truth = random_targets(steps, rows, 6);
    const nn::Training training(step);
    const auto forced =
        nn::teacher_forcing(decoder, Indices(rows, 1), truth, decoder.start(rows, 3), {.own = own, .layer = 4});
    Coins result{forced.inputs};
    for (std::size_t t = 0; t + 1 < steps; ++t)
        for (std::size_t b = 0; b < rows; ++b) {
            std::size_t best = 0;
            for (std::size_t j = 1; j < tokens; ++j)
                if (forced.scores.value()(t, b, j) > forced.scores.value()(t, b, best)) best = j;
            const std::int64_t input = forced.inputs[t + 1][b], is_true = truth[t][b];
            CHECK((input == is_true || input == std::int64_t(best)));
            if (is_true != std::int64_t(best)) ++result.differ, result.said += input != is_true;
        }
    return result;
}

TEST_CASE("scheduled sampling throws a coin for each token, the same one at the same step of training") {
    for (const double own : {0.2, 0.7}) {
        const Coins c = coins(own, {.seed = 1}, 400);
        INFO("own ", own, ", of ", c.differ, " tokens, seed 1");
        CHECK(std::abs(c.said / c.differ - own) <= 4 * std::sqrt(own * (1 - own) / c.differ));
        CHECK(coins(own, {.seed = 1}, 400).inputs == c.inputs);
        CHECK(coins(own, {.seed = 2}, 400).inputs != c.inputs);
        CHECK(coins(own, {.seed = 1, .step = 1}, 400).inputs != c.inputs);
        CHECK(coins(own, {.seed = 1, .row = 400}, 400).inputs != c.inputs);  // another shard
    }
}

TEST_CASE("scheduled sampling has a layer of its own, unless it is told one") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const auto inputs = [&](const nn::ForcingOptions& options) {
        const nn::Training training({.seed = 3});
        return nn::teacher_forcing(decoder, first, targets, start, options).inputs;
    };
    const auto by_default = inputs({.own = 0.5});
    CHECK(by_default == inputs({.own = 0.5, .layer = nn::Draw::forcing}));
    for (const std::uint64_t layer : {0u, 1u, 2u}) CHECK(by_default != inputs({.own = 0.5, .layer = layer}));
}

TEST_CASE("scheduled sampling of a part of a batch is that of the whole") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const nn::ForcingOptions options{.own = 0.5, .saying = {.temperature = 1}};
    const auto run = [&](std::size_t from, std::size_t to) {
        const auto rows = [&](const Indices& all) { return Indices(&all[from], &all[from] + (to - from)); };
        std::vector<Indices> truth;
        for (const Indices& step : targets) truth.push_back(rows(step));
        const auto state =
            nn::map_state([&](const V& v) { return slice(v, 0, std::ptrdiff_t(from), std::ptrdiff_t(to)); }, start);
        const nn::Training training({.seed = 3, .row = from});
        return nn::teacher_forcing(decoder, rows(first), truth, state, options).inputs;
    };
    const auto whole = run(0, B), begin = run(0, 1), end = run(1, B);
    for (std::size_t t = 0; t < T; ++t)
        for (std::size_t b = 0; b < B; ++b) CHECK(whole[t][b] == (b == 0 ? begin[t][0] : end[t][b - 1]));
}

TEST_CASE("no gradient flows through what was said: it is that of the same inputs as targets") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const Array<double> seed = random_array<double>({T, B, tokens}, 7);
    std::vector<Indices> read;
    const auto gradient = [&](const std::vector<Indices>& truth, double own) {
        const Tape tape;
        const nn::Training training({.seed = 2});
        const RandomDecoder::State s{variable(start.h.value()), start.c};
        const auto forced = nn::teacher_forcing(decoder, first, truth, s, {.own = own});
        read = forced.inputs;
        return backward(sum(forced.scores * seed), {s.h})[s.h];
    };
    const Array<double> mixed = gradient(targets, 0.5);
    std::vector<Indices> same(read.begin() + 1, read.end());
    CHECK(same != std::vector<Indices>(targets.begin(), targets.end() - 1));
    same.push_back(targets.back());
    CHECK(same_bits(gradient(same, 0), mixed));
}

TEST_CASE("teacher forcing refuses what does not fit") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const auto text = [&](const std::vector<Indices>& truth, const auto& state, const nn::ForcingOptions& options) {
        return thrown([&] { (void)nn::teacher_forcing(decoder, first, truth, state, options); });
    };
    CHECK(contains(text({}, start, {}), "[teacher_forcing] targets must have a step; got none"));
    CHECK(contains(text({{1, 2, 3, 4}, {1, 2, 3}}, start, {}),
                   "targets must be as many as first tokens at each step, 4; got 3 at step 1"));
    CHECK(contains(text(targets, start, {.own = -0.1}), "own must be a probability, in [0, 1]; got -0.1"));
    CHECK(contains(text(targets, start, {.own = 1.5}), "own must be a probability, in [0, 1]; got 1.5"));
    CHECK(
        contains(text(targets, start, {.own = 1, .saying = {.temperature = -1}}), "[teacher_forcing] the temperature"));
    CHECK(contains(text(targets, decoder.start(3, 1), {}), "states must have a row for each token, 4; got (3, 5)"));
    auto wrong = targets;
    wrong[2][1] = 5;
    CHECK(contains(text(wrong, start, {}), "[take]"));
    CHECK(contains(text(wrong, start, {}), "(in teacher_forcing step 3)"));
}

}  // namespace
}  // namespace xtape::test
