// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/indexed.hpp>

#include <algorithm>

namespace xtape {
namespace {

// each(where a row of the table begins, where that of the rows, its length)
template <class Each> void each_row(const RowChoice& choice, Each each) {
    const Axis& a = choice.axis;
    for (std::size_t o = 0, row = 0; o < a.outer; ++o)
        for (const std::int64_t i : choice.index)
            each((o * a.length + std::size_t(i)) * a.inner, a.inner * row++, a.inner);
}

}  // namespace

template <class T> void Picked<T>::assign_to(Array<T>& out) const {
    out.resize(shape());
    out.fill(T(0));
    add_to(out);
}
template <class T> void Picked<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    const std::size_t columns = x.shape()[1];
    for (std::size_t i = 0; i < index.size(); ++i) out.data()[i] += x.data()[i * columns + std::size_t(index[i])];
}

template <class T> void Scattered<T>::assign_to(Array<T>& out) const {
    out.resize(shape());
    out.fill(T(0));
    add_to(out);
}
template <class T> void Scattered<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), shape());
    for (std::size_t i = 0; i < index.size(); ++i) out.data()[i * columns + std::size_t(index[i])] += g.data()[i];
}

template <class T> void RowsTaken<T>::assign_to(Array<T>& out) const {
    out.resize(choice.rows);
    each_row(choice, [&](std::size_t from, std::size_t at, std::size_t n) {
        std::copy_n(table.data() + from, n, out.data() + at);
    });
}
template <class T> void RowsTaken<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), choice.rows);
    each_row(choice, [&](std::size_t from, std::size_t at, std::size_t n) {
        add_run(table.data() + from, out.data() + at, n);
    });
}

template <class T> void RowsSummed<T>::assign_to(Array<T>& out) const {
    out.resize(choice.table);
    out.fill(T(0));
    add_to(out);
}
template <class T> void RowsSummed<T>::add_to(Array<T>& out) const {
    same_shape(out.shape(), choice.table);
    each_row(choice,
             [&](std::size_t at, std::size_t from, std::size_t n) { add_run(g.data() + from, out.data() + at, n); });
}

template struct Picked<float>;
template struct Scattered<float>;
template struct RowsTaken<float>;
template struct RowsSummed<float>;
template struct Picked<double>;
template struct Scattered<double>;
template struct RowsTaken<double>;
template struct RowsSummed<double>;

}  // namespace xtape
