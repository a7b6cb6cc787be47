// SPDX-License-Identifier: BSD-3-Clause
// Teacher forcing and scheduled sampling, beside a loop, and beside greedy decoding.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/forcing.hpp>

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

TEST_CASE("scheduled sampling: never is teacher forcing, always is greedy decoding") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const auto never = nn::teacher_forcing(decoder, first, targets, start, {.own = 0});
    CHECK(same_bits(never.scores.value(), nn::teacher_forcing(decoder, first, targets, start).scores.value()));
    const auto always = nn::teacher_forcing(decoder, first, targets, start, {.own = 1});
    const auto greedy = nn::greedy(decoder, first, start, {.longest = T});
    for (std::size_t t = 0; t + 1 < T; ++t)
        for (std::size_t b = 0; b < B; ++b) CHECK(always.inputs[t + 1][b] == greedy[b].tokens[t]);
    CHECK(always.inputs != never.inputs);
    const nn::Sampling saying{.temperature = 1.5, .seed = 9};
    const auto drawn = nn::teacher_forcing(decoder, first, targets, start, {.own = 1, .saying = saying});
    const auto sampled = nn::sample(decoder, first, start, {.longest = T}, saying);
    for (std::size_t t = 0; t + 1 < T; ++t)
        for (std::size_t b = 0; b < B; ++b) CHECK(drawn.inputs[t + 1][b] == sampled[b].tokens[t]);
}

TEST_CASE("scheduled sampling throws a coin for each token, the same one with the same seed") {
    constexpr std::size_t rows = 400, steps = 11;
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(rows, 3);
    const auto truth = random_targets(steps, rows, 6);
    const auto run = [&](double own, std::uint64_t seed) {
        return nn::teacher_forcing(decoder, Indices(rows, 1), truth, start,
                                   {.own = own, .saying = {.temperature = 0, .seed = seed}});
    };
    for (const double own : {0.2, 0.7}) {
        const auto forced = run(own, 1);
        double said = 0, differ = 0;
        for (std::size_t t = 0; t + 1 < steps; ++t)
            for (std::size_t b = 0; b < rows; ++b) {
                std::size_t best = 0;
                for (std::size_t j = 1; j < tokens; ++j)
                    if (forced.scores.value()(t, b, j) > forced.scores.value()(t, b, best)) best = j;
                const std::int64_t input = forced.inputs[t + 1][b], is_true = truth[t][b];
                CHECK((input == is_true || input == std::int64_t(best)));
                if (is_true != std::int64_t(best)) ++differ, said += input != is_true;
            }
        INFO("own ", own, ", of ", differ, " tokens");
        CHECK(std::abs(said / differ - own) <= 4 * std::sqrt(own * (1 - own) / differ));
        CHECK(run(own, 1).inputs == forced.inputs);
        CHECK(run(own, 2).inputs != forced.inputs);
    }
}

TEST_CASE("no gradient flows through what was said: it is that of the same inputs as targets") {
    const RandomDecoder decoder(tokens, 1);
    const auto start = decoder.start(B, 3);
    const Array<double> seed = random_array<double>({T, B, tokens}, 7);
    std::vector<Indices> read;
    const auto gradient = [&](const std::vector<Indices>& truth, double own) {
        const Tape tape;
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
