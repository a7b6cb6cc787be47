// SPDX-License-Identifier: BSD-3-Clause
// Every operation's checks: `FILE:LINE: [op] what must hold; got ...`, with nothing recorded and nothing changed.
#include <functional>
#include <xtape/autodiff/ops.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using Axes = std::vector<std::size_t>;

struct Wrong {
    std::function<void(const V& a, const V& b, const V& v)> call;  // (2, 3), (4, 5), (3,)
    int line;
    std::string op, text;
};
const Array<double> mask = filled<double>({2, 2}, 1);
const Array<double> one_step = filled<double>({1, 2, 3}, 1), square_matrix = filled<double>({3, 3}, 1);
// clang-format off
#define CALL(...) [](const V& a, const V& b, const V& v) { (void)a, (void)b, (void)v, (void)(__VA_ARGS__); }, __LINE__
const std::vector<Wrong> wrongs{
    {CALL(a + b), "add", "axes from the last one equal, or 1; got (2, 3) and (4, 5)"},
    {CALL(a - b), "subtract", "got (2, 3) and (4, 5); try reshape or broadcast_to"},
    {CALL(a * b), "multiply", "(2, 3) and (4, 5)"},
    {CALL(a / b), "divide", "(2, 3) and (4, 5)"},
    {CALL(a * b.value()), "multiply", "(2, 3) and (4, 5)"},
    {CALL(a.value() * b), "multiply", "(2, 3) and (4, 5)"},
    {CALL(a + reshape(v, {3, 1})), "add", "(2, 3) and (3, 1)"},
    {CALL(where(mask, a, b)), "where", "(2, 3) and (4, 5)"},
    {CALL(where(mask, a, a)), "where", "(2, 2) and (2, 3)"},
    {CALL(maximum(a, b)), "maximum", "axes from the last one equal, or 1; got (2, 3) and (4, 5)"},
    {CALL(minimum(b.value(), a)), "minimum", "got (4, 5) and (2, 3)"},
    {CALL(masked_fill(a, mask, 0)), "masked_fill", "the mask must broadcast to the array; got (2, 2) and (2, 3)"},
    {CALL(masked_fill(v, zeros<double>({2, 3}), 0)), "masked_fill", "got (2, 3) and (3,)"},
    {CALL(layer_norm(a, v, b)), "layer_norm", "x (..., N), gain (N,), bias (N,); got (2, 3), (3,), (4, 5)"},
    {CALL(layer_norm(b, v, v)), "layer_norm", "got (4, 5), (3,), (3,)"},
    {CALL(layer_norm(a, v, v, -1)), "layer_norm", "epsilon must not be negative; got -1"},
    {CALL(flip(a, 2)), "flip", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(matmul(a, b)), "matmul", "inner sizes must match; got (2, 3) x (4, 5); try reshape"},
    {CALL(matmul(a, a)), "matmul", "(2, 3) x (2, 3); did you mean to transpose the second?"},
    {CALL(matmul(b, v)), "matmul", "(4, 5) x (3,)"},
    {CALL(matmul(a, V(2.0))), "matmul", "must be (..., K) and (..., K, N) or (K,); got (2, 3) and ()"},
    {CALL(matmul(a, zeros<double>({3, 1, 1}))), "matmul",
     "inner sizes must match; got (2, 3) x (3, 1, 1); try reshape"},
    {CALL(matmul(a, zeros<double>({5, 2, 3}))), "matmul", "x (5, 2, 3); did you mean to transpose the second?"},
    {CALL(matmul(zeros<double>({2, 2, 3}), V(zeros<double>({5, 3, 1})))), "matmul",
     "axes before the last two must broadcast; got (2, 2, 3) x (5, 3, 1)"},
    {CALL(matmul(a.value(), b)), "matmul", "(2, 3) x (4, 5)"},
    {CALL(affine(a, b, a, b, v)), "affine",
     "x (B, I), wx (I, H), h (B, J), wh (J, H), b (H,); got (2, 3), (4, 5), (2, 3), (4, 5), (3,)"},
    {CALL(linear(a, b, v)), "linear", "shapes must be x (..., I), w (I, O), b (O,); got (2, 3), (4, 5), (3,)"},
    {CALL(affine(a, 0, b, b)), "affine", "must be x (T, B, H), h (B, J), wh (J, H); got (2, 3), (4, 5), (4, 5)"},
    {CALL(affine(V(one_step), 1, a, V(square_matrix))), "affine", "the step must be in [0, 1); got 1"},
    {CALL(affine(V(one_step), -1, a, V(square_matrix))), "affine", "the step must be in [0, 1); got -1"},
    {CALL(lstm_memory(a, b)), "lstm_memory", "shapes must be z (B, 4H), c (B, H); got (2, 3), (4, 5)"},
    {CALL(lstm_output(v, v)), "lstm_output", "got (3,), (3,)"},
    {CALL(gru_gates(a, a, b, v)), "gru_gates",
     "x (B, 3H), m (B, 3H), h (B, H), b (H); got (2, 3), (2, 3), (4, 5), (3,)"},
    {CALL(gru_gates(a, b, a, v)), "gru_gates", "got (2, 3), (4, 5), (2, 3)"},
    {CALL(sum(a, 2)), "sum", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(sum(a, -3)), "sum", "got -3"},
    {CALL(mean(a, 2)), "mean", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(broadcast_to(a, {3, 3})), "broadcast_to", "the array must broadcast to the shape; got (2, 3) and (3, 3)"},
    {CALL(broadcast_to(a, {3})), "broadcast_to", "got (2, 3) and (3,)"},
    {CALL(sum_to(a, {3, 3})), "sum_to", "the shape must broadcast to the array's; got (3, 3) and (2, 3)"},
    {CALL(reshape(a, {7})), "reshape", "the number of elements must stay; got (2, 3) to (7,)"},
    {CALL(transpose(a, Axes{0})), "transpose", "axes must be each of 0 to 2 - 1 once; got (0,)"},
    {CALL(transpose(a, Axes{0, 0})), "transpose", "got (0, 0)"},
    {CALL(transpose(a, Axes{0, 2})), "transpose", "got (0, 2)"},
    {CALL(select(a, 2, 0)), "select", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(select(a, 1, 3)), "select", "places must be in [-3, 3); got 3"},
    {CALL(select(a, 1, -4)), "select", "got -4"},
    {CALL(select(V(1.0), 0, 0)), "select", "the axis must be in [0, 0) for shape (); got 0"},
    {CALL(slice(a, 0, 0, 3)), "slice", "got 3"},
    {CALL(slice(a, 0, -3, 1)), "slice", "got -3"},
    {CALL(slice(a, 0, 2, 1)), "slice", "got "},
    {CALL(stack<double>({})), "stack", "there must be arrays; got none"},
    {CALL(stack<double>({a, b})), "stack", "arrays must have one shape; got (2, 3) and (4, 5)"},
    {CALL(stack<double>({a, a}, 3)), "stack", "the axis must be in [-3, 3)"},
    {CALL(concatenate<double>({})), "concatenate", "there must be arrays; got none"},
    {CALL(concatenate<double>({a, b})), "concatenate", "arrays must agree in all axes but 0; got (2, 3) and (4, 5)"},
    {CALL(concatenate<double>({a, v})), "concatenate", "got (2, 3) and (3,)"},
    {CALL(concatenate<double>({a, a}, 2)), "concatenate", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(pick(v, {0})), "pick", "the array must be (N, K); got (3,)"},
    {CALL(pick(a, {0})), "pick", "there must be one index a row, 2; got 1"},
    {CALL(pick(a, {0, 3})), "pick", "indices must be in [0, 3); got 3"},
    {CALL(pick(a, {-1, 0})), "pick", "got -1"},
    {CALL(scatter(a, {0, 1}, 3)), "scatter", "the array must be (N,); got (2, 3)"},
    {CALL(scatter(v, {0, 1, 5}, 3)), "scatter", "indices must be in [0, 3); got 5"},
    {CALL(take(a, {0, 2})), "take", "indices must be in [0, 2); got 2"},
    {CALL(take(a, {0, -1}, 1)), "take", "indices must be in [0, 3); got -1"},
    {CALL(take(a, {0, 1}, 2)), "take", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(take(a, {0, 1, 1}, {2, 2})), "take", "there must be an index for each place of (2, 2); got 3"},
    {CALL(take(V(1.0), {0})), "take", "for shape ()"},
    {CALL(segment_sum(a, {0, 5}, 5)), "segment_sum", "indices must be in [0, 5); got 5"},
    {CALL(segment_sum(a, {0}, 5)), "segment_sum", "there must be an index for each of 2 places of the axis; got 1"},
    {CALL(segment_sum(a, {0, 0, 0}, 5, 2)), "segment_sum", "the axis must be in [-2, 2)"},
    {CALL(segment_sum(a, {0, 0}, std::size_t(1) << 63)), "segment_sum", "fewer than 2^64 elements"},
    {CALL(softmax(a, 2)), "softmax", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(softmax(a, mask)), "softmax", "the mask must broadcast to the array; got (2, 2) and (2, 3)"},
    {CALL(softmax(v, zeros<double>({1, 3}))), "softmax", "got (1, 3) and (3,)"},
    {CALL(logsumexp(a, -3)), "logsumexp", "the axis must be in [-2, 2) for shape (2, 3); got -3"},
    {CALL(log_softmax(a, 2)), "log_softmax", "the axis must be in [-2, 2) for shape (2, 3); got 2"},
    {CALL(log_softmax(V(1.0))), "log_softmax", "for shape ()"},
    {CALL(reshape(v, {3, 0xAAAAAAAAAAAAAAAB})), "reshape", "a shape must have fewer than 2^64 elements; got (3, 1229"},
    {CALL(broadcast_to(v, {std::size_t(1) << 63, 3})), "broadcast_to", "fewer than 2^64 elements"},
    {CALL(matmul(V(zeros<double>({0, 3000000000})), V(zeros<double>({3000000000, 0})))), "matmul",
     "rows and columns must fit BLAS's 32-bit integers; got (0, 3000000000)"},
    {CALL(cross_entropy(v, {0})), "cross_entropy", "scores must be (N, K) with N > 0; got (3,)"},
    {CALL(cross_entropy(a, {0, 1}, {.smoothing = 1.5})), "cross_entropy", "smoothing must be in [0, 1]; got 1.5"},
    {CALL(cross_entropy(a, {0, 1}, {.smoothing = std::nan("")})), "cross_entropy", "smoothing must be in [0, 1]; got "},
    {CALL(cross_entropy(a, {0, 1}, {.weights = zeros<double>({2})})), "cross_entropy",
     "some row must count; got weight 0 for each of 2"},
    {CALL(cross_entropy(a, {0, 1}, {.weights = v.value()})), "cross_entropy",
     "there must be one weight a row, 2; got shape (3,)"},
    {CALL(cross_entropy(a, {0, 1}, {.weights = filled<double>({2}, -1)})), "cross_entropy",
     "weights must be finite and not negative; got -1"},
    {CALL(cross_entropy(a, {9, 1}, {.weights = array<double>({2}, {1, 0})})), "cross_entropy", "[0, 3); got 9"},
    {CALL(cross_entropy(a, {0}, {.weights = filled<double>({2}, 1)})), "cross_entropy", "one index a row, 2; got 1"},
    {CALL(cross_entropy(a, {0, 9})), "cross_entropy", "indices must be in [0, 3); got 9"},
};
#undef CALL
// clang-format on

TEST_CASE("every check of an operation names it, the shapes and the caller's line, and changes nothing") {
    const auto at_a = random_array<double>({2, 3}, 1), at_b = random_array<double>({4, 5}, 2);
    const auto at_v = random_array<double>({3}, 3);
    const Tape tape;
    const V a = variable(at_a), b = variable(at_b), v = variable(at_v), a2 = detach(a), b2 = detach(b), v2 = detach(v);
    for (const Wrong& w : wrongs) {
        const std::size_t before = tape.size();
        const std::string text = thrown([&] { w.call(a, b, v); }), constants = thrown([&] { w.call(a2, b2, v2); });
        INFO("got: " << text);
        CHECK(contains(text, at(__FILE__, w.line) + "[" + w.op + "] "));
        CHECK_MESSAGE(contains(text, w.text), w.text);
        CHECK(constants == text);
        CHECK(tape.size() <= before + 1);  // what an argument of the wrong call recorded
    }
    CHECK(same_bits(a.value(), at_a));
    CHECK(same_bits(b.value(), at_b));
    CHECK(same_bits(v.value(), at_v));
}

TEST_CASE("errors name the frames they happen in, outermost first") {
    CHECK(Frame::path().empty());
    const V a(zeros<double>({2})), b(zeros<double>({3}));
    {
        const Frame model("model");
        Frame steps("unroll", 0);
        steps.at(3);
        const Frame cell("cell");
        CHECK(Frame::path() == "model > unroll step 3 > cell");
        const std::string text = thrown([&] { (void)(a + b); });
        CHECK(text.ends_with("(in model > unroll step 3 > cell)"));
        const Frame layer("Layers", 2, "layer");
        CHECK(Frame::path() == "model > unroll step 3 > cell > Layers layer 2");
    }
    CHECK(Frame::path().empty());
    CHECK(!contains(thrown([&] { (void)(a + b); }), "(in "));
}

TEST_CASE("a message shows numbers as they are, small ones too") {
    CHECK(text(-1e-9) == "-1e-09");
    CHECK(text(0.25f) == "0.25");
    CHECK(text(3) == "3");
}

TEST_CASE("frames are gone when an error has passed through them") {
    CHECK(contains(thrown([] {
                       const Frame model("model");
                       fail(Where{}, "test", "wrong");
                   }),
                   "[test] wrong (in model)"));
    CHECK(Frame::path().empty());
}

TEST_CASE("an error is a std::runtime_error that says the file and line where there is one") {
    CHECK(thrown([] { fail({"a.cpp", 7}, "op", "text"); }) == "a.cpp:7: [op] text");
    CHECK(thrown([] { fail({}, "op", "text"); }) == "[op] text");
    CHECK_THROWS_AS(fail({}, "op", "text"), std::runtime_error);
    CHECK(text(Shape{}) == "()");
    CHECK(text(Shape{7}) == "(7,)");
    CHECK(text(Shape{7, 0, 2}) == "(7, 0, 2)");
}

}  // namespace
}  // namespace xtape::test
