// SPDX-License-Identifier: BSD-3-Clause
// Gradients that cannot be compared, and those that differ by rounding alone.
#include <xtape/autodiff/compare.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using A = Array<double>;

TEST_CASE("what cannot be compared fails, with its reason") {
    const auto verdict = [](const NamedArrays<double>& a, const NamedArrays<double>& b) {
        const CompareReport report = compare_named(a, b);
        CHECK(!report);
        CHECK(!formatted(report, Format::text).empty());
        return report.verdict;
    };
    const A two{1, 2}, nothing{1, NAN}, endless{INFINITY, 2};
    CHECK(verdict({{"w", two}}, {}) == "the gradient of w differs: there is no analytic gradient of it");
    CHECK(verdict({{"w", two}}, {{"w", nothing}}) ==
          "the gradient of w differs: the analytic gradient is not finite at (1,)");
    CHECK(verdict({{"w", nothing}}, {{"w", nothing}}) ==
          "the gradient of w differs: the analytic gradient is not finite at (1,)");
    CHECK(verdict({{"w", endless}}, {{"w", two}}) ==
          "the gradient of w differs: autograd's gradient is not finite at (0,)");
    CHECK(verdict({{"w", endless}}, {{"w", endless}}) ==
          "the gradient of w differs: the analytic gradient is not finite at (0,)");
    const A wide = random_array<double>({2, 3}, 24);
    CHECK(verdict({{"w", wide}}, {{"w", xt::transpose(wide)}}) ==
          "the gradient of w differs: the analytic gradient has shape (3, 2), the argument (2, 3); its transpose would "
          "be right");
    CHECK(verdict({{"w", wide}, {"v", two}}, {{"w", two}, {"v", two}}) ==
          "the gradient of w differs: the analytic gradient has shape (2,), the argument (2, 3); equal are v");
    CHECK(verdict({{"w", two}, {"v", two}}, {}) ==
          "the gradient of w differs: there is no analytic gradient of it; different are w, v");
}

TEST_CASE("names that no argument has, and names that come twice, are errors") {
    const A two{1, 2};
    const auto refused = [](const NamedArrays<double>& b) {
        return thrown([&] { (void)compare_named({{"w", A{1, 2}}, {"v", A{3}}}, b); });
    };
    CHECK(refused({{"w", two}, {"V", A{3}}}) ==
          "[compare_gradients] analytic gradients must be of w, v, each once; got w, V; try the arguments' names");
    CHECK(refused({{"w", two}, {"v", A{3}}, {"u", two}}) ==
          "[compare_gradients] analytic gradients must be of w, v, each once; got w, v, u; try the arguments' names");
    CHECK(refused({{"w", two}, {"v", A{3}}, {"w", A{2, 1}}}) ==
          "[compare_gradients] analytic gradients must be of w, v, each once; got w, v, w; try the arguments' names");
    CHECK(thrown([&] {
              (void)compare_named<double>({}, {{"w", two}});
          }) ==
          "[compare_gradients] analytic gradients must be of nothing, each once; got w; try the arguments' names");
    const auto square_of = [](const Variable<double>& x) { return sum(square(x)); };
    CHECK(thrown([&] {
              (void)compare_gradients(square_of, std::vector<A>{2 * two, two}, two);
          }) == "[compare_gradients] analytic gradients must be of x, each once; got x, x1; try the arguments' names");
}

TEST_CASE("rounding is no difference: zero on one side, 1e-17 of the other arguments on the other") {
    const A large{1, 2}, zero{0, 0}, noise{1e-17, -3e-17};
    CHECK(compare_named<double>({{"w", large}, {"b", zero}}, {{"w", large}, {"b", noise}}));
    CHECK(!compare_named<double>({{"b", zero}}, {{"b", noise}}));
    const A small = 1e-11 * large, other{1e-11, 2.1e-11};
    CHECK(!compare_named<double>({{"w", large}, {"b", small}}, {{"w", large}, {"b", other}}));  // however small
    const A tiny{1e-300, 2e-300}, off{1e-300, 2.1e-300};  // whose squares underflow
    CHECK(compare_named<double>({{"w", tiny}}, {{"w", tiny}}));
    CHECK(!compare_named<double>({{"w", tiny}}, {{"w", off}}));
    CHECK(compare_named<double>({{"w", zeros<double>({0, 3})}}, {{"w", zeros<double>({0, 3})}}));
    CHECK(compare_named<double>({}, {}));
}

}  // namespace
}  // namespace xtape::test
