// SPDX-License-Identifier: BSD-3-Clause
// Fused gates are their equations, at every order; their bits depend on nothing but the numbers.
#include <xtape/autodiff/autodiff.hpp>

#include <array>

#include "fused.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

V block(const V& x, std::size_t k, std::size_t H) {
    return slice(x, 1, std::ptrdiff_t(k * H), std::ptrdiff_t((k + 1) * H));
}
V memory(const std::vector<V>& x) {
    const std::size_t H = x[1].shape()[1];
    return sigmoid(block(x[0], 1, H)) * x[1] + sigmoid(block(x[0], 0, H)) * tanh(block(x[0], 2, H));
}
V output(const std::vector<V>& x) { return sigmoid(block(x[0], 3, x[1].shape()[1])) * tanh(x[1]); }
V gru(const std::vector<V>& x) {
    const std::size_t H = x[2].shape()[1];
    const V r = sigmoid(block(x[0], 0, H) + block(x[1], 0, H)), z = sigmoid(block(x[0], 1, H) + block(x[1], 1, H));
    return (1 - z) * tanh(block(x[0], 2, H) + r * (block(x[1], 2, H) + x[3])) + z * x[2];
}

const std::array<std::size_t, 2> sizes[] = {{1, 1}, {1, 32}, {3, 5}, {7, 17}, {70, 33}};

TEST_CASE("lstm_memory and lstm_output equal their compositions, in value, gradient and Hessian-vector product") {
    for (const auto& [B, H] : sizes) {
        const auto z = random_array<double>({B, 4 * H}, 1, -3, 3), c = random_array<double>({B, H}, 2);
        check_equal([](const auto& x) { return lstm_memory(x[0], x[1]); }, memory, {z, c});
        check_equal([](const auto& x) { return lstm_output(x[0], x[1]); }, output, {z, c});
    }
}

TEST_CASE("gru_gates equals its composition, in value, gradient and Hessian-vector product") {
    for (const auto& [B, H] : sizes)
        check_equal([](const auto& x) { return gru_gates(x[0], x[1], x[2], x[3]); }, gru,
                    {random_array<double>({B, 3 * H}, 1, -3, 3), random_array<double>({B, 3 * H}, 2),
                     random_array<double>({B, H}, 3), random_array<double>({H}, 4)});
}

TEST_CASE("a whole LSTM step, whose gates meet in one array, and one of two steps") {
    const auto z0 = random_array<double>({2, 12}, 1), c0 = random_array<double>({2, 3}, 2);
    const auto step = [](const V& z, const V& c) {
        const V next = lstm_memory(z, c);
        return std::vector{lstm_output(z, next), next};
    };
    const auto composed = [](const V& z, const V& c) {
        const V next = memory({z, c});
        return std::vector{output({z, next}), next};
    };
    for (const std::size_t which : {0u, 1u})
        check_equal([&](const auto& x) { return step(x[0], x[1])[which]; },
                    [&](const auto& x) { return composed(x[0], x[1])[which]; }, {z0, c0});
    const auto twice = [](const auto& one) {
        return [&one](const std::vector<V>& x) {
            const auto y = one(x[0], x[1]), u = one(x[0] * 2, y[1]);
            return stack({u[0] + y[0], u[1]});
        };
    };
    check_equal(twice(step), twice(composed), {z0, c0});
}

// Row and column of a batch of any size give the same bits, as do their gradients.
template <class T, class F> void check_bits(std::size_t gates, const F& f) {
    const std::size_t B = 5, H = 67;
    const auto z = random_array<T>({B, gates, H}, 1, -4, 4), c = random_array<T>({B, H}, 2);
    const auto run = [&](std::ptrdiff_t rows, std::ptrdiff_t columns) {
        const Tape tape;
        const Variable<T> zs = variable(slice(slice(Variable<T>(z), 2, 0, columns), 0, 0, rows).value());
        const Variable<T> cs = variable(slice(slice(Variable<T>(c), 1, 0, columns), 0, 0, rows).value());
        const Variable<T> y = f(reshape(zs, {std::size_t(rows), gates * std::size_t(columns)}), cs);
        const auto g = backward(sum(y), {zs, cs});
        return std::array{slice(y, -2, 0, 1).value(), slice(Variable<T>(g[zs]), 0, 0, 1).value(),
                          slice(Variable<T>(g[cs]), 0, 0, 1).value()};
    };
    const auto all = run(B, H);
    for (const std::ptrdiff_t columns : {1, 3, 4, 8, 15, 16, 33, 66})
        for (const std::ptrdiff_t rows : {1, 4}) {
            const auto part = run(rows, columns);
            for (std::size_t k = 0; k < 3; ++k)
                CHECK(same_bits(part[k], slice(Variable<T>(all[k]), -1, 0, columns).value()));
        }
}

TEST_CASE("a number's bits depend neither on the batch nor on the number of units") {
    auto memory_of = [](const auto& z, const auto& c) { return lstm_memory(z, c); };
    auto output_of = [](const auto& z, const auto& c) { return lstm_output(z, c); };
    auto gru_of = [](const auto& z, const auto& h) { return gru_gates(z, z * 0.5, h, select(h, 0, 0) * 0 + 0.25); };
    check_bits<float>(4, memory_of);
    check_bits<double>(4, memory_of);
    check_bits<float>(4, output_of);
    check_bits<double>(4, output_of);
    check_bits<float>(3, gru_of);
    check_bits<double>(3, gru_of);
}

TEST_CASE("the bias of gru_gates gets the sum over a batch in float, however many rows there are") {
    const std::size_t B = 1 << 20;  // added one by one: off by a hundredth
    const Tape tape;
    const Variable<float> b = variable(zeros<float>({1}));
    const Variable<float> x = broadcast_to(Variable<float>(array<float>({1, 3}, {0, 0, 0.3f})), {B, 3});
    const auto g = backward(sum(gru_gates(x, zeros<float>({B, 3}), zeros<float>({B, 1}), b)), {b})[b];
    const double each = (1 - std::pow(std::tanh(double(0.3f)), 2)) / 4;  // (1 - z) (1 - n^2) r
    CHECK(g.data()[0] == doctest::Approx(each * double(B)).epsilon(1e-6));
}

TEST_CASE("gates that are not recorded have the same bits") {
    const std::size_t B = 5, H = 67;
    const Tape tape;
    const V z = variable(random_array<double>({B, 4 * H}, 1)), c = variable(random_array<double>({B, H}, 2));
    const V x = slice(z, 1, 0, 3 * H), b = select(c, 0, 0);
    const std::array recorded{lstm_memory(z, c), lstm_output(z, c), gru_gates(x, x * 0.5, c, b)};
    const NoGrad no_grad;
    const std::array plain{lstm_memory(z, c), lstm_output(z, c), gru_gates(x, x * 0.5, c, b)};
    for (std::size_t k = 0; k < 3; ++k) CHECK(same_bits(plain[k].value(), recorded[k].value()));
    CHECK(lstm_memory(zeros<double>({0, 4 * H}), V(zeros<double>({0, H}))).value().size() == 0);
}

TEST_CASE("gates that are wide open, shut, infinite or NaN") {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
    const auto z = array<double>({3, 4}, {-1000, 1000, 5, 1000, -inf, inf, 5, -inf, 0, nan, 0, 0});
    const V c = lstm_memory(V(z), V(array<double>({3, 1}, {0.5, 0.5, 0.5})));
    CHECK(c.value().data()[0] == 0.5);  // the state passes an open forget gate unchanged
    CHECK(c.value().data()[1] == 0.5);
    CHECK(std::isnan(c.value().data()[2]));
    const auto y = lstm_output(V(z), c).value();
    CHECK(y.data()[0] == doctest::Approx(std::tanh(0.5)).epsilon(1e-15));
    CHECK(y.data()[1] == 0);
    CHECK(std::isnan(y.data()[2]));
    const auto h = gru_gates(V(array<double>({2, 3}, {0, 1000, 0, 0, -1000, 1000})), V(zeros<double>({2, 3})),
                             V(array<double>({2, 1}, {0.5, 0.5})), V(zeros<double>({1})))
                       .value();
    CHECK(same_bits(h, array<double>({2, 1}, {0.5, 1})));
}

}  // namespace
}  // namespace xtape::test
