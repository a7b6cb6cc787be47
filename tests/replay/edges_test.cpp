// SPDX-License-Identifier: BSD-3-Clause
// Bugs of other libraries where numbers are large, infinite, equal or 0, replayed: what is right was derived by hand.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/attention.hpp>
#include <xtape/nn/clip.hpp>
#include <xtape/nn/norm.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

constexpr double inf = std::numeric_limits<double>::infinity();

auto gradient(auto f, const Array<double>& x) {
    return grad([&](const V& v) { return sum(f(v)); })(x);
}

// The derivative of log(e^x + e^x) was 0.9999995 at 1e10, and 2 at 1e50.
TEST_CASE("stan 1679: the derivative of logsumexp(x, x) is 1, and each gets half, however large x is") {
    for (const double x : {1e-40, -1e10, 1e10, 1e50, -1e50, 1e300}) {
        CAPTURE(x);
        CHECK(same_bits(gradient([](const V& v) { return logsumexp(v); }, filled<double>({2}, x)),
                        filled<double>({2}, 0.5)));
        CHECK(grad([](const V& v) { return logsumexp(stack({v, v})); })(x) == 1);
    }
}

// The gradient of tanh at 200 was NaN.
TEST_CASE("jax 764: tanh and sigmoid far out have the derivative 0, at both orders, in float too") {
    const auto x = array<double>({6}, {190, 200, 1e5, -200, -1e5, 1e300});
    for (const auto& function : {tanh<double>, sigmoid<double>}) {
        const auto f = [&](const V& v) { return sum(function(v, Where{})); };
        CHECK(distance(grad(f)(x), zeros<double>({6})) < 1e-80);
        CHECK(distance(hvp(f, x, filled<double>({6}, 1)), zeros<double>({6})) < 1e-80);
    }
    const auto in_float = grad([](const Variable<float>& v) { return sum(tanh(v)); })(array<float>({2}, {20, -200}));
    CHECK(same_bits(in_float, zeros<float>({2})));
}

// exp was multiplied by what it was then divided by: NaN where a score is large and negative.
TEST_CASE("dynet 218: the gradient of log_softmax where scores are thousands apart is g - softmax sum g") {
    const auto x = array<double>({2, 3}, {1e4, 0, -1e4, -5000, 0, -5000}),
               g = array<double>({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto expected = array<double>({2, 3}, {1 - 6, 2, 3, 4, 5 - 15, 6});
    CHECK(same_bits(vjp([](const V& v) { return log_softmax(v); }, x, g), expected));
    CHECK(grad([](const V& v) { return cross_entropy(v, Indices{2, 2}); })(x)(0, 2) == -0.5);
}

// logsumexp of nothing but -infinity, and beside +infinity, had NaN for its gradient.
TEST_CASE("pytorch 31829, 49724: logsumexp of infinities has a gradient without NaN") {
    const auto f = [](const V& v) { return logsumexp(v); };
    CHECK(f(V(array<double>({2}, {-inf, -inf}))).item() == -inf);
    CHECK(same_bits(gradient(f, array<double>({2}, {-inf, -inf})), zeros<double>({2})));
    CHECK(same_bits(gradient(f, array<double>({2}, {inf, 0})), array<double>({2}, {1, 0})));
    CHECK(same_bits(gradient(f, array<double>({3}, {-inf, 5, -inf})), array<double>({3}, {0, 1, 0})));
    CHECK(same_bits(gradient(f, array<double>({1}, {-inf})), zeros<double>({1})));
}

// What -infinity had masked got NaN for its gradient instead of 0.
TEST_CASE("tensorflow 11756: a masked score has the probability 0 and the gradient 0, the others theirs") {
    const xt::xarray<bool> mask{true, false, true, true, true};
    const auto third = [](const V& y) { return select(y, 0, 2); };
    const auto expected = array<double>({5}, {-1. / 16, 0, 3. / 16, -1. / 16, -1. / 16});
    for (const auto& f : std::vector<std::function<V(const V&)>>{
             [&](const V& v) { return third(softmax(v, mask)); },
             [&](const V& v) { return third(softmax(masked_fill(v, !mask, -inf))); }})
        CHECK(distance(gradient(f, filled<double>({5}, 4)), expected) < 1e-15);
}

// Attention that had nothing to look at said NaN, and its gradient was NaN for everything.
TEST_CASE("tinygrad 17822, pytorch 41508: attention with nothing to look at says 0, and spoils no gradient") {
    nn::Generator bits(3);
    nn::MultiHeadAttention<double> attention(4, 2, bits);
    const Tape tape;
    const V x = variable(random_array<double>({3, 2, 4}, 21));
    const auto said = attention(x, x, {.padding = {3, 0}}).context;
    const auto g = backward(sum(said * random_array<double>({3, 2, 4}, 22)));
    for (std::size_t t = 0; t < 3; ++t)
        for (std::size_t k = 0; k < 4; ++k) {
            CHECK(said.value()(t, 1, k) == attention.bo.value()(k));
            CHECK(g[x](t, 1, k) == 0);
            CHECK(std::isfinite(g[x](t, 0, k)));
        }
    for (const auto& p : nn::wanted(attention))
        for (const double d : g[p]) CHECK(std::isfinite(d));
}

// 0 times infinity: the side that where() had not chosen made the gradient NaN.
TEST_CASE("mlx 3668, stanli 144: what was not chosen gives no NaN, at 0 and where a number underflowed") {
    const auto longer = [](const V& v) { return maximum(sqrt(sum(v * v)), 1e-10); };
    CHECK(same_bits(gradient(longer, array<double>({2}, {0, 0})), zeros<double>({2})));
    CHECK(same_bits(gradient(longer, array<double>({2}, {0, -5})), array<double>({2}, {0, -1})));
    const auto root = [](const V& v) { return where(v.value() > 0.0, sqrt(v), 0); };
    CHECK(same_bits(gradient(root, array<double>({3}, {-1, 0, 4})), array<double>({3}, {0, 0, 0.25})));
    const auto tiny = [](const V& v) {  // the square underflows to 0
        const V y = v * v;
        return where(y.value() > 0.0, sqrt(y), 0);
    };
    CHECK(same_bits(gradient(tiny, array<double>({2}, {1e-200, 3})), array<double>({2}, {0, 1})));
    const auto later = [](const V& v) { return log(where(v.value() > 0.0, v, 0)); };  // infinity comes in
    CHECK(same_bits(gradient(later, array<double>({3}, {-1, 0, 4})), array<double>({3}, {0, 0, 0.25})));
    const auto quotient = [](const V& v) { return where(xt::not_equal(v.value(), 0.0), 1 / v, 0); };
    CHECK(distance(gradient(quotient, array<double>({2}, {0, 2})), array<double>({2}, {0, -0.25})) == 0);
}

// The same, for every operation whose derivative may be infinite or NaN: which ones keep a gradient of 0, and which
// multiply it. Under the latter one chooses before the operation, too.
TEST_CASE("mlx 3668: what keeps a gradient of 0 is sqrt, log, exp, sin, cos, pow and quotients; products do not") {
    struct Case {
        std::function<V(const V&)> f;
        double at;  // where it is not chosen
    };
    const auto chosen = [](const V& v) { return v.value() > 0.5 && v.value() < 2.0; };
    const std::vector<Case> kept{
        {[](const V& v) { return sqrt(v); }, 0},      {[](const V& v) { return sqrt(v); }, -1},
        {[](const V& v) { return log(v); }, 0},       {[](const V& v) { return log(v); }, -1},
        {[](const V& v) { return exp(v); }, 1e4},     {[](const V& v) { return sin(v); }, inf},
        {[](const V& v) { return cos(v); }, -inf},    {[](const V& v) { return pow(v, -1); }, 0},
        {[](const V& v) { return pow(v, 0.5); }, -1}, {[](const V& v) { return 1 / v; }, 0},
        {[](const V& v) { return v / (2 * v); }, 0},  {[](const V& v) { return sqrt(log(exp(v) / v)); }, 0}};
    for (std::size_t i = 0; i < kept.size(); ++i) {
        CAPTURE(i);
        const auto f = [&](const V& v) { return sum(where(chosen(v), kept[i].f(v), 0)); };
        for (const double other : {0.75, 1.5}) {
            const auto x = array<double>({2}, {kept[i].at, other});
            CHECK(grad(f)(x).data()[0] == 0);
            CHECK(hvp(f, x, filled<double>({2}, 1)).data()[0] == 0);
            CHECK(grad(f)(x).data()[1] == doctest::Approx(grad(kept[i].f)(other)));
        }
    }
    const std::vector<Case> multiplied{{[](const V& v) { return v * log(v); }, 0},
                                       {[](const V& v) { return square(log(v)); }, -1},
                                       {[](const V& v) { return tanh(log(v)); }, -1},
                                       {[](const V& v) { return sigmoid(log(v)); }, -1}};
    for (const Case& c : multiplied) {
        const auto x = array<double>({2}, {c.at, 1});
        CHECK(std::isnan(gradient([&](const V& v) { return where(chosen(v), c.f(v), 0); }, x).data()[0]));
        const auto before = [&](const V& v) { return where(chosen(v), c.f(where(chosen(v), v, 1)), 0); };
        CHECK(same_bits(gradient(before, x), array<double>({2}, {0, grad(c.f)(1.0)})));
    }
}

// Gradients of norms were NaN at 0. There is no norm here: sqrt alone has an infinite derivative at 0, as it says, but
// one that is chosen is 0 there; and zeros can be clipped, and constant rows normalised.
TEST_CASE("pytorch 2421, jax 3058, 21723: norms of zeros, and of constant rows, spoil nothing") {
    const auto norm = [](const V& v) {
        const V squares = sum(v * v);
        return where(squares.value() > 0.0, sqrt(squares), 0);
    };
    CHECK(same_bits(grad(norm)(zeros<double>({2})), zeros<double>({2})));
    CHECK(distance(grad(norm)(array<double>({2}, {3, -4})), array<double>({2}, {0.6, -0.8})) < 1e-15);
    const Tape tape;
    const V w = variable(zeros<double>({3})), rows = variable(filled<double>({2, 4}, 5.0));
    auto g = backward(sum(w * w), {w});
    CHECK(nn::clip_by_norm(g, 1) == 0);
    CHECK(same_bits(g[w], zeros<double>({3})));
    const V seed = random_array<double>({2, 4}, 23);
    const auto normal =
        backward(sum(layer_norm(rows, filled<double>({4}, 1), zeros<double>({4}), 0.25) * seed), {rows});
    for (std::size_t i = 0; i < 8; ++i) {  // of a constant row: (g - mean g) / sqrt(epsilon)
        const double* row = seed.value().data() + i / 4 * 4;
        CHECK(normal[rows].data()[i] ==
              doctest::Approx((seed.value().data()[i] - (row[0] + row[1] + row[2] + row[3]) / 4) / 0.5));
    }
    const nn::RMSNorm<double> rms(3, 0.25);
    CHECK(distance(backward(sum(rms(w)), {w})[w], filled<double>({3}, 2)) < 1e-15);  // 1 / sqrt(epsilon)
}

// pow's gradient divided by x, or took the logarithm of it.
TEST_CASE("pytorch 8940, 27134, tfjs 346, stanli 150: powers of 0 and of negative numbers, at both orders") {
    struct Case {
        double x, p, slope, curvature;
    };
    for (const Case& c : {Case{0, 1, 1, 0},
                          {0, 2, 0, 2},
                          {0, 3, 0, 0},
                          {0, 0, 0, 0},
                          {-2, 3, 12, -12},
                          {-2, 2, -4, 2},
                          {-2, 0, 0, 0}}) {
        CAPTURE(c.x);
        CAPTURE(c.p);
        const auto f = [&](const V& v) { return pow(v, c.p); };
        CHECK(grad(f)(c.x) == c.slope);
        CHECK(grad(grad(f))(c.x) == c.curvature);
    }
    // A dead output: the incoming gradient 0 stays 0, though the derivative is infinite
    CHECK(same_bits(vjp([](const V& v) { return pow(v, 0.5); }, array<double>({2}, {0, 4}), array<double>({2}, {0, 1})),
                    array<double>({2}, {0, 0.25})));
}

// Of equals each got all of the gradient.
TEST_CASE("pytorch 43519, tensorflow 51681, mxnet 18563, onnxruntime 7217: of equals all shares add up to one") {
    const Tape tape;
    const V x = variable(array<double>({3}, {2, 3, -0.0})), z = variable(array<double>({3}, {2, 1, 0.0}));
    for (const V& y : {maximum(x, z), minimum(x, z)}) {
        const auto g = backward(sum(y), {x, z});
        for (std::size_t i = 0; i < 3; ++i) CHECK(g[x].data()[i] + g[z].data()[i] == 1);
        CHECK(g[x].data()[0] == 0.5);
    }
    CHECK(grad([](const V& v) { return maximum(maximum(v, v), v); })(1.5) == 1);
    CHECK(grad([](const V& v) { return maximum(v, 0); })(0.0) == 0.5);
    CHECK(grad([](const V& v) { return relu(v); })(0.0) == 0);
}

// The vectorised tanh was 0.33 where it is 0.56, under -ffast-math, with which nothing of ours compiles.
TEST_CASE("xsimd 515: tanh and sigmoid are the standard library's at every place of a vector register") {
    for (const std::size_t n : {1u, 7u, 64u, 1001u}) {
        const auto x = random_array<double>({n}, 24, -4, 4);
        Array<float> in_float = Array<float>::from_shape({n});
        for (std::size_t i = 0; i < n; ++i) in_float.data()[i] = float(x.data()[i]);
        const auto t = tanh(V(x)).value(), s = sigmoid(V(x)).value();
        const auto tf = tanh(Variable<float>(in_float)).value();
        for (std::size_t i = 0; i < n; ++i) {
            CHECK(std::abs(t.data()[i] - std::tanh(x.data()[i])) <= 4e-16);
            CHECK(std::abs(s.data()[i] - 1 / (1 + std::exp(-x.data()[i]))) <= 4e-16);
            CHECK(std::abs(double(tf.data()[i]) - std::tanh(double(in_float.data()[i]))) <= 2e-7);
        }
    }
}

}  // namespace
}  // namespace xtape::test
