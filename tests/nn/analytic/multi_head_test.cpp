// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/arrays.hpp>
#include <xtape/nn/analytic/multi_head.hpp>

#include "plain.hpp"

namespace by_hand = xtape::nn::analytic;

namespace {

constexpr std::size_t units = 4;

struct Problem {
    by_hand::MultiHeadAttention<double> attention;
    xt::xarray<double> x, m;
    by_hand::Mask<double> mask;
    bool causal = false;
    xt::xarray<double> d_y;
};

Problem random_problem(std::size_t heads, std::size_t T, std::size_t S, std::size_t B, unsigned seed) {
    std::mt19937 random(seed);
    Problem p{{heads, {}, {}, {}, {}, {}, {}, {}, {}},
              random_array(random, {T, B, units}),
              random_array(random, {S, B, units}),
              {},
              false,
              random_array(random, {T, B, units})};
    p.attention.visit([&](const std::string& name, auto& parameter) {
        parameter = name[0] == 'w' ? random_array(random, {units, units}) : random_array(random, {units});
    });
    return p;
}

xt::xarray<double> output(const Problem& p) { return p.attention.forward(p.x, p.m, p.mask, p.causal).first; }
double loss(const Problem& p) { return inner(p.d_y, output(p)); }

Claims claims(Problem& p) {
    auto d = by_hand::no_gradients(p.attention);
    const auto [d_x, d_m] = p.attention.backward(p.d_y, p.attention.forward(p.x, p.m, p.mask, p.causal).second, d);
    Claims all{{"x", &p.x, d_x}, {"m", &p.m, d_m}};
    claim(all, "", p.attention, d);
    return all;
}

}  // namespace

TEST_CASE("multi-head attention equals central differences, causal, padded, and both") {
    unsigned seed = 3500;
    for (const std::size_t heads : Counts{1, 2, 4})
        for (const bool causal : {false, true})
            for (const bool padded : {false, true}) {
                ++seed;
                INFO("heads " << heads << ", causal " << causal << ", padded " << padded << ", seed " << seed);
                Problem p = random_problem(heads, 3, causal ? 3 : 4, 2, seed);
                p.causal = causal;
                if (padded) p.mask = xt::ones<double>({p.m.shape()[0], std::size_t(2)});
                if (padded) (*p.mask)(0, 0) = (*p.mask)(2, 1) = 0;  // step 0 sees nothing where it is causal
                check_claims(claims(p), [&] { return loss(p); });
            }
}

TEST_CASE("self-attention: the gradient of what is query and memory is the sum of both") {
    Problem p = random_problem(2, 3, 3, 2, 3600);
    INFO("seed 3600");
    p.m = p.x;
    const Claims both = claims(p);
    const xt::xarray<double> d = both[0].gradient + both[1].gradient;
    const auto tied = [&] {
        p.m = p.x;
        return loss(p);
    };
    CHECK(distance(d, differences(tied, p.x)) <= 1e-7);
}

TEST_CASE("causal: a step's output is that of the sequence that ends there") {
    Problem p = random_problem(2, 4, 4, 2, 3700);
    INFO("seed 3700");
    p.m = p.x;
    p.causal = true;
    const xt::xarray<double> y = output(p);
    for (std::size_t T = 1; T <= 4; ++T) {
        Problem start = p;
        start.x = start.m = xt::xarray<double>::from_shape({T, 2, units});
        std::copy_n(p.x.data(), start.x.size(), start.x.data());
        start.m = start.x;
        start.causal = false;
        CHECK(distance(by_hand::step(output(start), T - 1), by_hand::step(y, T - 1)) <= 1e-14);
    }
}

TEST_CASE("where there is nothing to see the output is b_o, and the rest has the gradient 0") {
    Problem p = random_problem(2, 3, 2, 1, 3800);
    p.mask = xt::zeros<double>({2, 1});
    const xt::xarray<double> y = output(p);
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == p.attention.bo(i % units));
    for (const Claim& c : claims(p)) {
        INFO(c.name);
        CHECK((inner(c.gradient, c.gradient) == 0) == (c.name != "bo"));
    }
}

TEST_CASE("one head with identities is dot attention of q / sqrt D") {
    Problem p = random_problem(1, 1, 5, 3, 3900);
    auto& a = p.attention;
    a.wq = a.wk = a.wv = a.wo = xt::eye<double>(units);
    a.bq = a.bk = a.bv = a.bo = xt::zeros<double>({units});
    const xt::xarray<double> q = by_hand::step(p.x, 0) / 2;
    CHECK(distance(by_hand::step(output(p), 0), by_hand::DotAttention<double>{}.forward(q, p.m).first) <= 1e-14);
}

TEST_CASE("multi-head attention that does not fit is refused and named") {
    const auto refused = [](const auto& change, const char* message) {
        Problem p = random_problem(2, 3, 4, 2, 4000);
        change(p);
        CHECK_THROWS_WITH_AS(output(p), message, std::invalid_argument);
    };
    refused([](Problem& p) { p.attention.heads = 3; }, "[analytic] heads must divide the units, 4; got 3");
    refused([](Problem& p) { p.attention.heads = 0; }, "[analytic] heads must divide the units, 4; got 0");
    refused([](Problem& p) { p.attention.wo.resize({4, 5}); }, "[analytic] wo must have shape (4, 4); got (4, 5)");
    refused([](Problem& p) { p.x.resize({3, 3, 4}); }, "[analytic] x must have shape (3, 2, 4); got (3, 3, 4)");
    refused(
        [](Problem& p) {
            p.mask = xt::ones<double>({2, 4});
        },
        "[analytic] mask must have shape (4, 2); got (2, 4)");
}
