// SPDX-License-Identifier: BSD-3-Clause
// Bugs of other libraries' engines, replayed: nesting, second order, views, depth, threads and shards.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/autodiff/rule.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/parallel.hpp>

#include <pthread.h>

#include <thread>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;

// The inner derivative was taken by the outer variable, too: 2 for 1.
TEST_CASE("autograd.jl 75, forwarddiff 83, enzyme.jl 3346: a derivative inside of a derivative is not confused") {
    CHECK(grad([](const V& x) { return x * grad([&](const V& y) { return x + y; })(x); })(5.0) == 1);
    CHECK(grad([](const V& x) { return x * grad([&](const V& y) { return x + y; })(1 * x); })(5.0) == 1);
    CHECK(grad([](const V& x) { return x * grad([&](const V& y) { return x * y; })(x); })(4.0) == 8);
    CHECK(grad([](const V& x) { return grad([&](const V& y) { return x * x * y * y; })(x); })(2.0) == 24);  // 2 x^3
}

// y = (2x)^2                dx = dy 4 (2x), of which 2x is computed on the way
struct SquareOfTwice {
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return (2 * x) * (2 * x); }
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return 4 * g * (2 * x); }
};
struct SquareOfTheWrongSign : SquareOfTwice {
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return -4 * g * (2 * x); }
};
struct SquareOfTwiceSaved : SquareOfTwice {  // the same, with 2x kept as a number
    template <class G> auto vjp(wrt<0>, G& g, auto&, auto& x) const { return 4 * g * (2 * plain(x)); }
};

// The tests of a gradient did not run, for a typing error, and its sign was wrong.
TEST_CASE("autograd 412: a gradient of the wrong sign is found") {
    CHECK(gradcheck([](const V& x) { return record<double>({}, SquareOfTwice{}, x); }, A(3.0)));
    CHECK(!gradcheck([](const V& x) { return record<double>({}, SquareOfTheWrongSign{}, x); }, A(3.0)));
}

// What a rule had kept on its way was taken for a constant in the second derivative, silently.
TEST_CASE("pytorch 58509, 76185: second derivatives count what the first ones keep, and a rule that freezes is found") {
    const auto right = [](const V& x) { return record<double>({}, SquareOfTwice{}, x); };
    const auto frozen = [](const V& x) { return record<double>({}, SquareOfTwiceSaved{}, x); };
    CHECK(grad(right)(3.0) == 24);
    CHECK(grad(grad(right))(3.0) == 8);
    CHECK(gradcheck(frozen, A(3.0), {.order = 1}));
    CHECK(!gradcheck(frozen, A(3.0), {.order = 2}));
}

// The same of the library's own operations: a graph of second order that had been dropped.
TEST_CASE("pytorch 104040, 181581: third derivatives of all that keeps its output or what is between") {
    const std::vector<std::function<V(const V&)>> functions{
        [](const V& x) { return tanh(x) * sigmoid(x); },
        [](const V& x) { return exp(x) * sqrt(x) / x; },
        [](const V& x) { return softmax(x) * logsumexp(x, 0); },
        [](const V& x) {
            return cross_entropy(x, Indices{2, 0}) * log_softmax(x);
        },
        [](const V& x) { return layer_norm(x, select(x, 0, 0), select(x, 0, 1), 0.1); },
        [](const V& x) {
            return lstm_output(concatenate({x, x * 2, x * x, -x}, 1), lstm_memory(concatenate({x, x, x, x}, 1), x));
        },
        [](const V& x) {
            return gru_gates(concatenate({x, x * 2, x * x}, 1), concatenate({-x, x, x}, 1), x, select(x, 0, 0));
        }};
    for (std::size_t i = 0; i < functions.size(); ++i) {
        CAPTURE(i);
        const auto report =
            gradcheck(functions[i], random_array<double>({2, 3}, 31, 0.4, 1.6), {.order = 3, .seed = 32});
        CHECK_MESSAGE(report, report.text);
    }
}

// Products of several zeros had no second derivative.
TEST_CASE("pytorch 106789, tensorflow 61117: a product's derivatives where one, two or three factors are 0") {
    const auto product = [](const V& x) { return select(x, 0, 0) * select(x, 0, 1) * select(x, 0, 2); };
    for (const auto& [a, b, c] : {std::array{2., 3., 5.}, {2., 0., 3.}, {0., 0., 3.}, {0., 0., 0.}}) {
        const auto x = array<double>({3}, {a, b, c});
        CHECK(same_bits(grad(product)(x), array<double>({3}, {b * c, a * c, a * b})));
        CHECK(same_bits(hessian(product)(x), array<double>({3, 3}, {0, c, b, c, 0, a, b, a, 0})));
        const auto of_pairs = [&](const V& v) { return sum(grad(product)(v)); };  // bc + ac + ab
        CHECK(same_bits(hessian(of_pairs)(x), array<double>({3, 3}, {0, 1, 1, 1, 0, 1, 1, 1, 0})));
    }
}

// A gradient through an expanded view counted its memory once for each time that it was seen, or lost all but one.
TEST_CASE("pytorch 9145, 8626, 188084: what is seen of a broadcast array, and that alone, comes back") {
    const Tape tape;
    const V x = variable(array<double>({1}, {5})), column = variable(array<double>({3, 1}, {1, 2, 3}));
    CHECK(same_bits(backward(select(broadcast_to(x, {100}), 0, 0), {x})[x], array<double>({1}, {1})));
    const auto z = array<double>({2, 3}, {1, 2, 3, 40, 50, 60});
    CHECK(same_bits(backward(sum(slice(broadcast_to(column, {3, 3}), 0, 0, 2) * z), {column})[column],
                    array<double>({3, 1}, {6, 150, 0})));
    const V flat = reshape(broadcast_to(column, {2, 3, 1}), {6});
    CHECK(same_bits(backward(sum(flat * array<double>({6}, {1, 2, 3, 40, 50, 60})), {column})[column],
                    array<double>({3, 1}, {41, 52, 63})));
}

// What had been used was changed in place, or what was a view of it: gradients of numbers that were not the used ones.
TEST_CASE("pytorch 36608, 49824, 4664: a change in place, after use, is not seen by what was recorded, nor by slices") {
    A source = array<double>({2}, {1, 2});
    Parameter<double> p("p", array<double>({2}, {3, 4}));
    const Tape tape;
    const V x = variable(source), first = select(p, 0, 0), y = sum(x * x) + sum(p * p) + first * first;
    source.fill(100);
    p.edit().fill(100);
    const auto g = backward(y);
    CHECK(same_bits(g[x], array<double>({2}, {2, 4})));
    CHECK(same_bits(g["p"], array<double>({2}, {12, 8})));
    CHECK(first.item() == 3);
}

// Long chains were freed, or walked, by recursion: a crash at some 60,000 operations.
TEST_CASE("pytorch 5534, 109948, 155322: 100,000 operations in a row, on a thread with a stack of 256 kB") {
    struct Chain {
        static void* run(void* result) {
            const Tape tape;
            const V x = variable(1.0);
            V y = x;
            for (int i = 0; i < 100'000; ++i) y = y + x * 0.5;
            *static_cast<double*>(result) = number(backward(y, {x})[x]);
            return nullptr;
        }
    };
    double derivative = 0;
    pthread_attr_t small;
    pthread_t thread;
    REQUIRE(pthread_attr_init(&small) == 0);
    REQUIRE(pthread_attr_setstacksize(&small, 256 * 1024) == 0);
    REQUIRE(pthread_create(&thread, &small, Chain::run, &derivative) == 0);
    REQUIRE(pthread_join(thread, nullptr) == 0);
    pthread_attr_destroy(&small);
    CHECK(derivative == 50'001);
}

// Threads that differentiated at once lost gradients, or added to each other's.
TEST_CASE("burn 5573, tenferro 1075, mlx 2067: threads that share a parameter each get their own gradient, always") {
    const Parameter<double> p("p", array<double>({3}, {1, 2, 3}));
    std::vector<int> right(6, 0);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < right.size(); ++t)
        threads.emplace_back([&p, &right, t] {
            const double n = double(t) + 1;
            for (int round = 0; round < 300; ++round) {
                const Tape tape;
                const auto g = backward(sum(p * p * (n + round)));
                right[t] += same_bits(g[p], array<double>({3}, {2 * (n + round), 4 * (n + round), 6 * (n + round)}));
            }
        });
    for (auto& t : threads) t.join();
    for (const int count : right) CHECK(count == 300);
}

// Means of parts were averaged as if the parts had the same size, or divided once too often.
TEST_CASE(
    "pytorch 162338, 67253, transformers 608: a batch in parts has the gradient of its mean, whatever is left over") {
    nn::Generator bits(1);
    const nn::Linear<double> line(2, 1, bits);
    const double w0 = line.w.value()(0, 0), w1 = line.w.value()(1, 0);
    for (const std::size_t rows : {1u, 7u, 37u}) {
        const auto x = random_array<double>({rows, 2}, 33), target = random_array<double>({rows, 1}, 34);
        double loss = 0, d0 = 0, d1 = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            const double off = x(i, 0) * w0 + x(i, 1) * w1 - target(i, 0);
            loss += off * off / double(rows), d0 += 2 * off * x(i, 0) / double(rows);
            d1 += 2 * off * x(i, 1) / double(rows);
        }
        for (const std::size_t part : {1u, 5u, 36u, 64u})
            for (const std::size_t threads : {1u, 3u}) {
                CAPTURE(rows);
                CAPTURE(part);
                const auto of_rows = [&](std::size_t begin, std::size_t end) {
                    const auto from = std::ptrdiff_t(begin), to = std::ptrdiff_t(end);
                    return mean(square(line(slice(V(x), 0, from, to)) - slice(V(target), 0, from, to)));
                };
                const auto found = nn::parallel_grad(line, rows, of_rows, {.threads = threads, .rows = part});
                CHECK(found.loss == doctest::Approx(loss).epsilon(1e-13));
                CHECK(distance(found.gradients[line.w], array<double>({2, 1}, {d0, d1})) < 1e-13);
            }
    }
}

}  // namespace
}  // namespace xtape::test
