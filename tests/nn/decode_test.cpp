// SPDX-License-Identifier: BSD-3-Clause
// Greedy decoding and beam search, beside all sequences that there are.
#include <algorithm>
#include <xtape/autodiff/autodiff.hpp>

#include "decoders.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
constexpr std::size_t vocabulary = 3, longest = 4;
constexpr std::int64_t end = 0;

TEST_CASE("a beam as wide as there are sequences finds all of them in order, for each row of a batch") {
    for (const unsigned seed : {1u, 2u, 3u})
        for (const double alpha : {0.0, 0.6, 2.0}) {
            INFO("seed ", seed, ", alpha ", alpha);
            const RandomDecoder decoder(vocabulary, seed);
            const auto state = decoder.start(3, seed + 10);
            const Indices first{1, 2, 1};
            const auto found = nn::beam_search(decoder, first, state, {end, longest}, {.width = 81, .alpha = alpha});
            for (std::size_t row = 0; row < 3; ++row) {
                const Ranked all = ranked(decoder, first[row], row_of(state, row), {end, longest}, alpha);
                REQUIRE(all.size() == 31);  // 1 + 2 + 4 + 8 that end, 16 that do not
                REQUIRE(found[row].size() == 31);
                for (std::size_t i = 0; i < 31; ++i) CHECK(same(found[row][i], all[i]));
            }
        }
}

TEST_CASE("a narrow beam finds the best where greedy does not, and what it finds is as it says") {
    std::size_t better = 0, best = 0, runs = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        INFO("seed ", seed);
        const RandomDecoder decoder(vocabulary, seed);
        const auto state = decoder.start(1, seed + 10);
        const Ranked all = ranked(decoder, 1, state, {end, longest}, 0);
        const auto found = nn::beam_search(decoder, {1}, state, {end, longest}, {.width = 4})[0];
        CHECK(found.size() == 4);
        for (const auto& one : found)
            CHECK(std::count_if(all.begin(), all.end(), [&](const auto& a) { return same(a, one); }) == 1);
        const auto greedy = nn::greedy(decoder, {1}, state, {end, longest})[0];
        ++runs, best += same(found[0], all[0]), better += found[0].score > greedy.score + 1e-12;
        CHECK(found[0].score >= greedy.score - 1e-12);
    }
    MESSAGE("a beam of 4 found the best of ", best, " of ", runs, ", greedy was worse in ", better);
    CHECK(best >= 36);
    CHECK(better >= 4);
}

TEST_CASE("a beam of width 1 is greedy, whatever the length penalty; and rows are as they are alone") {
    for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
        INFO("seed ", seed);
        const RandomDecoder decoder(7, seed);
        const auto state = decoder.start(6, seed + 10);
        const Indices first{1, 2, 3, 4, 5, 6};
        const auto greedy = nn::greedy(decoder, first, state, {end, 12});
        const auto wide = nn::beam_search(decoder, first, state, {end, 12}, {.width = 3, .alpha = 1});
        const auto narrow = nn::beam_search(decoder, first, state, {end, 12}, {.width = 1, .alpha = 1});
        for (std::size_t row = 0; row < 6; ++row) {
            REQUIRE(narrow[row].size() == 1);
            CHECK(narrow[row][0].tokens == greedy[row].tokens);
            CHECK(narrow[row][0].ended == greedy[row].ended);
            CHECK(narrow[row][0].log_probability == doctest::Approx(greedy[row].log_probability).epsilon(1e-12));
            const auto s = row_of(state, row);
            CHECK(same(nn::greedy(decoder, {first[row]}, s, {end, 12})[0], greedy[row]));
            const auto alone = nn::beam_search(decoder, {first[row]}, s, {end, 12}, {.width = 3, .alpha = 1})[0];
            REQUIRE(alone.size() == 3);
            for (std::size_t i = 0; i < 3; ++i) CHECK(same(alone[i], wide[row][i]));
        }
    }
}

// Token 1 is likelier than 2, but what follows 2 is certain. 3 begins, 0 ends.
const TableDecoder garden{array<double>({4, 4}, {1, 0, 0, 0, 0.5, 0.25, 0.25, 0, 1, 0, 0, 0, 0, 0.6, 0.4, 0})};

TEST_CASE("two sequences, by hand") {
    const V state = zeros<double>({1, 1});
    const auto greedy = nn::greedy(garden, {3}, state, {end, 9})[0];
    CHECK(greedy.tokens == Indices{1});
    CHECK(greedy.log_probability == doctest::Approx(std::log(0.6 * 0.5)));
    const auto found = nn::beam_search(garden, {3}, state, {end, 9}, {.width = 2, .alpha = 1})[0];
    REQUIRE(found.size() == 2);
    CHECK(found[0].tokens == Indices{2});
    CHECK(found[0].ended);
    CHECK(found[0].log_probability == doctest::Approx(std::log(0.4)));
    CHECK(found[0].score == doctest::Approx(std::log(0.4) / (7.0 / 6)));  // two tokens, the end is one
    CHECK(found[1].tokens == Indices{1});
}

TEST_CASE("the length penalty is that of Wu et al. 2016") {
    CHECK(nn::length_penalty(1, 0.7) == 1);
    CHECK(nn::length_penalty(7, 1) == doctest::Approx(2));
    CHECK(nn::length_penalty(13, 0.5) == doctest::Approx(std::sqrt(3.0)));
    CHECK(nn::length_penalty(100, 0) == 1);
}

TEST_CASE("beam search stops when nothing else can be better, and ended rows are no longer computed") {
    std::vector<std::size_t> rows;
    const auto counted = [&](const Indices& tokens, const V& s) {
        rows.push_back(tokens.size());
        return garden(tokens, s);
    };
    // Row 0 begins with what ends at once; row 1 has two hypotheses, both of which may end at step 1.
    (void)nn::beam_search(counted, {0, 3}, V(zeros<double>({2, 1})), {end, 100}, {.width = 2});
    CHECK(rows == std::vector<std::size_t>{2, 2});
    rows.clear();
    (void)nn::greedy(counted, {0, 3}, V(zeros<double>({2, 1})), {end, 100});
    CHECK(rows == std::vector<std::size_t>{2, 1});
    // 1 goes on with 0.4 * 0.4, which is worse than both that have ended, 0.5 and 0.4 * 0.6
    const TableDecoder slow{array<double>({4, 4}, {1, 0, 0, 0, 0.6, 0.4, 0, 0, 1, 0, 0, 0, 0.5, 0.4, 0.1, 0})};
    const auto steps = [&](double alpha) {
        rows.clear();
        const auto step = [&](const Indices& tokens, const V& s) { return rows.push_back(1), slow(tokens, s); };
        (void)nn::beam_search(step, {3}, V(zeros<double>({1, 1})), {end, 100}, {.width = 2, .alpha = alpha});
        return rows.size();
    };
    CHECK(steps(0) == 2);
    CHECK(steps(1) > 2);  // a longer one might still be better
    rows.clear();         // without an end token, to the limit
    CHECK(nn::greedy(counted, {3}, V(zeros<double>({1, 1})), {.longest = 5})[0].tokens == Indices{1, 0, 0, 0, 0});
    CHECK(rows == std::vector<std::size_t>(5, 1));
    CHECK(nn::greedy(counted, {}, V(zeros<double>({0, 1})), {end, 5}).empty());
    CHECK(nn::beam_search(counted, {}, V(zeros<double>({0, 1})), {end, 5}).empty());
}

TEST_CASE("decoding records nothing, nor does it train, and its state is left as it was") {
    const RandomDecoder decoder(4, 1);
    const auto evaluated = [&](const Indices& tokens, const RandomDecoder::State& s) {
        CHECK(!recording());
        CHECK(!nn::training());
        return decoder(tokens, s);
    };
    const Tape tape;
    const nn::Training training(1, 0);
    const auto start = decoder.start(2, 3);
    const RandomDecoder::State state{variable(start.h.value()), variable(start.c.value())};
    const std::size_t before = tape.size();
    (void)nn::beam_search(evaluated, {1, 1}, state, {end, 6});
    (void)nn::sample(evaluated, {1, 1}, state, {end, 6}, {}, 1);
    CHECK(tape.size() == before);
    CHECK(state.h.tracked());
    CHECK(recording());
    CHECK(nn::training());
}

TEST_CASE("decoding refuses what cannot be, and says at which step") {
    const V state = zeros<double>({2, 1});
    const auto text = [&](const nn::Limits& limits, const nn::BeamOptions& options, const V& s) {
        return thrown([&] { (void)nn::beam_search(garden, {3, 3}, s, limits, options); });
    };
    CHECK(contains(text({end, 9}, {.width = 0}, state), "[beam_search] the width must be 1 or more; got 0"));
    CHECK(contains(text({end, 9}, {.alpha = -1}, state), "alpha must be 0 or more; got -1"));
    CHECK(contains(text({end, 0}, {}, state), "[beam_search] sequences must have a step; got longest = 0"));
    const nn::Limits untold;
    CHECK(contains(text(untold, {}, state), "got longest = 0"));
    CHECK(contains(thrown([&] { (void)nn::greedy(garden, {3, 3}, state, untold); }), "[greedy] sequences must have"));
    CHECK(contains(thrown([&] { (void)nn::sample(garden, {3, 3}, state, untold, {}, 1); }), "[sample] sequences must"));
    CHECK(contains(text({4, 9}, {}, state),
                   "[beam_search] the end must be one of the 4 tokens that are scored; got 4 (in beam_search step 0)"));
    CHECK(contains(text({-1, 9}, {}, state), "the end must be one of the 4 tokens that are scored; got -1"));
    CHECK(contains(text({end, 9}, {}, V(zeros<double>({3, 1}))),
                   "[beam_search] states must have a row for each token, 2; got (3, 1)"));
    CHECK(contains(text({end, 9}, {}, V(1.0)), "states must have a row for each token, 2; got ()"));
    const int line = __LINE__ + 1;
    CHECK(contains(thrown([&] { (void)nn::greedy(garden, {3}, state, {end, 9}); }), at(__FILE__, line)));
    const auto flat = [](const Indices&, const V& s) { return std::pair(V(zeros<double>({4})), s); };
    CHECK(contains(thrown([&] {
                       (void)nn::greedy(flat, {3, 3}, state, {end, 9});
                   }),
                   "[greedy] scores must be (2, V), a row for each token; got (4,) (in greedy step 0)"));
    const auto later = [&](const Indices& tokens, const V& s) {
        auto scores = garden(tokens, s).first.value();
        if (s.value()(0, 0) == 2) scores(1, 2) = std::numeric_limits<double>::quiet_NaN();
        return std::pair(V(scores), V(s + 1));
    };
    CHECK(contains(thrown([&] {
                       (void)nn::greedy(later, {3, 3}, state, {.longest = 9});
                   }),
                   "[greedy] scores must give probabilities; got NaN, infinity or no token at all in row 1 (in greedy "
                   "step 2)"));
}

}  // namespace
}  // namespace xtape::test
