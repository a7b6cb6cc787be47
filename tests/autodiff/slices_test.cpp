// SPDX-License-Identifier: BSD-3-Clause
// T slices of one array cost O(size), not O(T size), at first and at second order.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/ops.hpp>
#include <xtape/autodiff/record.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// s = sum of r^3 over the rows r of m
V cubes_of_rows(const V& m) {
    V s(0.0);
    for (std::size_t t = 0; t < m.shape()[0]; ++t) {
        const V r = select(m, 0, std::ptrdiff_t(t));
        s = s + sum(r * r * r);
    }
    return s;
}

struct Cost {
    std::size_t recorded, first, second;  // nodes of the function, and those that its gradients add
};
Cost cost(std::size_t rows) {
    const auto many = random_array<double>({rows, 4}, 11);
    const Tape tape;
    const V m = variable(many), s = cubes_of_rows(m);
    Cost c{tape.size(), 0, 0};
    Array<double> expected = many;
    for (std::size_t i = 0; i < many.size(); ++i) expected.data()[i] *= 3 * many.data()[i];
    CHECK(distance(backward(s)[m], expected) < 1e-14);
    c.first = tape.size() - c.recorded;
    const V g = recorded_backward(s, {m})[m];
    CHECK(distance(g.value(), expected) < 1e-14);
    c.second = tape.size() - c.recorded;
    for (std::size_t i = 0; i < many.size(); ++i) expected.data()[i] = 6 * many.data()[i];
    CHECK(distance(backward(sum(g), {m})[m], expected) < 1e-14);
    return c;
}

TEST_CASE("slices of one array: gradients are right and what is recorded grows with their number") {
    const Cost a = cost(400), b = cost(800);
    CHECK(b.recorded - 1 == 2 * (a.recorded - 1));  // but for the leaf
    CHECK(a.first == 0);
    CHECK(a.second > 0);
    CHECK(b.second <= 2 * a.second);
    CHECK(a.second <= 12 * 400);
}

// The elements of all nodes' outputs: what recording them touched.
std::size_t elements_of_second_order(std::size_t rows) {
    const Tape tape;
    const V m = variable(random_array<double>({rows, 4}, 12)), s = cubes_of_rows(m);
    const std::size_t before = tape.size();
    (void)recorded_backward(s, {m});
    const auto& record = Record<double>::mine();
    std::size_t n = 0;
    for (std::size_t i = before; i < tape.size(); ++i) n += zeros<double>(record[std::uint32_t(i)].shape).size();
    return n;
}

TEST_CASE("slices of one array: the elements touched at second order grow with their number, not its square") {
    const std::size_t a = elements_of_second_order(400), b = elements_of_second_order(800);
    CHECK(a > 400 * 4);
    CHECK(b <= 2 * a + 100);
}

TEST_CASE("slices of a large array end at all: 10,000 of 20 MB, each adding to its own place only") {
    const std::size_t rows = sanitized ? 4000 : 10000;
    const Tape tape;
    const V m = variable(filled<double>({rows, 256}, 1.0));
    V s(0.0);
    for (std::size_t t = 0; t < rows; ++t) s = s + sum(select(m, 0, std::ptrdiff_t(t)));
    CHECK(same_bits(backward(s)[m], m.value()));
}

TEST_CASE("overlapping slices add up, at both orders") {
    const Tape tape;
    const V m = variable(array<double>({3}, {1, 2, 3}));
    const V a = slice(m, 0, 0, 2), b = slice(m, 0, 1, 3), y = sum(a * a * b) + sum(m);
    // y = m0^2 m1 + m1^2 m2 + sum m
    const auto g = recorded_backward(y, {m});
    CHECK(same_bits(g[m].value(), array<double>({3}, {2 * 1 * 2 + 1, 1 + 2 * 2 * 3 + 1, 4 + 1})));
    CHECK(same_bits(backward(y)[m], g[m].value()));
    // times v = (1, 10, 100): [2m1 2m0 0; 2m0 2m2 2m1; 0 2m1 0] v
    const V v(array<double>({3}, {1, 10, 100}));
    CHECK(same_bits(backward(sum(g[m] * v), {m})[m], array<double>({3}, {4 + 20, 2 + 60 + 400, 40})));
}

TEST_CASE("a slice of a slice, and slices of an intermediate") {
    const Tape tape;
    const V m = variable(random_array<double>({4, 5, 3}, 13)), t = m * 2;
    const V inner = select(slice(select(t, 0, 2), 0, 1, 4), 1, -1);  // t[2, 1:4, 2]
    const V g = recorded_backward(sum(inner * inner), {m})[m];       // 8 m there
    Array<double> expected = zeros<double>({4, 5, 3}), twice = expected;
    for (std::size_t i = 1; i < 4; ++i) {
        const std::size_t place = (2 * 5 + i) * 3 + 2;
        expected.data()[place] = 8 * m.value().data()[place];
        twice.data()[place] = 8;
    }
    CHECK(distance(g.value(), expected) < 1e-14);
    CHECK(distance(backward(sum(g), {m})[m], twice) < 1e-14);
}

}  // namespace
}  // namespace xtape::test
