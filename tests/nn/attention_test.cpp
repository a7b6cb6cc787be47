// SPDX-License-Identifier: BSD-3-Clause
// Attention of one query at a time: beside plain loops, at both orders, and with padding of every kind.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/attention.hpp>

#include "attention.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
constexpr std::size_t B = 3, S = 5, Q = 4, H = 4, A = 6;

// Score of a query and a step of the memory, by plain loops.
double score_of(const nn::DotAttention<double>&, const double* q, const double* m) {
    double e = 0;
    for (std::size_t h = 0; h < H; ++h) e += q[h] * m[h];
    return e;
}
double score_of(const nn::GeneralAttention<double>& a, const double* q, const double* m) {
    double e = 0;
    for (std::size_t i = 0; i < Q; ++i)
        for (std::size_t h = 0; h < H; ++h) e += q[i] * a.wa.value()(i, h) * m[h];
    return e;
}
double score_of(const nn::AdditiveAttention<double>& a, const double* q, const double* m) {
    double e = 0;
    for (std::size_t k = 0; k < A; ++k) {
        double u = 0;
        for (std::size_t i = 0; i < Q; ++i) u += q[i] * a.wq.value()(i, k);
        for (std::size_t h = 0; h < H; ++h) u += m[h] * a.wm.value()(h, k);
        e += std::tanh(u) * a.v.value()(k);
    }
    return e;
}

template <class F> void for_each_attention(const F& f) {
    nn::Generator bits(3);
    f("dot", nn::DotAttention<double>());
    f("general", nn::GeneralAttention<double>(Q, H, bits));
    f("additive", nn::AdditiveAttention<double>(Q, H, A, bits));
}

// Padding in the order in which rows come, holes in a mask, and rows with nothing: each as its mask (S, B).
struct Case {
    nn::Padding padding;
    std::size_t (*has)(std::size_t step, std::size_t row);
};
const Array<double> holes = array<double>({S, B}, {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0});
const Case cases[]{
    {{}, [](std::size_t, std::size_t) -> std::size_t { return 1; }},
    {{2, 0, 5}, [](std::size_t j, std::size_t b) -> std::size_t { return j < (b == 0   ? 2
                                                                              : b == 1 ? 0
                                                                                       : 5); }},
    {holes, [](std::size_t j, std::size_t b) -> std::size_t { return holes(j, b) != 0; }},
};

TEST_CASE("attention is its formula, by plain loops, with any padding") {
    const Array<double> q = random_array<double>({B, Q}, 1, -2, 2), m = random_array<double>({S, B, H}, 2, -2, 2);
    for_each_attention([&](const std::string& name, const auto& attention) {
        for (const Case& c : cases) {
            INFO(name, ", case ", &c - cases);
            const auto [context, weights] = attention(V(q), attention.memory(V(m), c.padding));
            Array<double> w = zeros<double>({B, S}), mean = zeros<double>({B, H});
            for (std::size_t b = 0; b < B; ++b) {
                double total = 0;
                for (std::size_t j = 0; j < S; ++j)
                    if (c.has(j, b)) total += w(b, j) = std::exp(score_of(attention, &q(b, 0), &m(j, b, 0)));
                for (std::size_t j = 0; j < S; ++j) {
                    if (total > 0) w(b, j) /= total;
                    for (std::size_t h = 0; h < H; ++h) mean(b, h) += w(b, j) * m(j, b, h);
                }
            }
            CHECK(distance(weights.value(), w) <= 1e-14);
            CHECK(distance(context.value(), mean) <= 1e-14);
        }
    });
}

TEST_CASE("attention passes gradcheck at both orders, by query, memory and every parameter, with any padding") {
    for_each_attention([&](const std::string& name, auto attention) {
        for (const Case& c : cases) {
            INFO(name, ", case ", &c - cases, ", seeds 1, 2, 3");
            std::vector<Array<double>> inputs{random_array<double>({B, Q}, 1), random_array<double>({S, B, H}, 2)};
            const auto f = [&](const std::vector<V>& xs) {
                set_parameters(attention, xs, 2);
                const auto [context, weights] = attention(xs[0], attention.memory(xs[1], c.padding));
                return concatenate({context, weights}, 1);
            };
            const auto report = gradcheck<double>(f, with_parameters(attention, inputs, 3));
            CHECK_MESSAGE(report, report.text);
        }
    });
}

// The loss of a batch and all its gradients: by the query, by the memory, by each parameter.
template <class M> std::vector<Array<double>> loss_and_gradients(const M& attention, const Array<double>& query,
                                                                 const Array<double>& outputs, nn::Padding padding) {
    const Tape tape;
    std::vector<V> xs{variable(query), variable(outputs)};
    const auto [context, weights] = attention(xs[0], attention.memory(xs[1], padding));
    const V loss = sum(context * random_array<double>({query.shape()[0], H}, 9)) + sum(square(weights));
    for (const V& p : nn::wanted(attention)) xs.push_back(p);
    const auto g = backward(loss, xs);
    std::vector<Array<double>> all{loss.value()};
    for (const V& x : xs) all.push_back(g[x]);
    return all;
}

TEST_CASE("what is padded changes nothing and gets no gradient, whatever it holds") {
    const Array<double> q = random_array<double>({B, Q}, 1), m = random_array<double>({S, B, H}, 2);
    Array<double> longer = filled({S + 3, B, H}, std::numeric_limits<double>::quiet_NaN());
    std::copy(m.data(), m.data() + m.size(), longer.data());
    for_each_attention([&](const std::string& name, const auto& attention) {
        INFO(name);
        const auto all = loss_and_gradients(attention, q, m, {}),
                   padded = loss_and_gradients(attention, q, longer, {5, 5, 5});
        for (std::size_t i = 0; i < all.size(); ++i)
            if (i != 2) CHECK(distance(padded[i], all[i]) <= 1e-15);
        CHECK(distance(Array<double>(slice(V(padded[2]), 0, 0, S).value()), all[2]) <= 1e-15);
        CHECK(same_bits(slice(V(padded[2]), 0, S, S + 3).value(), zeros<double>({3, B, H})));
    });
}

TEST_CASE("a row with nothing to look at has weights, context and gradients of 0, never NaN") {
    const Array<double> q = random_array<double>({1, Q}, 1), m = random_array<double>({S, 1, H}, 2);
    for_each_attention([&](const std::string& name, const auto& attention) {
        INFO(name);
        for (const auto& a : loss_and_gradients(attention, q, m, {0})) CHECK(same_bits(a, zeros<double>(a.shape())));
        const auto [context, weights] = attention(V(q), attention.memory(V(zeros<double>({0, 1, H}))));
        CHECK(same_bits(context.value(), zeros<double>({1, H})));
        CHECK(weights.shape() == Shape{1, 0});
        const auto none = attention(V(zeros<double>({0, Q})), attention.memory(V(zeros<double>({S, 0, H}))));
        CHECK(none.context.shape() == Shape{0, H});
    });
}

TEST_CASE("rows do not see each other, in whatever order they come") {
    const Array<double> q = random_array<double>({B, Q}, 1), m = random_array<double>({S, B, H}, 2);
    for_each_attention([&](const std::string& name, const auto& attention) {
        INFO(name);
        const auto all = attention(V(q), attention.memory(V(m), {5, 2, 0}));
        for (const std::int64_t b : {2, 0, 1}) {
            const std::int64_t lengths[]{5, 2, 0};
            const auto memory = attention.memory(take(V(m), Indices{b}, 1), {lengths[b]});
            const auto one = attention(take(V(q), Indices{b}, 0), memory);
            CHECK(distance(one.context.value(), take(all.context, Indices{b}, 0).value()) <= 1e-15);
            CHECK(distance(one.weights.value(), take(all.weights, Indices{b}, 0).value()) <= 1e-15);
        }
    });
}

TEST_CASE("scores that overflow e^x, in float") {
    const nn::DotAttention<float> attention;
    const auto memory = attention.memory(Variable<float>(array<float>({2, 1, 1}, {100, 90})));
    const auto [context, weights] = attention(Variable<float>(array<float>({1, 1}, {100})), memory);
    CHECK(same_bits(weights.value(), array<float>({1, 2}, {1, 0})));
    CHECK(context.item() == 100);
}

TEST_CASE("attention refuses what does not fit, with its shapes and the module") {
    nn::Generator bits(1);
    const nn::GeneralAttention<double> general(3, H, bits);
    const nn::DotAttention<double> dot;
    const auto memory = dot.memory(V(zeros<double>({S, B, H})));
    const auto text = [&](const Shape& q) { return thrown([&] { (void)dot(V(zeros<double>(q)), memory); }); };
    CHECK(contains(text({B, 7}),
                   "[DotAttention] queries must be (B, 4), as the memory's rows; got (3, 7) and a memory "
                   "of (3, 5, 4) (in DotAttention)"));
    CHECK(contains(text({2, H}), "got (2, 4) and a memory of (3, 5, 4)"));
    const auto by_hand = [&](const Shape& values, const Shape& mask) {
        const nn::Memory<double> made{V(zeros<double>(values)), memory.keys, V(filled<double>(mask, 1))};
        return thrown([&] { (void)dot(V(zeros<double>({B, H})), made); });
    };
    CHECK(by_hand({B, S, 2}, {B, S}) == "");
    CHECK(contains(by_hand({B, S, H}, {}),
                   "[DotAttention] a memory must have keys (B, S, A), values (B, S, H) and a mask (B, S); got (3, 5, "
                   "4), (3, 5, 4) and (); try memory(outputs) (in DotAttention)"));
    for (const Shape& mask : {Shape{S}, {S, B}, {1, S}, {B, S, 1}}) CHECK(contains(by_hand({B, S, H}, mask), "a mask"));
    for (const Shape& values : {Shape{B, S}, {1, S, H}, {B, 1, H}}) CHECK(contains(by_hand(values, {B, S}), "values"));
    CHECK(contains(thrown([&] {
                       (void)general(V(zeros<double>({B, H})), memory);
                   }),
                   "[GeneralAttention] queries must be (B, 3)"));
    CHECK(contains(thrown([&] {
                       (void)general.memory(V(zeros<double>({B, H})));
                   }),
                   "[GeneralAttention] the memory must be (S, B, H); got (3, 4) (in GeneralAttention)"));
    CHECK(contains(thrown([&] { (void)general.memory(V(zeros<double>({S, B, 9}))); }), "[matmul] inner sizes"));
    CHECK(contains(thrown([&] {
                       (void)dot.memory(V(zeros<double>({S, B, H})), {1, 2, 6});
                   }),
                   "[padding] lengths must be in [0, 5], the steps; got 6 of row 2 (in DotAttention)"));
}

}  // namespace
}  // namespace xtape::test
