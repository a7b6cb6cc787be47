// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/arrays.hpp>
#include <xtape/nn/analytic/attention.hpp>

#include "plain.hpp"

namespace by_hand = xtape::nn::analytic;

namespace {

constexpr std::size_t query = 3, units = 4, size = 2;

// A query, a memory, and the gradient of the loss by the context.
template <class Attention> struct Problem {
    Attention attention;
    xt::xarray<double> q, m;
    by_hand::Mask<double> mask;
    xt::xarray<double> d_context;
};

template <class Attention>
Problem<Attention> random_problem(const Attention& attention, std::size_t S, std::size_t B, std::mt19937& random) {
    const std::size_t Q = std::is_same_v<Attention, by_hand::DotAttention<double>> ? units : query;
    return {attention,
            random_array(random, {B, Q}),
            random_array(random, {S, B, units}),
            {},
            random_array(random, {B, units})};
}

template <class Attention> double loss(const Problem<Attention>& p) {
    return inner(p.d_context, p.attention.forward(p.q, p.m, p.mask).first);
}

template <class Attention> Claims claims(Problem<Attention>& p) {
    Attention d = by_hand::no_gradients(p.attention);
    const auto [d_q, d_m] = p.attention.backward(p.d_context, p.attention.forward(p.q, p.m, p.mask).second, d);
    Claims all{{"q", &p.q, d_q}, {"m", &p.m, d_m}};
    claim(all, "", p.attention, d);
    return all;
}

// f(name, attention) for each kind
template <class F> void for_each_attention(std::mt19937& random, const F& f) {
    f("dot", by_hand::DotAttention<double>{});
    f("general", by_hand::GeneralAttention<double>{random_array(random, {query, units})});
    f("additive",
      by_hand::AdditiveAttention<double>{random_array(random, {query, size}), random_array(random, {units, size}),
                                         random_array(random, {size})});
}

}  // namespace

TEST_CASE("attention equals central differences, with and without a mask") {
    std::mt19937 random(3000);
    for_each_attention(random, [&](const std::string& name, const auto& attention) {
        for (const std::size_t S : Counts{1, 2, 5}) {
            auto p = random_problem(attention, S, 3, random);
            INFO(name << ", S " << S << ", seed 3000");
            check_claims(claims(p), [&] { return loss(p); });
            p.mask = xt::ones<double>({S, std::size_t(3)});
            (*p.mask)(S - 1, 1) = 0;
            (*p.mask)(0, 2) = 0;
            check_claims(claims(p), [&] { return loss(p); });
        }
    });
}

TEST_CASE("masked steps have no part: no weight, no gradient, and nothing changes without them") {
    std::mt19937 random(3100);
    for_each_attention(random, [&](const std::string& name, const auto& attention) {
        INFO(name << ", seed 3100");
        auto p = random_problem(attention, 5, 1, random), shorter = p;
        p.mask = xt::ones<double>({5, 1});
        (*p.mask)(3, 0) = (*p.mask)(4, 0) = 0;
        shorter.m = xt::xarray<double>::from_shape({3, 1, units});
        std::copy_n(p.m.data(), shorter.m.size(), shorter.m.data());
        const auto [context, saved] = p.attention.forward(p.q, p.m, p.mask);
        CHECK(distance(context, shorter.attention.forward(shorter.q, shorter.m).first) <= 1e-15);
        CHECK(saved.weights(0, 3) == 0);
        CHECK(saved.weights(0, 0) + saved.weights(0, 1) + saved.weights(0, 2) == doctest::Approx(1).epsilon(1e-15));
        Claims d = claims(p), d_shorter = claims(shorter);
        for (std::size_t i = shorter.m.size(); i < p.m.size(); ++i) CHECK(d[1].gradient.data()[i] == 0);
        d.erase(d.begin() + 1), d_shorter.erase(d_shorter.begin() + 1);
        CHECK(worst_distance(d, d_shorter) <= 1e-14);
    });
}

TEST_CASE("a row that may see nothing has the context 0 and the gradient 0, and leaves other rows alone") {
    std::mt19937 random(3200);
    for_each_attention(random, [&](const std::string& name, const auto& attention) {
        INFO(name << ", seed 3200");
        auto p = random_problem(attention, 3, 2, random);
        p.mask = xt::xarray<double>{{0, 1}, {0, 1}, {0, 0}};
        const xt::xarray<double> context = p.attention.forward(p.q, p.m, p.mask).first;
        for (std::size_t k = 0; k < units; ++k) CHECK(context(0, k) == 0);
        const Claims d = claims(p);
        for (std::size_t k = 0; k < p.q.shape()[1]; ++k) CHECK(d[0].gradient(0, k) == 0);
        for (std::size_t j = 0; j < 3; ++j)
            for (std::size_t k = 0; k < units; ++k) CHECK(d[1].gradient(j, 0, k) == 0);
        check_claims(d, [&] { return loss(p); });
    });
}

TEST_CASE("general attention with the identity is the dot product, and large scores do not overflow") {
    std::mt19937 random(3300);
    auto p = random_problem(by_hand::DotAttention<double>{}, 4, 2, random);
    const by_hand::GeneralAttention<double> general{xt::eye<double>(units)};
    const xt::xarray<double> context = general.forward(p.q, p.m).first;
    CHECK(context == p.attention.forward(p.q, p.m).first);
    p.q *= 1e5;  // one weight is 1 and the others are 0
    const xt::xarray<double> weights = p.attention.forward(p.q, p.m).second.weights;
    for (std::size_t i = 0; i < 2; ++i) CHECK(*std::max_element(&weights(i, 0), &weights(i, 0) + 4) == 1);
    for (const Claim& c : claims(p)) CHECK(std::isfinite(inner(c.gradient, c.gradient)));
}

TEST_CASE("attention that does not fit is refused and named") {
    std::mt19937 random(3400);
    const by_hand::GeneralAttention<double> general{random_array(random, {query, units})};
    const auto q = random_array(random, {2, query}), m = random_array(random, {5, 2, units});
    const auto refused = [](const auto& f, const char* message) {
        CHECK_THROWS_WITH_AS(f(), message, std::invalid_argument);
    };
    refused(
        [&] {
            general.forward(q, random_array(random, {5, 2, 3}));
        },
        "[analytic] wa must have shape (3, 3); got (3, 4)");
    refused(
        [&] {
            general.forward(random_array(random, {4, query}), m);
        },
        "[analytic] q must have shape (2, 3); got (4, 3)");
    refused(
        [&] {
            general.forward(q, random_array(random, {5, 2}));
        },
        "[analytic] m must have shape (S, B, H), none of them 0; got (5, 2)");
    refused(
        [&] {
            general.forward(q, m, random_array(random, {2, 5}));
        },
        "[analytic] mask must have shape (5, 2); got (2, 5)");
    by_hand::GeneralAttention<double> d = general;
    refused([&] { general.backward(q, general.forward(q, m).second, d); },
            "[analytic] d_context must have shape (2, 4); got (2, 3)");
}
