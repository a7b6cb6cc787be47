// SPDX-License-Identifier: BSD-3-Clause
// Right derivations pass; of wrong ones the report says what is wrong.
#include <xtape/autodiff/compare.hpp>
#include <xtape/autodiff/data.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;

// L = mean over the rows of x (B, I) of (tanh(x w))^2, w (I, K)
const A x = random_array<double>({4, 3}, 21), w = random_array<double>({3, 3}, 22);
V loss(const V& w_) { return sum(square(tanh(matmul(V(x), w_)))) / 4.0; }
V loss_of_both(const V& x_, const V& w_) { return sum(square(tanh(matmul(x_, w_)))) / 4.0; }

A product(const A& a, const A& b, bool transpose_a = false, bool transpose_b = false) {
    return matmul(transpose_a ? transpose(V(a)) : V(a), transpose_b ? transpose(V(b)) : V(b)).value();
}
A slope_times_output(const A& a, const A& b) {  // of tanh^2 / 4, by what tanh is applied to
    const A y = xt::tanh(product(a, b));
    return 2 * y * (1 - y * y) / 4;
}
A derived(const A& w_) { return product(x, slope_times_output(x, w_), true); }

TEST_CASE("a right derivation passes: as an array, as a function, in vectors, with names") {
    CHECK(compare_gradients(loss, derived(w), w));
    CHECK(compare_gradients(loss, derived, w));
    CHECK(compare_gradients(loss, std::vector<A>{derived(w)}, w));
    CHECK(compare_gradients(loss, NamedArrays<double>{{"w", derived(w)}}, w, {.names = {"w"}}));
    CHECK(compare_gradients(loss, xt::xarray<double>(derived(w)), w));
    const CompareReport report = compare_gradients(loss, derived, w);
    REQUIRE(report.arguments.size() == 1);
    CHECK(report.arguments[0].norm_relative <= 1e-15);
    CHECK(report.arguments[0].cosine > 1 - 1e-15);
    CHECK(!report.arguments[0].first);
    CHECK(report.tolerance == 1e-12);
    CHECK(contains(report.verdict, "the gradients agree: they differ by at most "));
}

TEST_CASE("functions of several arrays: in braces, and in a vector") {
    const auto both = [](const A& a, const A& b) {
        const A g = slope_times_output(a, b);
        return std::vector<A>{product(g, b, false, true), product(a, g, true)};
    };
    CHECK(compare_gradients(loss_of_both, both, {x, w}));
    CHECK(compare_gradients(loss_of_both, grad(loss_of_both), {x, w}));  // a std::array, and the engine itself
    const ManyToOne<double> f = [](const std::vector<V>& in) { return loss_of_both(in[0], in[1]); };
    CHECK(compare_gradients(
        f, [&](const std::vector<A>& in) { return both(in[0], in[1]); }, std::vector<A>{x, w}));
    const auto report = compare_gradients(loss_of_both, both, {x, w}, {.names = {"x", "w"}});
    CHECK(report.arguments[1].name == "w");
    CHECK(report.arguments[1].shape == Shape{3, 3});
    CHECK(compare_gradients(loss_of_both, both(x, w), {x, w}).arguments[0].name == "x0");
}

TEST_CASE("numbers, and float") {
    CHECK(compare_gradients([](const V& a) { return a * a; }, 6.0, 3));
    CHECK(compare_gradients([](const V& a) { return exp(a); }, [](double a) { return std::exp(a); }, 0.5));
    const auto f = [](const Variable<float>& a) { return sum(square(a)); };
    const auto a = random_array<float>({5}, 23);
    CHECK(compare_gradients(f, Array<float>(2 * a), a));
    CHECK(compare_gradients(f, Array<float>(2 * a), a).tolerance == 1e-4);
    CHECK(!compare_gradients(f, Array<float>(2.001f * a), a));
}

TEST_CASE("a constant factor is named: the normalisation of the loss, a forgotten 2, the sign") {
    const auto times = [](double factor) { return [=](const A& w_) { return A(factor * derived(w_)); }; };
    const auto said = [&](double factor) {
        const CompareReport report =
            compare_gradients(loss, times(factor), w, {.sizes = {{"B", 4}, {"T", 7}, {"one", 1}}});
        CHECK(!report);
        CHECK(report.arguments[0].factor == doctest::Approx(factor));
        return report.verdict;
    };
    const std::string start = "the gradients differ by a constant factor, analytic = ";
    const std::string mean = ": a mean on one side is a sum on the other";
    CHECK(said(4) == start + "4 * autograd: the factor is B" + mean);
    CHECK(said(1 / 7.0) == start + "0.142857143 * autograd: the factor is 1/T" + mean);
    CHECK(said(28) == start + "28 * autograd: the factor is B*T" + mean);
    CHECK(said(1 / 28.0) == start + "0.0357142857 * autograd: the factor is 1/(B*T)" + mean);
    CHECK(said(-1) == start + "-1 * autograd: the sign is wrong");
    CHECK(said(-4) == start + "-4 * autograd: the sign is wrong, and the factor is B" + mean);
    CHECK(said(0.5) == start + "0.5 * autograd: a square was differentiated without its 2, or has a 1/2 on one side");
    CHECK(said(3) == start + "3 * autograd: normalisation or scale of the loss");
    // without sizes, those of the arguments
    CHECK(compare_gradients(loss, times(3), w).normalisation ==
          "the factor is axis 0 of x: a mean on one side is a sum on the other");
    // where one argument is right, the loss is: its own factor is said
    const auto one_of_two = [](const A& a, const A& b) {
        const A g = slope_times_output(a, b);
        return std::vector<A>{product(g, b, false, true), A(-product(a, g, true))};
    };
    const auto report = compare_gradients(loss_of_both, one_of_two, {x, w}, {.names = {"x", "w"}});
    CHECK(report.verdict == "the gradient of w differs: analytic = -1 * autograd: the sign is wrong; equal are x");
    CHECK(report.normalisation.empty());
}

TEST_CASE("of one number any other is a factor: only a factor that is known is named") {
    const auto square_of = [](const V& a) { return a * a; };
    CHECK(compare_gradients(square_of, 3.0, 3).normalisation ==
          "a square was differentiated without its 2, or has a 1/2 on one side");
    const auto report = compare_gradients(square_of, 7.7, 3);
    CHECK(!report);
    CHECK(report.normalisation.empty());
    CHECK(report.verdict == "the gradient of x differs: analytic = 1.28333333 * autograd");
}

TEST_CASE("other mistakes: what was forgotten, what is transposed, what is merely wrong") {
    const auto verdict = [](const auto& analytic) {
        const CompareReport report = compare_gradients(loss, analytic, w, {.names = {"w"}});
        CHECK(!report);
        CHECK(report.normalisation.empty());
        return report.verdict;
    };
    CHECK(verdict([](const A& w_) { return A(xt::transpose(derived(w_))); }) ==
          "the gradient of w differs: the analytic gradient is the transpose of autograd's");
    CHECK(verdict(zeros<double>({3, 3})) ==
          "the gradient of w differs: the analytic gradient is 0, autograd's is not: a path is missing");
    const auto wrong_slope = [](const A& w_) {  // 1 - a^2, a before the tanh
        const A a = product(x, w_), y = xt::tanh(a);
        return product(x, A(y * (1 - a * a) / 2), true);
    };
    CHECK(contains(verdict(wrong_slope), "the gradient of w differs: it is off by "));
    CHECK(contains(verdict(wrong_slope), "; at (0, 0) autograd has "));
    const auto of_nothing = compare_gradients([](const V& v) { return sum(0.0 * v); }, w, w);
    CHECK(contains(of_nothing.verdict, "autograd's gradient is 0, the analytic one is not: f does not depend on it"));
    const auto constant = [](const V&) { return V(1.0); };
    CHECK(compare_gradients(constant, zeros<double>({3, 3}), w));
}

TEST_CASE("the first differing element, and how far off it is") {
    A wrong = derived(w);
    wrong(1, 2) *= 1 + 1e-3, wrong(2, 1) *= 1 + 1e-2;
    const GradientDifference d = compare_gradients(loss, wrong, w).arguments[0];
    CHECK(d.first == std::size_t(5));
    CHECK(d.place() == "(1, 2)");
    CHECK(d.autograd == derived(w)(1, 2));
    CHECK(d.analytic == wrong(1, 2));
    CHECK(d.relative == doctest::Approx(1e-2).epsilon(0.02));
    CHECK(d.absolute == doctest::Approx(1e-2 * std::abs(derived(w)(2, 1))));
    CHECK(std::isnan(d.factor));
}

TEST_CASE("units in the last place") {
    const auto ulps = [](double analytic, double at) {
        return compare_gradients([](const V& a) { return a * a / 2.0; }, analytic, at).arguments[0].ulps;
    };
    CHECK(ulps(1, 1) == 0);
    CHECK(ulps(std::nextafter(1, 2), 1) == 1);
    CHECK(ulps(std::nextafter(1, 0), 1) == 1);
    CHECK(ulps(-0.0, 0) == 0);
    CHECK(ulps(5e-324, 0) == 1);
    CHECK(ulps(-1, 1) > 1e18);
    const auto f = [](const Variable<float>& a) { return a * a / 2.0f; };
    CHECK(compare_gradients(f, std::nextafter(1.0f, 2.0f), 1.0f).arguments[0].ulps == 1);
}

TEST_CASE("the tolerance is the caller's; a factor next to 1 is a difference") {
    const A wrong = (1 + 1e-6) * derived(w);
    CHECK(!compare_gradients(loss, wrong, w));
    CHECK(compare_gradients(loss, wrong, w, {.tolerance = 1e-5}));
    CHECK(contains(compare_gradients(loss, wrong, w).verdict, "analytic = 1.000001 * autograd"));
}

TEST_CASE("what is no comparison is an error") {
    CHECK(thrown([] { (void)compare_gradients([](const V& a) { return a * a; }, w, w); }) ==
          "[compare_gradients] f must give one number; got shape (3, 3); try sum(...)");
    CHECK(thrown([] {
              (void)compare_gradients(loss, w, w, {.names = {"a", "b"}});
          }) == "[compare_gradients] names must be one for each of 1 arguments; got 2");
    CHECK(!recording());
}

TEST_CASE("doctest shows the report of a comparison that failed") {
    const auto shown = doctest::toString(compare_gradients(loss, A(4 * derived(w)), w));
    CHECK(contains(shown.c_str(), "FAILED: the gradients differ by a constant factor, analytic = 4 * autograd"));
}

}  // namespace
}  // namespace xtape::test
