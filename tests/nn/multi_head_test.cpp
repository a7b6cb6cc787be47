// SPDX-License-Identifier: BSD-3-Clause
// Attention of all steps of a sequence in several heads: beside plain loops, at both orders, with both kinds of mask.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/attention.hpp>

#include "attention.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using MultiHead = nn::MultiHeadAttention<double>;
constexpr std::size_t T = 4, B = 3, D = 6, N = 3, width = D / N;
const Array<double> x = random_array<double>({T, B, D}, 20), seed = random_array<double>({T, B, D}, 23);

MultiHead random_attention(unsigned number) {
    nn::Generator bits(number);
    MultiHead attention(D, N, bits);
    for (const auto& [path, p] : nn::parameters(attention)) p->set(random_array<double>(p->shape(), ++number));
    return attention;
}

struct Case {
    std::string name;
    std::size_t steps;  // of the memory
    Indices lengths;
    bool causal;
    nn::MultiHeadOptions options() const {
        return {.padding = lengths.empty() ? nn::Padding() : nn::Padding(lengths), .causal = causal};
    }
    bool sees(std::size_t b, std::size_t t, std::size_t j) const {
        return (lengths.empty() || std::int64_t(j) < lengths[b]) && (!causal || j <= t);
    }
};
const Case cases[]{{"all", 5, {}, false},
                   {"padded", 5, {5, 0, 2}, false},
                   {"causal", T, {}, true},
                   {"causal and padded", T, {1, 4, 0}, true}};

// x w + b of one step of one row
std::vector<double> affine_of(const double* from, const V& w, const V& b) {
    std::vector<double> y;
    for (std::size_t k = 0; k < D; ++k) {
        y.push_back(b.value()(k));
        for (std::size_t i = 0; i < D; ++i) y[k] += from[i] * w.value()(i, k);
    }
    return y;
}

// What step t of row b says, by plain loops.
std::vector<double> by_loops(const MultiHead& a, const Array<double>& m, const Case& c, std::size_t t, std::size_t b) {
    const auto q = affine_of(&x(t, b, 0), a.wq, a.bq);
    std::vector<double> heads(D, 0.0);
    for (std::size_t n = 0; n < N; ++n) {
        double total = 0;
        for (std::size_t j = 0; j < c.steps; ++j) {
            if (!c.sees(b, t, j)) continue;
            const auto k = affine_of(&m(j, b, 0), a.wk, a.bk), v = affine_of(&m(j, b, 0), a.wv, a.bv);
            double e = 0;
            for (std::size_t i = n * width; i < (n + 1) * width; ++i) e += q[i] * k[i] / std::sqrt(double(width));
            total += std::exp(e);
            for (std::size_t i = n * width; i < (n + 1) * width; ++i) heads[i] += std::exp(e) * v[i];
        }
        for (std::size_t i = n * width; i < (n + 1) * width; ++i) heads[i] = total > 0 ? heads[i] / total : 0;
    }
    return affine_of(heads.data(), a.wo, a.bo);
}

TEST_CASE("multi-head attention is its formula, by plain loops, with every mask") {
    const MultiHead attention = random_attention(1);
    for (const Case& c : cases) {
        INFO(c.name);
        const Array<double> m = random_array<double>({c.steps, B, D}, 21);
        const auto [y, weights] = attention(V(x), V(m), c.options());
        CHECK(y.shape() == Shape{T, B, D});
        CHECK(weights.shape() == Shape{B, N, T, c.steps});
        for (std::size_t t = 0; t < T; ++t)
            for (std::size_t b = 0; b < B; ++b) {
                const auto expected = by_loops(attention, m, c, t, b);
                for (std::size_t k = 0; k < D; ++k)
                    CHECK(y.value()(t, b, k) == doctest::Approx(expected[k]).epsilon(1e-13));
                for (std::size_t n = 0; n < N; ++n)
                    for (std::size_t j = 0; j < c.steps; ++j)
                        CHECK((weights.value()(b, n, t, j) > 0) == c.sees(b, t, j));
            }
    }
}

// A bias of the keys adds the same to all scores of a query, which softmax does not see.
TEST_CASE("the bias of the keys changes nothing, and its gradient is 0 but for rounding") {
    MultiHead attention = random_attention(1);
    for (const Case& c : cases) {
        INFO(c.name);
        const Array<double> m = random_array<double>({c.steps, B, D}, 21);
        const Tape tape;
        const V y = attention(V(x), V(m), c.options()).context;
        const auto g = backward(sum(y * seed), {attention.bk, attention.bv});
        CHECK(distance(g[attention.bk], zeros<double>({D})) <= 1e-14);
        CHECK(distance(g[attention.bv], zeros<double>({D})) > 0.1);
        MultiHead other = attention;
        other.bk.set(random_array<double>({D}, 30));
        CHECK(distance(other(V(x), V(m), c.options()).context.value(), y.value()) <= 1e-14);
    }
}

TEST_CASE("multi-head attention passes gradcheck at both orders, by both inputs and every other parameter") {
    MultiHead attention = random_attention(1);
    for (const Case& c : cases)
        for (const bool itself : {false, true}) {
            if (itself && c.steps != T) continue;
            INFO(c.name, ", of itself ", itself, ", seeds 20 to 22");
            const auto f = [&](const std::vector<V>& xs) {
                set_parameters(attention, xs, 2, "bk");
                return attention(xs[0], itself ? xs[0] : xs[1], c.options()).context;
            };
            const auto inputs = with_parameters(attention, {x, random_array<double>({c.steps, B, D}, 21)}, 22, "bk");
            const auto report = gradcheck<double>(f, inputs, {.directions = sanitized ? 1 : 2});
            CHECK_MESSAGE(report, report.text);
        }
}

TEST_CASE("multi-head attention with keys and values of their own passes gradcheck at both orders") {
    MultiHead attention = random_attention(1);
    for (const Case& c : cases) {
        INFO(c.name, ", seeds 20 to 22 and 25");
        const auto f = [&](const std::vector<V>& xs) { return attention(xs[0], xs[1], xs[2], c.options()).context; };
        const std::vector<Array<double>> inputs{x, random_array<double>({c.steps, B, D}, 21),
                                                random_array<double>({c.steps, B, D}, 25)};
        const auto report = gradcheck<double>(f, inputs, {.directions = sanitized ? 1 : 2});
        CHECK_MESSAGE(report, report.text);
    }
}

// All gradients of self-attention, by x and by each parameter, of a loss that counts real steps only.
std::vector<Array<double>> gradients(const MultiHead& attention, const Array<double>& input, const nn::Padding& padding,
                                     const Array<double>& counted) {
    const Tape tape;
    std::vector<V> xs{variable(input)};
    for (const V& p : nn::wanted(attention)) xs.push_back(p);
    const auto g = backward(sum(attention(xs[0], xs[0], {.padding = padding}).context * counted), xs);
    std::vector<Array<double>> all;
    for (const V& v : xs) all.push_back(g[v]);
    return all;
}

TEST_CASE("padding changes neither outputs nor gradients of self-attention") {
    const MultiHead attention = random_attention(1);
    Array<double> longer = random_array<double>({T + 3, B, D}, 24), counted = zeros<double>({T + 3, B, D});
    std::copy(x.data(), x.data() + x.size(), longer.data());
    std::copy(seed.data(), seed.data() + seed.size(), counted.data());
    const V y = attention(V(longer), V(longer), {.padding = {4, 4, 4}}).context;
    CHECK(distance(slice(y, 0, 0, T).value(), attention(V(x), V(x)).context.value()) <= 1e-15);
    const auto exact = gradients(attention, x, {}, seed), padded = gradients(attention, longer, {4, 4, 4}, counted);
    CHECK(distance(slice(V(padded[0]), 0, 0, T).value(), exact[0]) <= 1e-14);
    CHECK(same_bits(slice(V(padded[0]), 0, T, T + 3).value(), zeros<double>({3, B, D})));
    for (std::size_t i = 1; i < exact.size(); ++i) CHECK(distance(padded[i], exact[i]) <= 1e-14);
}

TEST_CASE("what stands in padded steps of a sequence changes no gradient of its attention on itself") {
    const MultiHead attention = random_attention(1);
    const auto with = [&](double number) {
        Array<double> values = random_array<double>({T + 2, B, D}, 12);
        std::fill(values.data() + T * B * D, values.data() + values.size(), number);
        const Tape tape;
        const V v = variable(values);
        const V y = attention(v, v, {.padding = {4, 4, 4}}).context;
        std::vector<V> wanted = nn::wanted(attention);
        wanted.push_back(v);
        const auto g = backward(sum(square(slice(y, 0, 0, T))), wanted);
        std::vector<Array<double>> all;
        for (const V& one : wanted) all.push_back(g[one]);
        return all;
    };
    const auto clean = with(0), hidden = with(std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < clean.size(); ++i) CHECK(same_bits(hidden[i], clean[i]));
    CHECK(same_bits(attention(V(x), V(x), {}).context.value(), attention(V(x), V(x)).context.value()));
}

TEST_CASE("causal: a step knows nothing of later ones, and a first part is the same on its own") {
    const MultiHead attention = random_attention(1);
    const V whole = attention(V(x), V(x), {.causal = true}).context;
    for (std::ptrdiff_t t = 1; t <= std::ptrdiff_t(T); ++t) {
        const V part = slice(V(x), 0, 0, t);
        CHECK(distance(attention(part, part, {.causal = true}).context.value(), slice(whole, 0, 0, t).value()) <=
              1e-15);
    }
    const Tape tape;
    const V v = variable(x);
    const auto g = backward(sum(select(attention(v, v, {.causal = true}).context, 0, 1)), {v})[v];
    CHECK(same_bits(slice(V(g), 0, 2, T).value(), zeros<double>({T - 2, B, D})));
    CHECK(sum(square(select(V(g), 0, 1))).item() > 0.01);
}

TEST_CASE("with nothing to see the heads say 0, and so does the gradient") {
    const MultiHead attention = random_attention(1);
    const Array<double> nan = filled({5, 1, D}, std::numeric_limits<double>::quiet_NaN());
    const Tape tape;
    const V q = variable(random_array<double>({T, 1, D}, 20)), m = variable(nan);
    const auto [y, weights] = attention(q, m, {.padding = {0}});
    CHECK(same_bits(y.value(), broadcast_to(V(attention.bo.value()), {T, 1, D}).value()));
    const auto g = backward(sum(y), {q, m, attention.wq, attention.wv, attention.wo});
    for (const V& v : {q, m, V(attention.wq), V(attention.wv), V(attention.wo)})
        CHECK(same_bits(g[v], zeros<double>(v.shape())));
    for (const Shape& none : {Shape{0, 2, D}, Shape{3, 0, D}})
        CHECK(attention(V(zeros<double>(none)), V(zeros<double>(none)), {.causal = true}).context.shape() == none);
    CHECK(attention(q, V(zeros<double>({0, 1, D}))).context.shape() == Shape{T, 1, D});
}

TEST_CASE("multi-head attention refuses what does not fit") {
    nn::Generator bits(1);
    const auto made = [&](std::size_t heads) { return thrown([&] { MultiHead(D, heads, bits); }); };
    CHECK(contains(made(4), "[MultiHeadAttention] heads must divide the units, 6; got 4"));
    CHECK(contains(made(0), "heads must divide the units, 6; got 0"));
    const MultiHead attention = random_attention(1);
    const auto text = [&](const Shape& q, const Shape& m, const nn::MultiHeadOptions& options) {
        return thrown([&] { (void)attention(V(zeros<double>(q)), V(zeros<double>(m)), options); });
    };
    CHECK(contains(text({T, B, D}, {5, 2, D}, {}),
                   "[MultiHeadAttention] x must be (T, B, D) and the memory (S, B, D) with D = 6; got (4, 3, 6) and "
                   "(5, 2, 6) (in MultiHeadAttention)"));
    CHECK(contains(text({T, B, 5}, {5, B, D}, {}), "got (4, 3, 5) and (5, 3, 6)"));
    CHECK(contains(text({B, D}, {5, B, D}, {}), "got (3, 6) and (5, 3, 6)"));
    const V q = zeros<double>({T, B, D}), keys = zeros<double>({5, B, D}), values = zeros<double>({6, B, D});
    CHECK(contains(thrown([&] { (void)attention(q, keys, values); }),
                   "[MultiHeadAttention] there must be one value for each key, (5, 3, 6); got (6, 3, 6)"));
    CHECK(contains(text({T, B, D}, {5, B, D}, {.causal = true}),
                   "causal attention is of a sequence on itself; got 4 steps and a memory of 5"));
    CHECK(contains(text({T, B, D}, {5, B, D}, {.padding = {1, 2}}),
                   "[padding] there must be one length a row, 3; got 2"));
}

}  // namespace
}  // namespace xtape::test
