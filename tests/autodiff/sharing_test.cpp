// SPDX-License-Identifier: BSD-3-Clause
// Gradients that are one array until something is added to it; variables that meet themselves.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/checkpoint.hpp>
#include <xtape/autodiff/ops.hpp>

#include <algorithm>
#include <functional>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

const Array<double> three = array<double>({3}, {1, 2, 3});

Array<double> times(double factor, Array<double> a) {
    for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] *= factor;
    return a;
}
Array<double> gradient(const V& y, const V& x) { return backward(sum(y), {x})[x]; }
// The same through recorded gradients
bool is(const V& y, const V& x, const Array<double>& expected) {
    return same_bits(gradient(y, x), expected) && same_bits(recorded_backward(sum(y), {x})[x].value(), expected);
}

TEST_CASE("a variable that meets itself") {
    const Tape tape;
    const V x = variable(three);
    const Array<double> one = filled<double>({3}, 1), two = times(2, one);
    CHECK(is(x + x, x, two));
    CHECK(is(x - x, x, times(0, one)));
    CHECK(is(x + x * 1, x, two));
    CHECK(is(x * 1 + x, x, two));
    CHECK(is((x + x) + (x + x), x, times(4, one)));
    CHECK(is(identity(x) + x, x, two));
    CHECK(is(x + identity(identity(x)), x, two));
    CHECK(is(x * x * x, x, array<double>({3}, {3, 12, 27})));
    CHECK(is(x / x, x, times(0, one)));
    CHECK(is(concatenate<double>({x, x}) * V(array<double>({6}, {1, 2, 3, 10, 20, 30})), x, times(11, three)));
    CHECK(is(stack<double>({x, x, x}), x, times(3, one)));
    CHECK(is(where(array<double>({3}, {1, 0, 1}), x, x), x, one));
    CHECK(is(matmul(x, x), x, times(2, three)));
    CHECK(is(x * sum(x), x, array<double>({3}, {12, 12, 12})));
}

TEST_CASE("a matrix times itself, and times its transpose") {
    const Tape tape;
    const auto a = array<double>({2, 2}, {1, 2, 3, 4}), g = array<double>({2, 2}, {1, 10, 100, 1000});
    const V x = variable(a);
    // d(g . x x) = g x' + x' g
    CHECK(same_bits(backward(matmul(x, x), {x}, g)[x],
                    array<double>({2, 2}, {21 + 301, 43 + 3010, 2100 + 402, 4300 + 4020})));
    // d(g . x x') = g x + g' x
    CHECK(same_bits(backward(matmul(x, transpose(x)), {x}, g)[x],
                    array<double>({2, 2}, {31 + 301, 42 + 402, 3100 + 3010, 4200 + 4020})));
}

TEST_CASE("a doubling graph takes one step a level, not two to their number") {
    const Tape tape;
    const V x = variable(1.0);
    V y = x;
    for (int i = 0; i < 1000; ++i) y = y + y;
    CHECK(tape.size() == 1001);
    CHECK(number(backward(y, {x})[x]) == std::ldexp(1.0, 1000));
    const V dx = recorded_backward(y, {x})[x];
    CHECK(number(dx.value()) == std::ldexp(1.0, 1000));
    CHECK(tape.size() <= 1001 + 2 * 1000);
}

TEST_CASE("two gradients that are one array are edited apart") {
    const Tape tape;
    const V u = variable(three), v = variable(three), s = u + v;
    auto g = backward(sum(s), {u, v, s, u});
    CHECK(&*g.items()[0].gradient == &*g.items()[1].gradient);  // or this tests nothing
    const auto copy = g;
    g.edit(0).fill(7);
    CHECK(same_bits(*g.items()[0].gradient, filled<double>({3}, 7)));
    for (std::size_t i = 1; i < 4; ++i) CHECK(same_bits(*g.items()[i].gradient, filled<double>({3}, 1)));
    CHECK(same_bits(copy[u], filled<double>({3}, 1)));
    const double* const mine = g.edit(0).data();
    CHECK(g.edit(0).data() == mine);  // alone: no further copies
}

TEST_CASE("a gradient of zeros becomes real when it is edited") {
    const Tape tape;
    const V w = variable(2.0), other = variable(three);
    auto g = backward(w * w, {w, other});
    g.edit(1).data()[0] += 5;
    CHECK(same_bits(g[other], array<double>({3}, {5, 0, 0})));
}

TEST_CASE("a gradient that is asked for is not changed by what its input gets") {
    const Tape tape;
    const V x = variable(three), h = identity(x), y = h + x * 2;  // x gets h's gradient, shared, and then more
    for (const bool seeded : {false, true}) {
        const auto g = seeded ? backward(y, {h, x, y}, three) : backward(sum(y), {h, x, y});
        const Array<double> seed = seeded ? three : filled<double>({3}, 1);
        CHECK(same_bits(g[h], seed));
        CHECK(same_bits(g[y], seed));
        CHECK(same_bits(g[x], times(3, seed)));
    }
}

TEST_CASE("a contribution is written over a gradient that nobody else holds, and over no other") {
    const Tape tape;
    const V a = variable(three), b = variable(three), u = a * 1, v = b * 1, fu = tanh(u), fv = tanh(v), y = fu + fv;
    const auto alone = backward(sum(tanh(a * 1)), {a});
    const auto shared = backward(sum(y), {a, b});  // fu and fv get one array
    CHECK(same_bits(shared[a], alone[a]));
    CHECK(same_bits(shared[b], alone[a]));
    const auto asked = backward(sum(y), {a, b, u, v, fu, fv, y});
    for (const V& x : {a, b, u, v}) CHECK(same_bits(asked[x], alone[a]));
    for (const V& x : {fu, fv, y}) CHECK(same_bits(asked[x], filled<double>({3}, 1)));
}

TEST_CASE("a seed is not changed, and neither are values") {
    const Tape tape;
    const auto seed = array<double>({3}, {1, 10, 100});
    const V x = variable(three), y = x + x + x * x;
    const auto g = backward(y, {x, y}, seed);
    CHECK(same_bits(seed, array<double>({3}, {1, 10, 100})));
    CHECK(same_bits(x.value(), three));
    CHECK(same_bits(g[x], array<double>({3}, {4, 60, 800})));
}

// Thin products of one weight are put together by the engine: whatever else meets there, the sum is the sum.
TEST_CASE("weights used at many steps, by products of any thickness and by other operations") {
    constexpr unsigned seed = 5;
    CAPTURE(seed);
    for (const std::size_t steps : {1u, 2u, 7u, 300u})
        for (const std::size_t rows : {1u, 3u, 64u, 65u}) {
            CAPTURE(steps);
            CAPTURE(rows);
            const Tape tape;
            const V w = variable(random_array<double>({4, 5}, seed)), w2 = w * 1;
            V y(0.0);
            Array<double> expected = zeros<double>({4, 5});
            for (std::size_t t = 0; t < steps; ++t) {
                const std::size_t n = t % 5 == 4 ? 2 * rows : rows;
                const auto x = random_array<double>({n, 4}, seed + unsigned(t));
                y = y + sum(matmul(V(x), t % 3 == 2 ? w2 : w));
                if (t % 4 == 0) y = y + sum(w);
                for (std::size_t i = 0; i < 4; ++i)
                    for (std::size_t j = 0; j < 5; ++j) {
                        for (std::size_t r = 0; r < n; ++r) expected.data()[i * 5 + j] += x.data()[r * 4 + i];
                        expected.data()[i * 5 + j] += t % 4 == 0;
                    }
            }
            const auto g = backward(y, {w, w2});
            CHECK(distance(g[w], expected) < 1e-12);
            CHECK(distance(recorded_backward(y, {w})[w].value(), expected) < 1e-12);
            CHECK(same_bits(backward(y, {w, w2})[w], g[w]));
        }
}

// h (rows, 20) through as many products with weights (20, 20) as there are weights
V through(V h, const std::vector<V>& weights) {
    for (const V& w : weights) h = tanh(matmul(h, w));
    return h;
}

TEST_CASE("weights that gradients meet at many steps give the same bits as weights of their own at each") {
    for (const std::size_t rows : {1u, 2u, 7u, 32u, 130u}) {
        CAPTURE(rows);
        const auto x0 = random_array<double>({rows, 20}, 1), w0 = random_array<double>({20, 20}, 2);
        const Tape tape;
        const V x = variable(x0), w = variable(w0);
        std::vector<V> own;
        for (int t = 0; t < 4; ++t) own.push_back(variable(w0));
        const Array<double> apart = backward(sum(through(x, own)), {x})[x];
        CHECK(same_bits(backward(sum(through(x, {w, w, w, w})), {x})[x], apart));
        CHECK(distance(recorded_backward(sum(through(x, {w, w, w, w})), {x})[x].value(), apart) < 1e-12);
    }
}

TEST_CASE("weights that live in a checkpoint only are not taken for others in their place") {
    const Tape tape;
    const V x = variable(random_array<double>({8, 20}, 3)), w = variable(random_array<double>({20, 20}, 4));
    V whole = x, in_pieces = x;
    for (int t = 0; t < 6; ++t) {  // the product's memory is another segment's when this one is computed again
        const V apart = w * (t + 1);
        whole = through(whole, {apart, apart, w});
        in_pieces = checkpoint<double>(
            [=](const V& h) {
                const V larger = w * (t + 1);
                return through(h, {larger, larger, w});
            },
            in_pieces);
    }
    const auto g = backward(sum(whole), {x, w}), h = backward(sum(in_pieces), {x, w});
    CHECK(same_bits(h[x], g[x]));
    CHECK(distance(h[w], g[w]) < 1e-12);
}

TEST_CASE("a weight that is multiplied and sliced, in any order") {
    const auto x = array<double>({1, 2}, {1, 1}), w0 = array<double>({2, 2}, {1, 2, 3, 4});
    using Use = std::function<V(const V&)>;
    const std::vector<Use> uses{[&](const V& w) { return sum(matmul(V(x), w)); },
                                [](const V& w) { return sum(slice(w, 0, 1, 2)); },
                                [](const V& w) { return sum(select(w, 0, 0)); }, [](const V& w) { return sum(w * w); }};
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        const Tape tape;
        const V w = variable(w0);
        V y(0.0);
        for (const std::size_t use : order) y = y + uses[use](w);
        CHECK(same_bits(backward(y, {w})[w], array<double>({2, 2}, {4, 6, 8, 10})));
    } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace xtape::test
