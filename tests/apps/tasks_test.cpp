// SPDX-License-Identifier: BSD-3-Clause
// What a sequence says and what is asked of it, found again by reading the sequence.
#include "apps/data/tasks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace xtape;
using namespace xtape::apps;

namespace {

// The symbol at step t of sequence b, or -1 where that is not one-hot.
std::int64_t symbol(const Array<double>& xs, std::size_t t, std::size_t b) {
    std::int64_t found = -1;
    for (std::size_t k = 0; k < xs.shape()[2]; ++k) {
        if (xs(t, b, k) == 0) continue;
        if (xs(t, b, k) != 1 || found >= 0) return -1;
        found = std::int64_t(k);
    }
    return found;
}

template <class A> bool differ(const A& a, const A& b) { return !(a == b); }

// The same batch for a seed, another one for another seed, and in float what it is in double.
template <class F> void check_seed(const F& task) {
    CHECK(task(0.0, 7).xs == task(0.0, 7).xs);
    CHECK(differ(task(0.0, 7).xs, task(0.0, 8).xs));
    const Array<double> wide = task(0.0, 7).xs;
    const Array<float> narrow = task(0.0f, 7).xs;
    REQUIRE(narrow.shape() == wide.shape());
    for (std::size_t i = 0; i < wide.size(); ++i) CHECK(narrow.flat(i) == float(wide.flat(i)));
}

}  // namespace

TEST_CASE("adding marks one number in each half, and the target is their sum") {
    const std::size_t batch = 1000;
    for (const std::size_t steps : {2u, 3u, 50u}) {
        const auto [xs, targets] = adding<double>(steps, batch, 1);
        REQUIRE(xs.shape() == Shape{steps, batch, 2});
        REQUIRE(targets.shape() == Shape{batch, 1});
        double error_of_one = 0;
        std::set<std::size_t> places;
        for (std::size_t b = 0; b < batch; ++b) {
            double sum = 0;
            std::size_t marked[2]{};
            for (std::size_t t = 0; t < steps; ++t) {
                CHECK((xs(t, b, 0) >= 0 && xs(t, b, 0) < 1));
                if (xs(t, b, 1) == 0) continue;
                CHECK(xs(t, b, 1) == 1);
                sum += xs(t, b, 0), ++marked[t >= steps / 2], places.insert(t);
            }
            CHECK((marked[0] == 1 && marked[1] == 1));
            CHECK(targets(b, 0) == sum);
            error_of_one += (sum - 1) * (sum - 1) / double(batch);
        }
        CHECK(places.size() == steps);                                 // any step may be marked
        CHECK(error_of_one == doctest::Approx(1.0 / 6).epsilon(0.1));  // deviation 0.006
    }
}

TEST_CASE("copy asks for the ten symbols again, lag steps after the last of them, and for blanks before that") {
    const std::size_t batch = 50;
    std::set<std::int64_t> symbols;
    for (const std::size_t lag : {1u, 2u, 30u}) {
        const auto [xs, labels] = copy<double>(lag, batch, 2);
        const std::size_t steps = lag + 20;
        REQUIRE(xs.shape() == Shape{steps, batch, copy_sizes.inputs});
        REQUIRE(labels.size() == steps * batch);
        for (std::size_t b = 0; b < batch; ++b)
            for (std::size_t t = 0; t < steps; ++t) {
                const std::int64_t read = symbol(xs, t, b), asked = labels[t * batch + b];
                if (t < 10) {
                    CHECK((read >= 0 && read < copy_blank));
                    CHECK(labels[(t + lag + 10) * batch + b] == read);
                    symbols.insert(read);
                } else {
                    CHECK(read == (t == lag + 9 ? copy_delimiter : copy_blank));
                }
                if (t < lag + 10) CHECK(asked == copy_blank);
            }
    }
    CHECK(symbols.size() == 8);
}

TEST_CASE("temporal order asks which of X and Y came first and second, at steps that vary among distractors") {
    const std::size_t batch = 2000;
    for (const std::size_t steps : {10u, 11u, 100u}) {
        const auto [xs, labels] = temporal_order<double>(steps, batch, 3);
        REQUIRE(xs.shape() == Shape{steps, batch, temporal_order_sizes.inputs});
        std::set<std::size_t> places;
        std::size_t of_class[4]{};
        for (std::size_t b = 0; b < batch; ++b) {
            std::vector<std::size_t> at;
            for (std::size_t t = 0; t < steps; ++t) {
                REQUIRE(symbol(xs, t, b) >= 0);
                if (symbol(xs, t, b) < 2) at.push_back(t);
            }
            REQUIRE(at.size() == 2);
            const double n = double(steps), first = double(at[0] + 1), second = double(at[1] + 1);  // counted from 1
            CHECK((first > std::floor(0.1 * n) && first <= 0.2 * n));
            CHECK((second > std::floor(0.5 * n) && second <= 0.6 * n));
            CHECK(labels[b] == 2 * symbol(xs, at[0], b) + symbol(xs, at[1], b));
            places.insert(at.begin(), at.end()), ++of_class[labels[b]];
        }
        CHECK(places.size() == 2 * (steps / 10));
        for (const std::size_t n : of_class) CHECK((n > 400 && n < 600));  // 500, deviation 19
    }
}

TEST_CASE("latch says its class in three steps, and noise of the deviation asked for follows") {
    const std::size_t steps = 23, batch = 1000;
    const auto [xs, labels] = latch<double>(steps, batch, 4, 0.5);
    REQUIRE(xs.shape() == Shape{steps, batch, 1});
    double sum = 0, squares = 0, ones = 0;
    for (std::size_t b = 0; b < batch; ++b) {
        for (std::size_t t = 0; t < 3; ++t) CHECK(xs(t, b, 0) == (labels[b] == 1 ? 1 : -1));
        for (std::size_t t = 3; t < steps; ++t) sum += xs(t, b, 0), squares += xs(t, b, 0) * xs(t, b, 0);
        ones += double(labels[b]);
    }
    const double n = double((steps - 3) * batch);
    CHECK(std::abs(sum / n) < 0.015);                                     // deviation 0.0065
    CHECK(std::sqrt(squares / n) == doctest::Approx(0.5).epsilon(0.03));  // 0.5 %
    CHECK((ones > 400 && ones < 600));
    CHECK(latch<double>(3, 1, 1).xs.size() == 3);
}

TEST_CASE("delayed recall asks for the symbol that was read so many steps before the last one") {
    const std::size_t batch = 300;
    for (const auto& [steps, lag] : {std::pair{1u, 0u}, {8u, 0u}, {8u, 3u}, {8u, 7u}}) {
        const auto [xs, labels] = delayed_recall<double>(steps, lag, 5, batch, 5);
        REQUIRE(xs.shape() == Shape{steps, batch, 5});
        std::set<std::int64_t> asked;
        for (std::size_t b = 0; b < batch; ++b) {
            for (std::size_t t = 0; t < steps; ++t) CHECK(symbol(xs, t, b) >= 0);
            CHECK(labels[b] == symbol(xs, steps - 1 - lag, b));
            asked.insert(labels[b]);
        }
        CHECK(asked.size() == 5);
    }
}

TEST_CASE("a seed gives the same batch again, in float and double") {
    check_seed([](auto zero, std::uint64_t seed) { return adding<decltype(zero)>(9, 4, seed); });
    check_seed([](auto zero, std::uint64_t seed) { return copy<decltype(zero)>(3, 4, seed); });
    check_seed([](auto zero, std::uint64_t seed) { return temporal_order<decltype(zero)>(20, 4, seed); });
    check_seed([](auto zero, std::uint64_t seed) { return latch<decltype(zero)>(9, 4, seed); });
    check_seed([](auto zero, std::uint64_t seed) { return delayed_recall<decltype(zero)>(9, 2, 3, 4, seed); });
    CHECK(adding<double>(2, 1, 7).xs(0, 0, 0) == 0.754385304152858);  // the first of mt19937_64, on any machine
}

TEST_CASE("sizes with which a task means nothing are refused") {
    CHECK_THROWS_WITH_AS(adding<double>(1, 2, 1), doctest::Contains("each half must have a step; got 1"), Error);
    CHECK_THROWS_WITH_AS(copy<double>(0, 2, 1), doctest::Contains("lag must be positive"), Error);
    CHECK_THROWS_WITH_AS(temporal_order<double>(9, 2, 1), doctest::Contains("must be 10 steps; got 9"), Error);
    CHECK_THROWS_WITH_AS(latch<double>(2, 2, 1), doctest::Contains("must be 3 steps; got 2"), Error);
    CHECK_THROWS_WITH_AS(delayed_recall<double>(4, 4, 2, 2, 1), doctest::Contains("less than the 4 steps"), Error);
    CHECK_THROWS_WITH_AS(delayed_recall<double>(4, 2, 1, 2, 1), doctest::Contains("two symbols; got 1"), Error);
    CHECK_THROWS_WITH_AS(adding<double>(4, 0, 1), doctest::Contains("must have sequences"), Error);
}
