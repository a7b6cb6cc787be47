// SPDX-License-Identifier: BSD-3-Clause
// What holds for every operation, at every shape of its row in the table.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/gradcheck.hpp>

#include "op_table.hpp"

namespace xtape::test {
namespace {

constexpr unsigned seed = 20240607;

std::string text(const Row& row, const Shapes& shapes) {
    std::string out = row.text() + ", seed " + std::to_string(seed) + ", shapes";
    for (const Shape& s : shapes) out += " " + xtape::text(s);
    return out;
}

// each(row, shapes) for every row and all its shapes, or every n-th of them from one that differs by row
template <class F> void every(F each, std::size_t n = 1) {
    std::size_t first = 0;
    for (const Row& row : op_table()) {
        INFO(row.text());
        for (std::size_t i = first++ % std::min(n, row.shapes.size()); i < row.shapes.size(); i += n) {
            INFO(text(row, row.shapes[i]));
            each(row, row.shapes[i]);
        }
    }
}
// Enough under sanitizers, where an operation takes fifty times as long
constexpr std::size_t thin(std::size_t n) { return sanitized ? n : 1; }

template <class T> Arrays<double> doubles(const Arrays<T>& xs) {
    Arrays<double> out;
    for (const auto& x : xs) {
        out.push_back(Array<double>::from_shape(x.shape()));
        std::copy(x.data(), x.data() + x.size(), out.back().data());
    }
    return out;
}

// Inputs of which those in `tracked` (bits) are leaves, the result, and the gradients under a random cotangent
template <class T> struct Run {
    Array<T> value;
    bool recorded;
    Arrays<T> gradients;
};
template <class T> Run<T> run(const Row& row, const Arrays<T>& xs, unsigned tracked = ~0u) {
    const Tape tape;
    Variables<T> vs, leaves;
    for (std::size_t k = 0; k < xs.size(); ++k) {
        vs.push_back(tracked >> k & 1 ? variable(xs[k]) : Variable<T>(xs[k]));
        if (vs.back().tracked()) leaves.push_back(vs.back());
    }
    const Variable<T> y = operation<T>(row)(vs);
    Run<T> out{y.value(), y.tracked(), {}};
    const auto g = backward(y, leaves, random_array<T>(y.shape(), seed));
    for (const auto& v : leaves) out.gradients.push_back(g[v]);
    return out;
}

template <class T> void check_values(double tolerance) {
    every([tolerance](const Row& row, const Shapes& shapes) {
        const Arrays<T> xs = inputs<T>(row, shapes, seed);
        Variables<T> constants;
        for (const auto& x : xs) constants.emplace_back(x);
        const Array<double> expected = row.reference(doubles(xs));
        const Variable<T> y = operation<T>(row)(constants);
        CHECK(y.shape() == expected.shape());
        CHECK(distance(y.value(), expected) <= tolerance);
        CHECK(!y.tracked());
    });
}

template <class T> void check_gradients(const GradcheckOptions& options, std::size_t n) {
    double worst = 0;
    every(
        [&](const Row& row, const Shapes& shapes) {
            const auto report = gradcheck<T>(operation<T>(row), inputs<T>(row, shapes, seed), options);
            CHECK_MESSAGE(report.passed, report.text);
            worst = std::max(worst, report.worst);
        },
        n);
    MESSAGE("worst relative error " << worst << ", seed " << options.seed);
}

TEST_CASE("every operation gives the values of a plain loop, in double") { check_values<double>(1e-13); }
TEST_CASE("every operation gives the values of a plain loop, in float") { check_values<float>(2e-5); }

TEST_CASE("every operation's gradient, and the gradient's gradient, agree with differences in double") {
    check_gradients<double>({.order = 2, .directions = 1, .seed = seed}, thin(7));
}
TEST_CASE("every operation's gradient agrees with differences in float") {
    check_gradients<float>({.order = 1, .directions = 1, .seed = seed}, thin(5));
}
TEST_CASE("every operation can be differentiated three times") {
    std::size_t n = 0;
    for (const Row& row : op_table()) {
        const Shapes& shapes = row.shapes[row.shapes.size() > 60 ? row.shapes.size() / 2 : 0];
        INFO(text(row, shapes));
        const auto report = gradcheck<double>(row.in_double, inputs<double>(row, shapes, seed),
                                              {.order = 3, .directions = 1, .tolerance = 1e-5, .seed = seed});
        CHECK_MESSAGE(report.passed, report.text);
        ++n;
    }
    CHECK(n == op_table().size());
}

TEST_CASE("every gradient has its input's shape") {
    every([](const Row& row, const Shapes& shapes) {
        const auto r = run<float>(row, inputs<float>(row, shapes, seed));
        CHECK(r.recorded);
        for (std::size_t k = 0; k < shapes.size(); ++k) CHECK(r.gradients[k].shape() == shapes[k]);
    });
}

TEST_CASE("values and gradients have the same bits every time") {
    every([](const Row& row, const Shapes& shapes) {
        const Arrays<float> xs = inputs<float>(row, shapes, seed);
        const auto a = run<float>(row, xs), b = run<float>(row, xs);
        CHECK(same_bits(a.value, b.value));
        for (std::size_t k = 0; k < shapes.size(); ++k) CHECK(same_bits(a.gradients[k], b.gradients[k]));
    });
}

TEST_CASE("an input's gradient is the same whether the other inputs are variables or constants") {
    every([](const Row& row, const Shapes& shapes) {
        const Arrays<double> xs = inputs<double>(row, shapes, seed);
        const auto all = run<double>(row, xs);
        for (std::size_t k = 0; k < shapes.size(); ++k) {
            const auto alone = run<double>(row, xs, 1u << k);
            CHECK(alone.recorded);
            CHECK(same_bits(alone.value, all.value));
            CHECK(same_bits(alone.gradients[0], all.gradients[k]));
        }
    });
}

TEST_CASE("nothing is recorded of constants, or inside NoGrad") {
    for (const Row& row : op_table()) {
        INFO(row.text());
        const Tape tape;
        Variables<double> constants, leaves;
        for (const auto& x : inputs<double>(row, row.shapes.back(), seed)) {
            constants.emplace_back(x);
            leaves.push_back(variable(x));
        }
        const std::size_t before = tape.size();
        CHECK(!row.in_double(constants).tracked());
        {
            const NoGrad off;
            CHECK(!row.in_double(leaves).tracked());
        }
        CHECK(tape.size() == before);
        CHECK(row.in_double(leaves).tracked());
        CHECK(tape.size() > before);
    }
}

}  // namespace
}  // namespace xtape::test
