// SPDX-License-Identifier: BSD-3-Clause
// Tokens drawn from scores: the sets that are drawn from, by hand, and how often each is drawn.
#include <xtape/autodiff/autodiff.hpp>

#include "decoders.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using nn::Sampling;

const std::vector<double> p{0.1, 0.5, 0.15, 0.25};
Array<double> scores_of(std::size_t rows) {  // ln p + 3, for each row
    Array<double> scores = Array<double>::from_shape({rows, p.size()});
    for (std::size_t i = 0; i < scores.size(); ++i) scores.data()[i] = std::log(p[i % p.size()]) + 3;
    return scores;
}
void check_row(const Sampling& sampling, const std::vector<double>& expected) {
    const Array<double> row = nn::probabilities(scores_of(1), sampling);
    CHECK(distance(row, array<double>({1, p.size()}, expected)) <= 1e-15);
    for (std::size_t i = 0; i < p.size(); ++i) CHECK((row(0, i) == 0) == (expected[i] == 0));
}

TEST_CASE("temperature, top-k and top-p, by hand") {
    check_row({}, p);
    check_row({.temperature = 0}, {0, 1, 0, 0});
    check_row({.temperature = 0.5}, {0.01 / 0.345, 0.25 / 0.345, 0.0225 / 0.345, 0.0625 / 0.345});
    check_row({.top_k = 1}, {0, 1, 0, 0});
    check_row({.top_k = 2}, {0, 2.0 / 3, 0, 1.0 / 3});
    check_row({.top_k = 9}, p);
    check_row({.top_p = 1e-9}, {0, 1, 0, 0});  // never nothing
    check_row({.top_p = 0.49}, {0, 1, 0, 0});
    check_row({.top_p = 0.51}, {0, 2.0 / 3, 0, 1.0 / 3});
    check_row({.top_p = 0.76}, {0, 0.5 / 0.9, 0.15 / 0.9, 0.25 / 0.9});
    check_row({.top_p = 0.91}, p);
    check_row({.top_k = 3, .top_p = 0.8}, {0, 2.0 / 3, 0, 1.0 / 3});  // 0.75 / 0.9 of what top-k left is enough
    check_row({.temperature = 0.5, .top_p = 0.8}, {0, 0.8, 0, 0.2});  // 0.3125 of 0.345
}

TEST_CASE("of equals the first is the best; what cannot be is never drawn") {
    constexpr double none = -std::numeric_limits<double>::infinity();
    const auto row = [](const std::vector<double>& scores, const Sampling& sampling) {
        return nn::probabilities(array<double>({1, 4}, scores), sampling);
    };
    CHECK(same_bits(row({1, 2, 2, 2}, {.temperature = 0}), array<double>({1, 4}, {0, 1, 0, 0})));
    CHECK(distance(row({1, 2, 2, 2}, {.top_k = 2}), array<double>({1, 4}, {0, 0.5, 0.5, 0})) <= 1e-15);
    CHECK(distance(row({none, 2, none, 2}, {}), array<double>({1, 4}, {0, 0.5, 0, 0.5})) <= 1e-15);
    CHECK(distance(row({none, 2, none, 2}, {.temperature = 9}), array<double>({1, 4}, {0, 0.5, 0, 0.5})) <= 1e-15);
    CHECK(same_bits(row({1e300, 0, 0, -1e300}, {.temperature = 1e-3}), array<double>({1, 4}, {1, 0, 0, 0})));
    const Array<float> many = nn::probabilities(Array<float>(zeros<float>({1, 4})), {});
    CHECK(same_bits(many, filled({1, 4}, 0.25f)));
}

// One token for each of so many rows
std::vector<std::int64_t> drawn(std::size_t rows, const Sampling& sampling, std::uint64_t seed, std::size_t step = 0) {
    const auto decoder = [&](const Indices& tokens, const V& s) { return std::pair(V(scores_of(tokens.size())), s); };
    const V none = zeros<double>({rows, 0});
    std::vector<std::int64_t> tokens;
    for (const nn::Decoded& d : nn::sample(decoder, Indices(rows), none, {.longest = step + 1}, sampling, seed))
        tokens.push_back(d.tokens[step]);
    return tokens;
}

TEST_CASE("tokens are drawn as often as their probabilities say, at each step") {
    constexpr std::size_t n = sanitized ? 4000 : 20000;
    const Sampling all[]{{}, {.temperature = 0.5}, {.top_k = 3}, {.top_p = 0.6}};
    std::uint64_t seed = 0;
    for (const Sampling& sampling : all)
        for (const std::size_t step : {0u, 3u}) {
            ++seed;
            INFO("seed ", seed, ", step ", step);
            const Array<double> expected = nn::probabilities(scores_of(1), sampling);
            std::vector<double> counts(p.size(), 0.0);
            for (const std::int64_t token : drawn(n, sampling, seed, step)) ++counts[std::size_t(token)];
            for (std::size_t i = 0; i < p.size(); ++i) {
                const double q = expected(0, i), deviation = std::sqrt(q * (1 - q) / n);
                CHECK(std::abs(counts[i] / n - q) <= 4 * deviation);
            }
        }
}

TEST_CASE("a draw depends on the seed, the step and the row, and on no other row") {
    const auto all = drawn(500, {}, 1), again = drawn(500, {}, 1), few = drawn(20, {}, 1);
    CHECK(all == again);
    CHECK(std::equal(few.begin(), few.end(), all.begin()));
    const auto agree = [&](const std::vector<std::int64_t>& other) {
        double same = 0;
        for (std::size_t i = 0; i < 500; ++i) same += all[i] == other[i];
        return same / 500;
    };
    const double by_chance = 0.1 * 0.1 + 0.5 * 0.5 + 0.15 * 0.15 + 0.25 * 0.25;  // 0.345, deviation 0.021
    CHECK(std::abs(agree(drawn(500, {}, 2)) - by_chance) < 0.085);
    CHECK(std::abs(agree(drawn(500, {}, 1, 1)) - by_chance) < 0.085);
    auto shifted = drawn(501, {}, 1);
    shifted.erase(shifted.begin());
    CHECK(std::abs(agree(shifted) - by_chance) < 0.085);
    // Rows that end make no difference to those that go on.
    const RandomDecoder decoder(5, 3);
    const auto state = decoder.start(40, 4);
    const auto whole = nn::sample(decoder, Indices(40, 1), state, {.longest = 3}, {}, 5);
    const auto ending = nn::sample(decoder, Indices(40, 1), state, {.end = 0, .longest = 3}, {}, 5);
    std::size_t ended = 0;
    for (std::size_t i = 0; i < 40; ++i) {
        const Indices &a = whole[i].tokens, &b = ending[i].tokens;
        REQUIRE(b.size() <= a.size());
        CHECK(std::equal(b.begin(), b.end(), a.begin()));
        CHECK(ending[i].ended == (b.size() < 3));
        if (ending[i].ended) CHECK(a[b.size()] == 0);
        ended += ending[i].ended;
    }
    CHECK(ended > 5);
    CHECK(ended < 40);
}

TEST_CASE("the log probability of what is drawn is the decoder's, whatever the temperature") {
    const RandomDecoder decoder(5, 3);
    const auto state = decoder.start(10, 4);
    const auto all =
        nn::sample(decoder, Indices(10, 1), state, {.end = 0, .longest = 6}, {.temperature = 2, .top_k = 4}, 6);
    for (std::size_t i = 0; i < 10; ++i) {
        auto s = row_of(state, i);
        double sum = 0;
        Indices tokens = all[i].tokens;
        if (all[i].ended) tokens.push_back(0);
        std::int64_t read = 1;
        for (const std::int64_t token : tokens) {
            const auto [scores, next] = decoder({read}, s);
            sum += log_softmax(scores).value()(0, token);
            s = next, read = token;
        }
        CHECK(all[i].log_probability == doctest::Approx(sum).epsilon(1e-12));
        CHECK(all[i].score == all[i].log_probability);
    }
}

TEST_CASE("sampling refuses what cannot be") {
    const auto text = [](const Array<double>& scores, const Sampling& sampling) {
        return thrown([&] { (void)nn::probabilities(scores, sampling); });
    };
    const Array<double> fine = scores_of(2);
    CHECK(contains(text(fine, {.temperature = -1}),
                   "[probabilities] the temperature must be 0, which is greedy, or more; got -1"));
    CHECK(contains(text(fine, {.temperature = std::nan("")}), "the temperature must be 0"));
    CHECK(contains(text(fine, {.top_k = 0}), "[probabilities] top_k must be 1 or more; got 0"));
    CHECK(contains(text(fine, {.top_p = 0}), "[probabilities] top_p must be in (0, 1]; got 0"));
    CHECK(contains(text(fine, {.top_p = 1.1}), "top_p must be in (0, 1]; got 1.1"));
    CHECK(contains(text(fine, {.top_p = std::nan("")}), "top_p must be in (0, 1]"));
    CHECK(contains(text(zeros<double>({4}), {}), "[probabilities] scores must be (4, V)"));
    CHECK(contains(text(zeros<double>({2, 0}), {}), "scores must be (2, V), a row for each token; got (2, 0)"));
    for (const double bad : {std::nan(""), HUGE_VAL}) {
        Array<double> scores = fine;
        scores(1, 2) = bad;
        CHECK(contains(text(scores, {}), "got NaN, infinity or no token at all in row 1"));
    }
    Array<double> scores = fine;
    for (std::size_t i = 0; i < p.size(); ++i) scores(0, i) = -HUGE_VAL;
    CHECK(contains(text(scores, {}), "no token at all in row 0"));
    CHECK(contains(thrown([&] { (void)drawn(2, {.temperature = -2}, 0); }), "[sample] the temperature"));
}

}  // namespace
}  // namespace xtape::test
