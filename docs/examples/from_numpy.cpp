// SPDX-License-Identifier: BSD-3-Clause
// What docs/from_numpy.md says stands here, and is true: the same results from xtensor and from xtape.
#include <doctest/doctest.h>

#include <xtape/autodiff/autodiff.hpp>

#if __has_include(<xtensor/views/xview.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>
#endif
using namespace xtape;

namespace {

using Results = std::vector<Array<double>>;

Results of_xtensor() {
    xt::xarray<double> a{{1, 2}, {3, 4}}, b = xt::full_like(a, 7.0);
    return {
        xt::zeros<double>({2, 3}),
        xt::arange<double>(4),
        a + b,
        xt::exp(a),
        xt::maximum(a, 0.0),
        xt::where(a > 2.0, a, b),
        xt::sum(a),
        xt::sum(a, {0}, xt::keep_dims),
        xt::mean(a, {1}),
        xt::transpose(a),
        xt::reshape_view(a, {4}),
        xt::view(a, xt::all(), 0),
        xt::view(a, xt::all(), xt::range(0, 1)),
        xt::stack(xt::xtuple(a, b)),
        xt::concatenate(xt::xtuple(a, b), 1),
        xt::broadcast(a, {5, 2, 2}),
        a(0, 1),
    };
}

Results of_xtape() {
    Variable<double> a = Array<double>{{1, 2}, {3, 4}}, b = filled<double>({2, 2}, 7.0);
    return {
        zeros<double>({2, 3}),
        xt::arange<double>(4),
        (a + b).value(),
        exp(a).value(),
        relu(a).value(),
        where(a.value() > 2.0, a, b).value(),
        sum(a).value(),
        sum(a, 0, true).value(),
        mean(a, 1).value(),
        transpose(a).value(),
        reshape(a, {4}).value(),
        select(a, 1, 0).value(),
        slice(a, 1, 0, 1).value(),
        stack({a, b}).value(),
        concatenate({a, b}, 1).value(),
        broadcast_to(a, {5, 2, 2}).value(),
        a.value()(0, 1),
    };
}

TEST_CASE("the same results") {
    const Results expected = of_xtensor(), got = of_xtape();
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(got[i].shape() == expected[i].shape());
        CHECK(xt::allclose(got[i], expected[i], 1e-15, 0));
    }
}

TEST_CASE("products and indices") {
    const Variable<double> a = Array<double>{{1, 2}, {3, 4}}, b = a * 10;
    const Indices i{1, 0};
    CHECK(matmul(a, b).value() == Array<double>{{70, 100}, {150, 220}});
    CHECK(pick(a, i).value() == Array<double>{2, 3});
}

TEST_CASE("gradients of xtensor's arrays") {
    const auto f = [](const auto& x) { return sum(x * x * x); };
    const xt::xarray<double> a{1, 2};
    const xt::xarray<double> g = grad(f)(a);
    CHECK(g == xt::xarray<double>{3, 12});
    CHECK(hessian(f)(a) == Array<double>{{6, 0}, {0, 12}});
    const Tape tape;
    const auto w = variable(a);
    CHECK(backward(f(w))[w] == g);
    const auto mixed = a * w + xt::exp(a);
    CHECK(backward(sum(mixed))[w] == a);
}

}  // namespace
