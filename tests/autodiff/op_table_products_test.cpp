// SPDX-License-Identifier: BSD-3-Clause
// The rows of products.
#include "references.hpp"

namespace xtape::test {
namespace {

using namespace reference;

// (..., M, K) (..., K, N), the rest broadcast; (K,) is a row that the result has not
A batch_product(A a, const A& b) {
    const bool row = a.dimension() == 1;
    if (row) a.reshape(std::vector<std::size_t>{1, a.size()});
    const std::size_t m = a.shape()[a.dimension() - 2], k = a.shape()[a.dimension() - 1];
    const std::size_t n = b.shape()[b.dimension() - 1];
    // Where each matrix begins, broadcast as numbers are
    auto begins = [](const A& x, std::size_t size) {
        A places = A::from_shape(Shape(x.shape().begin(), x.shape().end() - 2));
        for (std::size_t i = 0; i < places.size(); ++i) places.data()[i] = double(i * size);
        return places;
    };
    const A from_a = elementwise({begins(a, m * k), begins(b, 0)}, [](const auto& e) { return e[0] + e[1]; });
    const A from_b = elementwise({begins(a, 0), begins(b, k * n)}, [](const auto& e) { return e[0] + e[1]; });
    Shape to = from_a.shape();
    if (!row) to.push_back(m);
    to.push_back(n);
    A c = zeros<double>(to);
    for (std::size_t batch = 0; batch < from_a.size(); ++batch)
        for (std::size_t i = 0; i < m * n; ++i)
            for (std::size_t l = 0; l < k; ++l)
                c.data()[batch * m * n + i] += a.data()[std::size_t(from_a.data()[batch]) + i / n * k + l] *
                                               b.data()[std::size_t(from_b.data()[batch]) + l * n + i % n];
    return c;
}

std::vector<Shapes> products() {
    std::vector<Shapes> all{{{3, 4}, {4, 2}},    {{4}, {4, 2}},       {{3, 4}, {4}},    {{4}, {4}},
                            {{2, 3, 4}, {4, 5}}, {{0, 4}, {4, 2}},    {{3, 0}, {0, 2}}, {{3, 4}, {4, 0}},
                            {{0}, {0}},          {{2, 0, 4}, {4, 5}}, {{1, 1}, {1, 1}}, {{3, 1}, {1, 2}},
                            {{2, 3, 1}, {1, 4}}, {{1, 5}, {5, 1}}};
    all = at_lengths([](std::size_t n) { return Shapes{{n, 2}, {2, 3}}; }, all);
    all = at_lengths([](std::size_t n) { return Shapes{{2, n}, {n, 3}}; }, all);
    return at_lengths([](std::size_t n) { return Shapes{{3, 2}, {2, n}}; }, all);
}

// Batches that broadcast, are empty, of one matrix; vectors beside them
const std::vector<Shapes> batches = at_lengths(
    [](std::size_t n) {
        return n % 3 == 0   ? Shapes{{2, n, 2}, {2, 2, 3}}
               : n % 3 == 1 ? Shapes{{2, 2, n}, {n, 1}}
                            : Shapes{{n, 1, 2}, {1, 2, 2}};
    },
    {{{2, 3, 4}, {2, 4, 5}},
     {{3, 4}, {2, 4, 5}},
     {{1, 3, 4}, {2, 4, 5}},
     {{2, 3, 4}, {1, 4, 5}},
     {{2, 1, 3, 4}, {3, 4, 2}},
     {{3, 1, 2, 2}, {1, 2, 2, 2}},
     {{4}, {2, 4, 5}},
     {{4}, {3, 2, 4, 1}},
     {{2, 2, 2, 3}, {2, 2, 3, 2}},
     {{1, 1, 1, 1}, {1, 1, 1, 1}},
     {{0, 3, 4}, {0, 4, 5}},
     {{0, 3, 4}, {1, 4, 5}},
     {{3, 4}, {0, 4, 5}},
     {{2, 0, 4}, {2, 4, 5}},
     {{2, 3, 0}, {2, 0, 5}},
     {{2, 3, 4}, {2, 4, 0}},
     {{2, 17, 9}, {2, 9, 33}},
     {{2, 1, 2, 1, 3}, {3, 1, 3, 2}}});

}  // namespace

std::vector<Row> product_rows() {
    auto matmul_ = [](const auto& x) { return matmul(x[0], x[1]); };
    auto affine_ = [](const auto& x) { return affine(x[0], x[1], x[2], x[3], x[4]); };
    auto step_ = [](const auto& x) { return affine(x[0], 1, x[1], x[2]); };
    auto plus = [](const std::vector<double>& e) { return e[0] + e[1]; };
    return {
        row(
            "matmul", "of batches", matmul_, [](const As& x) { return batch_product(x[0], x[1]); }, batches),
        row(
            "matmul", "", matmul_, [](const As& x) { return product(x[0], x[1]); }, products()),
        row(
            "affine", "", affine_,
            [](const As& x) {
                return elementwise({product(x[0], x[1]), product(x[2], x[3]), x[4]},
                                   [](const std::vector<double>& e) { return e[0] + e[1] + e[2]; });
            },
            at_lengths(
                [](std::size_t n) {
                    return n % 2 ? Shapes{{2, n}, {n, 2}, {2, 3}, {3, 2}, {2}}
                                 : Shapes{{2, 3}, {3, n}, {2, n}, {n, n}, {n}};
                },
                {{{3, 2}, {2, 4}, {3, 5}, {5, 4}, {4}},
                 {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1}},
                 {{0, 2}, {2, 4}, {0, 5}, {5, 4}, {4}},
                 {{3, 0}, {0, 4}, {3, 1}, {1, 4}, {4}},
                 {{3, 2}, {2, 0}, {3, 5}, {5, 0}, {0}},
                 {{5, 17}, {17, 33}, {5, 33}, {33, 33}, {33}}})),
        row(
            "affine", "of a step", step_,
            [plus](const As& x) {
                return elementwise({band(x[0], 0, 1, 2, true), product(x[1], x[2])}, plus);
            },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, 2, n}, {2, 3}, {3, n}};
                },
                {{{2, 3, 4}, {3, 5}, {5, 4}},
                 {{2, 1, 1}, {1, 1}, {1, 1}},
                 {{3, 0, 4}, {0, 5}, {5, 4}},
                 {{2, 3, 0}, {3, 5}, {5, 0}},
                 {{2, 3, 4}, {3, 0}, {0, 4}},
                 {{4, 5, 33}, {5, 17}, {17, 33}}})),
        row(
            "linear", "", [](const auto& x) { return linear(x[0], x[1], x[2]); },
            [plus](const As& x) {
                return elementwise({product(x[0], x[1]), x[2]}, plus);
            },
            at_lengths(
                [](std::size_t n) {
                    return n % 2 ? Shapes{{3, n}, {n, 2}, {2}} : Shapes{{2, 2}, {2, n}, {n}};
                },
                {{{3, 4}, {4, 2}, {2}},
                 {{4}, {4, 2}, {2}},
                 {{2, 3, 4}, {4, 5}, {5}},
                 {{1, 1}, {1, 1}, {1}},
                 {{0, 4}, {4, 2}, {2}},
                 {{3, 0}, {0, 2}, {2}},
                 {{3, 4}, {4, 0}, {0}}})),
    };
}

}  // namespace xtape::test
