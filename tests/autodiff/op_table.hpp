// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One row for each operation of autodiff/ops/*.hpp drives every test of operations. To test a new one, add its row to
// op_table_test.cpp or another of its files; a test fails until it is there.

#include <functional>
#include <xtape/autodiff/ops.hpp>

#include "support.hpp"

namespace xtape::test {

template <class T> using Arrays = std::vector<Array<T>>;
template <class T> using Variables = std::vector<Variable<T>>;
template <class T> using Operation = std::function<Variable<T>(const Variables<T>&)>;
using Shapes = std::vector<Shape>;  // of the inputs
using Reference = std::function<Array<double>(const Arrays<double>&)>;

// Where inputs are drawn from: where the operation is defined and smooth. Apart: no two inputs come close anywhere.
enum class Domain { anywhere, positive, away_from_zero, apart };

struct Row {
    std::string name;  // as in autodiff/ops/*.hpp
    std::string of;    // which of its forms
    Operation<double> in_double;
    Operation<float> in_float;
    Reference reference;  // the values, from plain loops
    std::vector<Shapes> shapes;
    Domain domain = Domain::anywhere;
    std::string text() const { return name + (of.empty() ? "" : " " + of); }
};

const std::vector<Row>& op_table();
// The rows, by families: op_table_test.cpp, op_table_*_test.cpp
std::vector<Row> elementwise_rows();
std::vector<Row> product_rows();
std::vector<Row> shape_rows();
std::vector<Row> index_rows();
std::vector<Row> softmax_rows();
std::vector<Row> gate_rows();
std::vector<Row> piecewise_rows();

// Shapes for one input: of every rank, empty, of one element, and of every length up to 67, which crosses each SIMD
// tail.
std::vector<Shapes> one_of_each();
// `all`, and then these shapes at every length from 1 to 67: vector loops have tails
std::vector<Shapes> at_lengths(const std::function<Shapes(std::size_t)>& shapes, std::vector<Shapes> all = {});
// For one input: of three axes, of two
std::vector<Shapes> cubes();
std::vector<Shapes> tables();
// All pairs of shapes of rank 0 to 3 with axes 0, 1 and 2 that broadcast
std::vector<Shapes> broadcast_pairs();

// f of the elements that meet when arrays are broadcast
Array<double> elementwise(const Arrays<double>& xs, const std::function<double(const std::vector<double>&)>& f);

// A mask: not 0 in two places of three, whatever the shape
template <class T> Array<T> pattern(const Shape& shape) {
    Array<T> mask = Array<T>::from_shape(shape);
    for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = T(i % 3);
    return mask;
}

template <class F> Row row(std::string name, std::string of, F f, Reference reference, std::vector<Shapes> shapes,
                           Domain domain = Domain::anywhere) {
    return {std::move(name), std::move(of), f, f, std::move(reference), std::move(shapes), domain};
}
template <class F> Row unary(std::string name, F f, double (*value)(double), Domain domain = Domain::anywhere) {
    return row(
        std::move(name), "", [f](const auto& x) { return f(x[0]); },
        [value](const Arrays<double>& x) {
            return elementwise(x, [value](const std::vector<double>& e) { return value(e[0]); });
        },
        one_of_each(), domain);
}
template <class F>
Row binary(std::string name, F f, double (*value)(double, double), Domain domain = Domain::anywhere) {
    return row(
        std::move(name), "", [f](const auto& x) { return f(x[0], x[1]); },
        [value](const Arrays<double>& x) {
            return elementwise(x, [value](const std::vector<double>& e) { return value(e[0], e[1]); });
        },
        broadcast_pairs(), domain);
}

// x moved into the domain; which: of the inputs
template <class T> T placed(T x, Domain domain, std::size_t which) {
    switch (domain) {
        case Domain::positive:
            return T(0.8) + std::abs(x);
        case Domain::away_from_zero:
            return x < 0 ? x - T(0.8) : x + T(0.8);
        case Domain::apart:
            return std::round(2 * x) / 2 + T(which) / 4;
        case Domain::anywhere:
            break;
    }
    return x;
}
// Inputs for a row: the same for the same seed.
template <class T> Arrays<T> inputs(const Row& row, const Shapes& shapes, unsigned seed) {
    Arrays<T> xs;
    for (const Shape& s : shapes) {
        Array<T> x = random_array<T>(s, ++seed, -1.5, 1.5);
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = placed(x.data()[i], row.domain, xs.size());
        xs.push_back(std::move(x));
    }
    return xs;
}
template <class T> const Operation<T>& operation(const Row& row) {
    if constexpr (std::is_same_v<T, double>)
        return row.in_double;
    else
        return row.in_float;
}

}  // namespace xtape::test
