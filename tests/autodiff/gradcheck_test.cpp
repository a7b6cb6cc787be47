// SPDX-License-Identifier: BSD-3-Clause
// The checker is checked: wrong rules, written as a user writes them, must be found at the order where they are wrong.
#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/autodiff/rule.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// y = x^3                   dx = dy 3 x^2
struct Cube {
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return x * x * x; }
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return 3 * g * x * x; }
};
struct CubeOffByAThousandth : Cube {
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return 3.003 * g * x * x; }
};
struct CubeOffByATenth : Cube {
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return scalar<decltype(g)>(3.3) * g * x * x; }
};
struct CubeOfTheWrongSign : Cube {
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return -3 * g * x * x; }
};
struct CubeWithoutTheSeed : Cube {  // right for a seed of ones only
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return 0 * g + 3 * x * x; }
};
struct CubeFrozen : Cube {  // right, once: x is taken for a constant
    template <class G> auto vjp(wrt<0>, G& g, auto&, auto& x) const { return 3 * g * (plain(x) * plain(x)); }
};
struct CubeNotANumber : Cube {
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return 3 * g * x * x * std::nan(""); }
};

// z = x y                   dx = dz y              dy = dz x
struct Times {
    static constexpr unsigned reads[] = {in1, in0};
    auto forward(const auto& x, const auto& y) const { return x * y; }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const { return g * y; }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&) const { return g * x; }
};
struct TimesWithTheWrongOperand : Times {
    static constexpr unsigned reads[] = {in1, in1};
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const { return g * y; }
    auto vjp(wrt<1>, auto& g, auto&, auto&, auto& y) const { return g * y; }
};
struct TimesFrozen : Times {  // in the second input's gradient only
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const { return g * y; }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&) const { return g * plain(x); }
};

const auto points = random_array<double>({2, 3}, 7, 0.5, 1.5);
template <class Rule> GradcheckReport check_one(int order) {
    return gradcheck([](const V& x) { return record<double>({}, Rule{}, x); }, points, {.order = order});
}
template <class Rule> GradcheckReport check_two(int order) {
    return gradcheck<double>([](const std::vector<V>& x) { return record<double>({}, Rule{}, x[0], x[1]); },
                             {points, random_array<double>({3}, 8)}, {.order = order});
}

TEST_CASE("right rules pass, to the third order") {
    CHECK(check_one<Cube>(3));
    CHECK(check_two<Times>(3));
    CHECK(check_one<Cube>(3).worst < 1e-6);
}

TEST_CASE("a rule that is wrong at first order is found there") {
    for (const int order : {1, 2}) {
        CHECK(!check_one<CubeOffByAThousandth>(order));
        CHECK(!check_one<CubeOfTheWrongSign>(order));
        CHECK(!check_one<CubeWithoutTheSeed>(order));
        CHECK(!check_one<CubeNotANumber>(order));
        CHECK(!check_two<TimesWithTheWrongOperand>(order));
    }
    const auto report = check_two<TimesWithTheWrongOperand>(2);
    CHECK(contains(report.text, "input 1 of shape (3,): gradient"));
    CHECK(contains(report.text, "by differences"));
    CHECK(!contains(report.text, "gradient of the gradient"));
    CHECK(check_one<CubeOffByAThousandth>(1).worst > 5e-4);
    CHECK(check_one<CubeNotANumber>(1).worst > 1e300);
}

TEST_CASE("a rule that is wrong at second order only is found at second order only") {
    CHECK(check_one<CubeFrozen>(1));
    CHECK(!check_one<CubeFrozen>(2));
    CHECK(contains(check_one<CubeFrozen>(2).text, "gradient of the gradient: input 0"));
    CHECK(check_two<TimesFrozen>(1));
    CHECK(!check_two<TimesFrozen>(2));
}

TEST_CASE("a function that is not the one that was differentiated is found") {
    // a value that is detached on its way: the gradient misses a term
    CHECK(!gradcheck([](const V& x) { return x * detach(x); }, points, {.order = 1}));
    CHECK(!gradcheck([](const V& x) { return 1e-7 * (x * detach(x)); }, points, {.order = 1}));  // however small
    CHECK(gradcheck([](const V& x) { return 1e-7 * (x * x); }, points));
    // a step, differentiated as if there were none
    CHECK(!gradcheck([](const V& x) { return x + where(points, V(x.value() * 1.01), V(0.0)); }, points, {.order = 1}));
}

TEST_CASE("the checker works in float, where a wrong factor of a tenth is found") {
    const auto x = random_array<float>({2, 3}, 7, 0.8, 1.5);
    auto wrong = [](const Variable<float>& v) { return record<float>({}, CubeOffByATenth{}, v); };
    auto right = [](const Variable<float>& v) { return record<float>({}, Cube{}, v); };
    CHECK(!gradcheck(wrong, x, {.order = 1}));
    CHECK(gradcheck(right, x, {.order = 2}));
}

TEST_CASE("the tolerance and the seed are the caller's") {
    auto f = [](const V& x) { return record<double>({}, CubeOffByAThousandth{}, x); };
    CHECK(gradcheck(f, points, {.order = 1, .tolerance = 1e-2}));
    CHECK(!gradcheck(f, points, {.order = 1, .tolerance = 1e-4}));
    CHECK(contains(gradcheck(f, points, {.order = 1, .seed = 42}).text, "seed 42"));
}

TEST_CASE("the checker leaves no tape behind") {
    CHECK(check_one<Cube>(2));
    CHECK(!recording());
    const Tape tape;
    CHECK(check_one<Cube>(2));
    CHECK(tape.size() == 0);
}

}  // namespace
}  // namespace xtape::test
