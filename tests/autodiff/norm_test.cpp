// SPDX-License-Identifier: BSD-3-Clause
// Layer norm is its definition at every order, and keeps its digits.
#include <xtape/autodiff/autodiff.hpp>

#include "fused.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

TEST_CASE("layer_norm equals its composition, in value, gradient and Hessian-vector product") {
    for (const Shape& shape : {Shape{3, 5}, Shape{4}, Shape{1, 32}, Shape{2, 3, 17}, Shape{70, 33}}) {
        const Shape last{shape.back()};
        check_equal(
            [](const auto& x) { return layer_norm(x[0], x[1], x[2], 0.1); },
            [](const auto& x) {
                const V centred = x[0] - mean(x[0], -1, true);
                return centred / sqrt(mean(square(centred), -1, true) + 0.1) * x[1] + x[2];
            },
            {random_array<double>(shape, 1, -3, 3), random_array<double>(last, 2), random_array<double>(last, 3)});
    }
}

TEST_CASE("a row's bits do not depend on what stands beside it") {
    const auto all = random_array<float>({9, 37}, 4, -5, 5), gain = random_array<float>({37}, 5);
    using F = Variable<float>;
    const auto y = layer_norm(F(all), F(gain), F(gain)).value();
    for (std::ptrdiff_t i = 0; i < 9; ++i)
        CHECK(same_bits(layer_norm(select(F(all), 0, i), F(gain), F(gain)).value(), select(F(y), 0, i).value()));
}

TEST_CASE("layer norm of numbers far from 0 loses no more digits than they have, and constant rows are the bias") {
    const auto small = array<double>({1, 4}, {-1, 0, 2, 3});
    const V gain(filled<double>({4}, 1.0)), bias(array<double>({4}, {1, 2, 3, 4}));
    const auto expected = layer_norm(V(small), gain, bias).value();
    CHECK(distance(layer_norm(V(small) + 1e8, gain, bias).value(), expected) < 1e-7);
    CHECK(same_bits(layer_norm(V(filled<double>({1, 4}, 3.0)), gain, bias).value(), reshape(bias, {1, 4}).value()));
    const auto g =
        grad([&](const V& x) { return sum(layer_norm(x, gain, bias) * small); })(filled<double>({1, 4}, 3.0));
    double sum = 0;
    for (const double e : g) sum += e;
    CHECK(std::abs(sum) < 1e-10);  // and finite
}

}  // namespace
}  // namespace xtape::test
