// SPDX-License-Identifier: BSD-3-Clause
// Rows of a table by their numbers.
#include <xtape/nn/embedding.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/sequential.hpp>

#include "check_module.hpp"

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

namespace xtape::test {
namespace {

TEST_CASE("an embedding gives the rows of its table, in the shape of the indices") {
    nn::Generator bits(1);
    const nn::Embedding<double> embedding(5, 3, bits);
    const Array<double>& w = embedding.w.value();
    const xt::xtensor<int, 2> tokens{{4, 0}, {4, 2}, {1, 1}};  // (T, B)
    const Array<double> y = embedding(tokens).value();
    REQUIRE(y.shape() == Shape{3, 2, 3});
    for (std::size_t t = 0; t < 3; ++t)
        for (std::size_t b = 0; b < 2; ++b)
            for (std::size_t k = 0; k < 3; ++k) CHECK(y(t, b, k) == w(std::size_t(tokens(t, b)), k));
    const Array<double> list = embedding({4, 0}).value(), same = embedding(std::vector<int>{4, 0}).value();
    CHECK(list.shape() == Shape{2, 3});
    CHECK(same_bits(list, same));
    CHECK(list(0, 2) == w(4, 2));
    CHECK(embedding(Indices{}).shape() == Shape{0, 3});
    CHECK(paths(embedding) == std::vector<std::string>{"w"});
}

template <class T> void check_first_weights() {
    nn::Generator bits(2);
    const nn::Embedding<T> embedding(2000, 12, bits);
    double squares = 0, most = 0;
    for (const T x : embedding.w.value()) {
        squares += double(x) * double(x);
        most = std::max(most, std::abs(double(x)));
    }
    CHECK(squares / 2000 == doctest::Approx(1).epsilon(0.03));
    CHECK(most <= 0.5);
    CHECK(most > 0.499);
}

TEST_CASE("rows have length 1 on the average at first") {
    check_first_weights<double>();
    check_first_weights<float>();
}

TEST_CASE("gradients reach the rows that were taken, as often as they were, at both orders") {
    nn::Generator bits(1);
    const nn::Embedding<double> embedding(5, 2, bits);
    const Tape tape;
    const auto g = backward(sum(embedding({3, 1, 3})));
    const std::vector<double> times{0, 1, 0, 2, 0};
    for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t k = 0; k < 2; ++k) CHECK(g[embedding.w](i, k) == times[i]);
    const nn::Sequential model{embedding, nn::Linear<double>(2, 3, bits)};
    const auto report = check_module(model, std::vector<Array<double>>{}, [](const auto& m, const auto&) {
        return square(tanh(m(Indices{3, 1, 3})));
    });
    INFO(report.text);
    CHECK(report.passed);
}

TEST_CASE("an index out of range is refused, with the path of the module") {
    nn::Generator bits(1);
    const nn::Sequential model{nn::Embedding<float>(5, 2, bits), nn::Linear<float>(2, 3, bits)};
    for (const std::int64_t bad : {-1, 5}) {
        const std::string text = thrown([&] { (void)model(Indices{0, bad}); });
        CHECK(contains(text, "[take] "));
        CHECK(contains(text, std::to_string(bad)));
        CHECK(contains(text, "(in Sequential > 0 > Embedding)"));
    }
}

}  // namespace
}  // namespace xtape::test
