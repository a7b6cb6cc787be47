// SPDX-License-Identifier: BSD-3-Clause
// One gradient by several ways: each is right to its accuracy, and when they differ, who is believed.
#include <xtape/autodiff/compare_methods.hpp>
#include <xtape/autodiff/rule.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;

// y = x^3, with a derivative that is wrong or right
struct Cube {
    double factor;
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return x * x * x; }
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return scalar<decltype(g)>(factor) * g * x * x; }
};
ManyToOne<double> cubes(double factor) {
    return [=](const std::vector<V>& in) { return sum(record<double>({}, Cube{factor}, in[0]) * exp(in[1])); };
}
const std::vector<A> inputs{random_array<double>({2, 3}, 31, 0.5, 1.5), random_array<double>({3}, 32)};
const Names names{"x", "y"};

Method<double> by_hand(double factor = 3) {
    A dx = zeros<double>({2, 3}), dy = zeros<double>({3});
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            const double x = inputs[0](i, j), e = std::exp(inputs[1](j));
            dx(i, j) = factor * x * x * e, dy(j) += x * x * x * e;
        }
    return {"by hand", {"paper"}, {{"x", dx}, {"y", dy}}};
}
std::vector<Method<double>> four(double engine, double hand) {
    const auto f = cubes(engine);
    return {by_reverse_mode(f, inputs, names), by_forward_mode(f, inputs, names), by_differences(f, inputs, names),
            by_hand(hand)};
}

TEST_CASE("reverse mode, forward mode, differences and what was derived by hand agree") {
    const MethodsReport report = compare_methods(four(3, 3));
    CHECK(report);
    CHECK(report.pairs.size() == 6);
    CHECK(report.pairs[0].norm_relative <= 1e-15);
    CHECK(report.pairs[0].shared == Names{"the values of f", "the rules of derivation", "the sweep of backward"});
    CHECK(report.pairs[1].shared == Names{"the values of f"});
    CHECK(report.pairs[2].shared.empty());
    CHECK(report.conclusion ==
          "all agree: reverse mode, forward mode, differences and by hand. A mistake would have to be made 2 times "
          "over, for nothing is shared between reverse mode, forward mode and differences | by hand");
}

TEST_CASE("a wrong rule: both modes agree, and differ from those that do not rest on the rules") {
    const MethodsReport report = compare_methods(four(3.001, 3));
    CHECK(!report);
    CHECK(report.pairs[0].agree);
    CHECK(!report.pairs[1].agree);
    CHECK(report.pairs[1].argument == "x");
    CHECK(report.pairs[1].norm_relative == doctest::Approx(1e-3 / 3).epsilon(1e-2));
    CHECK(
        report.conclusion ==
        "reverse mode and forward mode agree, but not with differences and by hand, which come to it in 2 independent "
        "ways: look for the mistake in the rules of derivation and the sweep of backward, which they share");
}

TEST_CASE("a wrong derivation stands alone, once there is another that is independent of f") {
    const MethodsReport report = compare_methods(four(3, -3));
    CHECK(!report);
    CHECK(report.pairs[0].agree);
    CHECK(report.pairs[1].agree);
    CHECK(report.conclusion ==  // the engine's ways all rest on the values of f: it may not be what was derived
          "the methods do not agree: reverse mode, forward mode and differences | by hand. The mistake is in what one "
          "side rests on, the values of f | paper: a method that shares nothing with them would tell");
    auto five = four(3, -3);
    five.push_back({"a table", {"books"}, by_hand().gradient});
    CHECK(contains(compare_methods(five).conclusion,
                   "by hand stands alone against reverse mode, forward mode, differences and a table, which come to it "
                   "in 2 independent ways: look for the mistake in paper"));
    std::vector<Method<double>> two{by_hand(3), by_hand(-1)};
    two[1].gradient[1].array *= -1.0 / 3;
    CHECK(compare_methods(two).pairs[0].reason == "by hand = -0.333 * by hand");
}

TEST_CASE("several wrong ones, each for itself") {
    auto all = four(3, 3);
    all.push_back({"wrong", {"haste"}, by_hand(5).gradient});
    all.push_back({"worse", {"more haste"}, by_hand(7).gradient});
    const MethodsReport report = compare_methods(all);
    CHECK(contains(report.conclusion, "wrong stands alone against "));
    CHECK(contains(report.conclusion, "; worse stands alone against "));
}

// sum_t h_t^2, h_t = tanh(0.9 h_{t-1} + 0.3 sin t): its value, of many roundings, and its derivative
std::pair<double, double> long_chain(double x) {
    double value = 0, slope = 0, h = x, dh = 1;
    for (int t = 0; t < 200; ++t) {
        h = std::tanh(0.9 * h + 0.3 * std::sin(t));
        dh *= 0.9 * (1 - h * h);
        value += h * h, slope += 2 * h * dh;
    }
    return {value, slope};
}

TEST_CASE("differences know what rounding becomes when they are extrapolated") {
    const ManyToOne<double> f = [](const std::vector<V>& in) { return V(long_chain(*in[0].value().data()).first); };
    const A xs = random_array<double>({600}, 34);
    for (const double x : xs) {
        const auto d = differences<double>(f, {A(x)});
        CHECK(std::abs(d.gradient[0].array() - long_chain(x).second) <= 3 * d.error[0].array());
        CHECK(d.error[0].array() < 1e-6);
    }
}

TEST_CASE("differences know how far off they are") {
    const auto d = differences(cubes(3), inputs, names);
    const auto right = by_hand().gradient;
    double worst = 0;
    for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t i = 0; i < right[k].array.size(); ++i) {
            const double off = std::abs(d.gradient[k].array.data()[i] - right[k].array.data()[i]);
            CHECK(off <= 3 * d.error[k].array.data()[i]);
            worst = std::max(worst, d.error[k].array.data()[i]);
        }
    CHECK(worst < 1e-9);
    CHECK(worst > 0);
    // at a step they do not pretend to know
    const ManyToOne<double> step = [](const std::vector<V>& in) { return V(in[0].item() > 0 ? 1.0 : 0.0); };
    const auto of_step = differences<double>(step, {A(0)});
    CHECK(of_step.error[0].array() > 10);
    // and large numbers have large steps
    const ManyToOne<double> cube = [](const std::vector<V>& in) { return in[0] * in[0] * in[0]; };
    const auto large = differences<double>(cube, {A(1e6)});
    CHECK(std::abs(large.gradient[0].array() / 3e12 - 1) < 1e-9);
    const ManyToOne<double> root = [](const std::vector<V>& in) { return sqrt(in[0]); };
    CHECK(std::isinf(differences<double>(root, {A(-1)}).error[0].array()));
}

TEST_CASE("what is not finite agrees with nothing, however large the error") {
    auto two = four(3, 3);
    two.erase(two.begin(), two.begin() + 2);
    two[0].gradient[0].array(1, 1) = NAN, two[0].error[0].array(1, 1) = INFINITY;
    const MethodsReport report = compare_methods(two);
    CHECK(!report);
    CHECK(report.pairs[0].reason == "of another shape, or not finite");
}

TEST_CASE("in float, and for functions that do not depend on an input") {
    const ManyToOne<float> f = [](const std::vector<Variable<float>>& in) { return sum(square(in[0])); };
    const std::vector<Array<float>> in{random_array<float>({3}, 33), random_array<float>({2}, 34)};
    const auto report = compare_methods<float>({by_reverse_mode(f, in), by_forward_mode(f, in), by_differences(f, in)});
    CHECK(report);
    CHECK(contains(report.conclusion, "All rest on the values of f: a mistake there would not show"));
    CHECK(same_bits(forward_mode(f, in)[1].array, zeros<float>({2})));
    const ManyToOne<float> none = [](const std::vector<Variable<float>>&) { return Variable<float>(1); };
    CHECK(same_bits(forward_mode(none, in)[0].array, zeros<float>({3})));
}

TEST_CASE("fewer than two methods, and methods of different arguments, are errors") {
    CHECK(thrown([] { (void)compare_methods<double>({by_hand()}); }) ==
          "[compare_methods] methods must be two or more; got 1");
    auto misspelt = four(3, 3);
    misspelt[3].gradient[1].name = "Y";
    CHECK(thrown([&] { (void)compare_methods(misspelt); }) ==
          "[compare_methods] gradients of by hand must be of x, y, each once; got x, Y; try the arguments' names");
    misspelt[3].gradient.pop_back();
    CHECK(thrown([&] { (void)compare_methods(misspelt); }) ==
          "[compare_methods] gradients of by hand must be of x, y, each once; got x; try the arguments' names");
    CHECK(contains(thrown([] { (void)forward_mode<double>([](const auto& in) { return in[0]; }, inputs); }),
                   "[compare_gradients] f must give one number; got shape (2, 3)"));
}

}  // namespace
}  // namespace xtape::test
