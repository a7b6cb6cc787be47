// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/layer_norm.hpp>

#include "plain.hpp"

namespace by_hand = xtape::nn::analytic;

namespace {

by_hand::LayerNorm<double> random_norm(std::mt19937& random, std::size_t K, double epsilon) {
    return {random_array(random, {K}), random_array(random, {K}), epsilon};
}

}  // namespace

TEST_CASE("layer norm equals central differences, for rows in any number of dimensions") {
    std::mt19937 random(4100);
    for (const std::vector<std::size_t>& shape :
         {std::vector<std::size_t>{5}, {3, 4}, {2, 3, 5}, {1, 2}, {2, 1, 2, 3}, {4, 1}}) {
        by_hand::LayerNorm<double> norm = random_norm(random, shape.back(), 1e-2);
        xt::xarray<double> x = random_array(random, shape);
        const xt::xarray<double> d_y = random_array(random, shape);
        INFO("dimensions " << shape.size() << ", K " << shape.back() << ", seed 4100");
        auto d = by_hand::no_gradients(norm);
        const xt::xarray<double> d_x = norm.backward(d_y, norm.forward(x).second, d);
        Claims claims{{"x", &x, d_x}};
        claim(claims, "", norm, d);
        check_claims(claims, [&] { return inner(d_y, norm.forward(x).first); });
    }
}

TEST_CASE("normalised rows have mean 0 and variance 1, and the gradient is orthogonal to what norm takes out") {
    std::mt19937 random(4200);
    const std::size_t K = 6;
    by_hand::LayerNorm<double> norm = random_norm(random, K, 0);
    const xt::xarray<double> x = random_array(random, {3, K});
    const auto [y, saved] = norm.forward(x);
    auto d = by_hand::no_gradients(norm);
    const xt::xarray<double> d_x = norm.backward(random_array(random, {3, K}), saved, d);
    for (std::size_t i = 0; i < 3; ++i) {
        double sum = 0, squares = 0, d_shift = 0, d_scale = 0;
        for (std::size_t k = 0; k < K; ++k) {
            sum += saved.n(i, k), squares += saved.n(i, k) * saved.n(i, k);
            d_shift += d_x(i, k), d_scale += d_x(i, k) * x(i, k);
        }
        CHECK(std::abs(sum) <= 1e-14);
        CHECK(squares == doctest::Approx(K).epsilon(1e-14));
        CHECK(std::abs(d_shift) <= 1e-14);
        CHECK(std::abs(d_scale) <= 1e-14);
    }
}

TEST_CASE("floats far from 0 are normalised as well, and sizes that do not fit are refused") {
    std::mt19937 random(4300);
    const by_hand::LayerNorm<float> norm{xt::ones<float>({4}), xt::zeros<float>({4})};
    const xt::xarray<float> x{{4096, 4097, 4098, 4099}}, y = norm.forward(x).first;
    CHECK(static_cast<double>(y(0, 3)) == doctest::Approx(1.5 / std::sqrt(1.25 + 1e-5)).epsilon(1e-6));
    CHECK_THROWS_WITH_AS(norm.forward(xt::ones<float>({2, 3})), "[analytic] gain must have shape (3,); got (4,)",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(norm.forward(xt::ones<float>({0, 4})),
                         "[analytic] x must have shape (..., K), none of them 0; got (0, 4)", std::invalid_argument);
}
