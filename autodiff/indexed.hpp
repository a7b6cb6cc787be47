// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Elements and rows of arrays chosen by whole numbers; see array_math.hpp.

#include <xtape/autodiff/products.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace xtape {

using Indices = std::vector<std::int64_t>;

// y[i] = x[i, index[i]]                x (N, K)
template <class T> struct Picked {
    const Array<T>& x;
    const Indices& index;
    Shape shape() const { return {x.shape()[0]}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// zeros (N, K) with [i, index[i]] = g[i]
template <class T> struct Scattered {
    const Array<T>& g;
    const Indices& index;
    std::size_t columns;
    Shape shape() const { return {g.shape()[0], columns}; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// Places along one axis of a table, and the shapes of the table and of what stands there.
struct RowChoice {
    Indices index;
    Axis axis;  // of the table
    Shape table, rows;
};
using Choice = std::shared_ptr<const RowChoice>;  // what takes rows and what sums them share it

// The chosen rows of a table
template <class T> struct RowsTaken {
    const Array<T>& table;
    const RowChoice& choice;
    const Shape& shape() const { return choice.rows; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

// A table of zeros to which the rows g are added, in their order. Adding it touches the chosen rows only.
template <class T> struct RowsSummed {
    const Array<T>& g;
    const RowChoice& choice;
    const Shape& shape() const { return choice.table; }
    void assign_to(Array<T>& out) const;
    void add_to(Array<T>& out) const;
};

template <class T> Picked<T> pick(const Array<T>& x, const Indices& index) { return {x, index}; }
template <class T> Scattered<T> scatter(const Array<T>& g, const Indices& index, std::size_t columns) {
    return {g, index, columns};
}
template <class T> RowsTaken<T> take_rows(const Array<T>& table, const Choice& choice) { return {table, *choice}; }
template <class T> RowsSummed<T> sum_rows(const Array<T>& g, const Choice& choice) { return {g, *choice}; }

}  // namespace xtape
