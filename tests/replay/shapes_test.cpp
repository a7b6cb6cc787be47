// SPDX-License-Identifier: BSD-3-Clause
// Bugs of other libraries around broadcasting, arrays without elements, inputs that meet themselves and indices,
// replayed: gradients are compared with plain loops or with numbers derived by hand.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/embedding.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;

// All shapes that broadcast to this one: some of its axes have length 1, and some of those in front are not there.
std::vector<Shape> squashed(const Shape& full) {
    std::vector<Shape> all;
    for (std::size_t from = 0; from <= full.size(); ++from)
        for (unsigned ones = 0; ones < 1u << (full.size() - from); ++ones) {
            Shape s(full.begin() + std::ptrdiff_t(from), full.end());
            for (std::size_t i = 0; i < s.size(); ++i)
                if (ones >> i & 1u) s[i] = 1;
            all.push_back(s);
        }
    return all;
}

// Where the i-th element of an array of the full shape is in one of the squashed shape.
std::size_t place(std::size_t i, const Shape& full, const Shape& squashed) {
    std::size_t at = 0, stride = 1;
    for (std::size_t k = full.size(); k-- > 0; i /= full[k])
        if (const std::size_t gone = full.size() - squashed.size(); k >= gone) {
            at += (squashed[k - gone] == 1 ? 0 : i % full[k]) * stride;
            stride *= squashed[k - gone];
        }
    return at;
}

// The gradients of operands that were broadcast had the result's shape, twice over where they met themselves.
TEST_CASE("pytorch 13669: whatever was broadcast, the gradient has the input's shape and is summed to it") {
    constexpr unsigned seed = 1;
    CAPTURE(seed);
    std::size_t pairs = 0;
    for (const Shape& full : {Shape{}, Shape{3}, Shape{2, 3}, Shape{2, 3, 2}, Shape{2, 1, 3, 2}, Shape{0}, Shape{2, 0},
                              Shape{0, 3}, Shape{2, 0, 3}})
        for (const Shape& left : squashed(full))
            for (const Shape& right : squashed(full)) {
                const auto a = random_array<double>(left, seed), b = random_array<double>(right, seed + 1);
                const Tape tape;
                const V x = variable(a), z = variable(b), y = x * z + z;
                const auto g = random_array<double>(y.shape(), seed + 2);
                A da = zeros<double>(left), db = zeros<double>(right);
                for (std::size_t i = 0; i < g.size(); ++i) {
                    const std::size_t at = place(i, y.shape(), left), to = place(i, y.shape(), right);
                    da.data()[at] += g.data()[i] * b.data()[to];
                    db.data()[to] += g.data()[i] * (a.data()[at] + 1);
                }
                const auto d = backward(y, {x, z}, g);
                CHECK(distance(d[x], da) < 1e-14);
                CHECK(distance(d[z], db) < 1e-14);
                ++pairs;
            }
    CHECK(pairs == 1 + 9 + 49 + 225 + 961 + 9 + 49 + 49 + 225);
}

// To look at a value that had been broadcast, before its gradient was taken, made the gradient 0.
TEST_CASE("mlx 610: a broadcast variable whose value was looked at still has its gradient") {
    const Tape tape;
    const V x = variable(filled<double>({3, 3}, 1)), y = x + V(filled<double>({3, 3, 3}, 1));
    CHECK(xt::all(y.value() > 1.0));
    CHECK(same_bits(backward(square(y), {x}, filled<double>({3, 3, 3}, 1))[x], filled<double>({3, 3}, 12)));
}

// silu's gradient by a beta of many numbers was one number: all of them added up.
TEST_CASE("tensorflow 127690: x sigmoid(beta x) has a gradient for each of its betas") {
    const auto x = array<double>({2, 3}, {1, -2, 3, 0.5, 1, -1}), beta = array<double>({3}, {0.5, 1, 2});
    const auto d = grad([&](const V& b) { return sum(x * sigmoid(b * x)); })(beta);
    A expected = zeros<double>({3});
    for (std::size_t i = 0; i < 6; ++i) {
        const double e = x.data()[i], s = 1 / (1 + std::exp(-e * beta.data()[i % 3]));
        expected.data()[i % 3] += e * e * s * (1 - s);
    }
    CHECK(distance(d, expected) < 1e-14);
}

// What was broadcast along an axis of no elements kept that axis in its gradient.
TEST_CASE("pytorch 15223: (4, 0) + (4, 1) gives the second one zeros of (4, 1)") {
    const Tape tape;
    const V x = variable(zeros<double>({4, 0})), z = variable(filled<double>({4, 1}, 1));
    const auto d = backward(sum(x + z), {x, z});
    CHECK(same_bits(d[x], zeros<double>({4, 0})));
    CHECK(same_bits(d[z], zeros<double>({4, 1})));
}

// Repeating something no times, running sums and products of nothing: backward threw, or read out of bounds.
TEST_CASE("pytorch 45201, 31515, 82644: what is taken no times, joined or multiplied of nothing has zeros") {
    const A x = array<double>({2, 3}, {1, 2, 3, 4, 5, 6}), none = zeros<double>({2, 0});
    const auto is_zeros = [](const auto& f, const A& at) {
        return same_bits(grad([&](const V& v) { return sum(f(v)); })(at), zeros<double>(at.shape()));
    };
    CHECK(is_zeros([](const V& v) { return take(v, Indices{}, 1); }, x));
    CHECK(is_zeros([](const V& v) { return broadcast_to(v, {0, 2, 3}); }, x));
    CHECK(is_zeros([](const V& v) { return slice(v, 0, 1, 1); }, x));
    CHECK(is_zeros([&](const V& v) { return matmul(v, zeros<double>({3, 0})); }, x));
    CHECK(is_zeros([&](const V& v) { return matmul(v, zeros<double>({0, 4})); }, none));
    CHECK(is_zeros([](const V& v) { return sum(v, 1) + mean(v, 0, true); }, zeros<double>({0, 0})));
    CHECK(is_zeros([](const V& v) { return concatenate({v, v}, 1); }, none));
    CHECK(is_zeros([](const V& v) { return softmax(v, 0); }, none));
}

// Constants of one value were one object, so that its gradient came back for both: 6 for the derivative of 3 x at 3.
TEST_CASE("tensorflow 21837: a constant of the variable's value, or of its very array, is another thing") {
    CHECK(grad([](const V& x) { return x * V(3.0); })(3.0) == 3);
    CHECK(grad([](const V& x) { return x * detach(x); })(3.0) == 3);
    const Tape tape;
    const V x = variable(3.0), w(x.handle(), Place{});
    CHECK(number(backward(x * w, {x})[x]) == 3);
}

// Recomputed functions of two arguments that were one tensor lost one half of the gradient.
TEST_CASE("tensorflow 36999: a checkpoint in which an input meets itself, and what it captures too") {
    const Tape tape;
    const V x = variable(array<double>({3}, {1, 2, 3}));
    const V y = checkpoint<double>([&](const V& v) { return v * x + v + x; }, x);
    CHECK(same_bits(backward(sum(y), {x})[x], array<double>({3}, {4, 6, 8})));  // 2 x + 2
}

// One of several terms of a derivative forgot the incoming gradient, which was 1 in all tests.
TEST_CASE("stan 1569: derivatives of several terms scale with the incoming gradient, term by term") {
    const A x = random_array<double>({2, 8}, 11);
    const std::vector<std::function<V(const V&)>> functions{
        [](const V& v) { return logsumexp(v); },
        [](const V& v) { return softmax(v); },
        [](const V& v) { return log_softmax(v); },
        [](const V& v) { return v / (v + 3); },
        [](const V& v) { return lstm_memory(v, slice(v, 1, 3, 5)); },
        [](const V& v) { return lstm_output(v, slice(v, 1, 3, 5)); },
        [](const V& v) { return layer_norm(v, select(v, 0, 0), select(v, 0, 1), 0.1); },
        [](const V& v) { return matmul(v, transpose(v)); },
        [](const V& v) {
            return gru_gates(slice(v, 1, 0, 6), slice(v, 1, 2, 8), slice(v, 1, 0, 2), slice(select(v, 0, 1), 0, 4, 6));
        }};
    for (std::size_t i = 0; i < functions.size(); ++i) {
        CAPTURE(i);
        const auto report = gradcheck(functions[i], x, {.order = 2, .seed = 13});  // under random incoming gradients
        CHECK_MESSAGE(report, report.text);
    }
}

// Of gradients that go to one place only the last one arrived.
TEST_CASE("pytorch 1631, mxnet 9172, paddle 17662: what is taken twice gets both gradients") {
    const Tape tape;
    const V x = variable(array<double>({1}, {0.1})), table = variable(array<double>({3, 2}, {1, 2, 3, 4, 5, 6}));
    CHECK(distance(backward(take(x, Indices{0, 0}), {x}, array<double>({2}, {0.2, 0.3}))[x],
                   array<double>({1}, {0.5})) < 1e-15);
    const auto g = array<double>({4, 2}, {1, 2, 10, 20, 100, 200, 1000, 2000});
    CHECK(same_bits(backward(take(table, Indices{2, 0, 2, 2}), {table}, g)[table],
                    array<double>({3, 2}, {10, 20, 0, 0, 1101, 2202})));
    nn::Generator bits(1);
    const nn::Embedding<double> words(3, 2, bits);
    CHECK(same_bits(backward(sum(words(Indices{1, 1, 1, 2}))).at(words.w), array<double>({3, 2}, {0, 0, 3, 3, 1, 1})));
}

// A sum by segments gave its input a gradient of the index's shape, or of what the index does not reach, garbage.
TEST_CASE("pytorch 188843: a sum by segments, of rows and columns, with segments that nothing goes to") {
    const Tape tape;
    const V x = variable(random_array<double>({2, 3}, 14));
    const auto g = array<double>({2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    const V y = segment_sum(x, Indices{4, 0, 4}, 5, 1);
    CHECK(same_bits(backward(y, {x}, g)[x], array<double>({2, 3}, {5, 1, 5, 10, 6, 10})));
    CHECK(same_bits(backward(segment_sum(x, Indices{1, 1}, 4), {x}, filled<double>({4, 3}, 7))[x],
                    filled<double>({2, 3}, 7)));
}

// An index out of range was moved into it, or its gradient dropped, without a word.
TEST_CASE("jax 3774: an index out of range is an error, and nothing is recorded") {
    const Tape tape;
    const V x = variable(zeros<double>({3, 2}));
    for (const std::int64_t bad : {3, -1, 1 << 30}) {
        CHECK(contains(thrown([&] { take(x, Indices{0, bad}); }), "[take]"));
        CHECK(contains(thrown([&] { pick(x, Indices{0, bad, 1}); }), "[pick]"));
        CHECK(contains(thrown([&] { segment_sum(x, Indices{0, bad, 1}, 3); }), "[segment_sum]"));
    }
    CHECK(tape.size() == 1);
}

}  // namespace
}  // namespace xtape::test
