// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

#include <numeric>

namespace xtape {
namespace {

// pick and scatter are each other's transpose.
struct Pick {
    static constexpr unsigned reads[] = {nothing};
    Indices index;
    std::size_t columns;
    auto forward(const auto& x) const { return pick(x, index); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return scatter(g, index, columns); }
};
struct Scatter {
    static constexpr unsigned reads[] = {nothing};
    Indices index;
    std::size_t columns;
    auto forward(const auto& g) const { return scatter(g, index, columns); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return pick(g, index); }
};

// take and segment_sum are each other's transpose too, with the same choice of rows.
template <class T> Variable<T> take_rows(const Variable<T>& table, const Choice& choice);
template <class T> Variable<T> sum_rows(const Variable<T>& g, const Choice& choice);
struct Take {
    static constexpr unsigned reads[] = {nothing};
    Choice choice;
    auto forward(const auto& x) const { return take_rows(x, choice); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return sum_rows(g, choice); }
};
struct SegmentSum {
    static constexpr unsigned reads[] = {nothing};
    Choice choice;
    auto forward(const auto& g) const { return sum_rows(g, choice); }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return take_rows(g, choice); }
};
template <class T> Variable<T> take_rows(const Variable<T>& table, const Choice& choice) {
    return record<T>(Where{}, Take{choice}, table);
}
template <class T> Variable<T> sum_rows(const Variable<T>& g, const Choice& choice) {
    return record<T>(Where{}, SegmentSum{choice}, g);
}

void check_places(Where where, std::string_view op, const Indices& index, std::size_t length) {
    for (const std::int64_t i : index)
        check(i >= 0 && std::size_t(i) < length, where, op, "indices must be in [0, ", length, "); got ", i);
}

}  // namespace

void check_index(Where where, std::string_view op, const Indices& index, std::size_t rows, std::size_t columns) {
    check(index.size() == rows, where, op, "there must be one index a row, ", rows, "; got ", index.size());
    check_places(where, op, index, columns);
}

template <class T> Variable<T> pick(const Variable<T>& x, const Indices& index, Where where) {
    const Shape& s = x.value().shape();
    check(s.size() == 2, where, "pick", "the array must be (N, K); got ", s, "; try reshape");
    check_index(where, "pick", index, s[0], s[1]);
    return record<T>(where, Pick{index, s[1]}, x);
}

template <class T> Variable<T> scatter(const Variable<T>& g, const Indices& index, std::size_t columns, Where where) {
    const Shape& s = g.value().shape();
    check(s.size() == 1, where, "scatter", "the array must be (N,); got ", s, "; try reshape");
    check_index(where, "scatter", index, s[0], columns);
    checked_size(where, "scatter", {s[0], columns});
    return record<T>(where, Scatter{index, columns}, g);
}

template <class T>
Variable<T> take(const Variable<T>& x, const Indices& index, const Shape& shape, std::ptrdiff_t axis, Where where) {
    const Shape& table = x.value().shape();
    const std::size_t k = checked_axis(where, "take", axis, table);
    check(checked_size(where, "take", shape) == index.size(), where, "take",
          "there must be an index for each place of ", shape, "; got ", index.size());
    check_places(where, "take", index, table[k]);
    Shape rows(table.begin(), table.begin() + std::ptrdiff_t(k));
    for (const std::size_t n : shape) rows.push_back(n);
    for (std::size_t i = k + 1; i < table.size(); ++i) rows.push_back(table[i]);
    checked_size(where, "take", rows);
    return record<T>(where, Take{std::make_shared<RowChoice>(RowChoice{index, Axis::of(table, k), table, rows})}, x);
}
template <class T> Variable<T> take(const Variable<T>& x, const Indices& index, std::ptrdiff_t axis, Where where) {
    return take(x, index, Shape{index.size()}, axis, where);
}

template <class T> Variable<T> segment_sum(const Variable<T>& g, const Indices& index, std::size_t length,
                                           std::ptrdiff_t axis, Where where) {
    const Shape& rows = g.value().shape();
    const std::size_t k = checked_axis(where, "segment_sum", axis, rows);
    check(index.size() == rows[k], where, "segment_sum", "there must be an index for each of ", rows[k],
          " places of the axis; got ", index.size());
    check_places(where, "segment_sum", index, length);
    Shape table = rows;
    table[k] = length;
    checked_size(where, "segment_sum", table);
    return record<T>(where, SegmentSum{std::make_shared<RowChoice>(RowChoice{index, Axis::of(table, k), table, rows})},
                     g);
}

template <class T> Variable<T> flip(const Variable<T>& x, std::ptrdiff_t axis, Where where) {
    Indices index(x.value().shape()[checked_axis(where, "flip", axis, x.value().shape())]);
    std::iota(index.rbegin(), index.rend(), 0);
    return take(x, index, axis, where);
}

template Variable<float> pick(const Variable<float>&, const Indices&, Where);
template Variable<double> pick(const Variable<double>&, const Indices&, Where);
template Variable<float> scatter(const Variable<float>&, const Indices&, std::size_t, Where);
template Variable<double> scatter(const Variable<double>&, const Indices&, std::size_t, Where);
template Variable<float> take(const Variable<float>&, const Indices&, std::ptrdiff_t, Where);
template Variable<float> take(const Variable<float>&, const Indices&, const Shape&, std::ptrdiff_t, Where);
template Variable<float> segment_sum(const Variable<float>&, const Indices&, std::size_t, std::ptrdiff_t, Where);
template Variable<double> take(const Variable<double>&, const Indices&, std::ptrdiff_t, Where);
template Variable<double> take(const Variable<double>&, const Indices&, const Shape&, std::ptrdiff_t, Where);
template Variable<double> segment_sum(const Variable<double>&, const Indices&, std::size_t, std::ptrdiff_t, Where);
template Variable<float> flip(const Variable<float>&, std::ptrdiff_t, Where);
template Variable<double> flip(const Variable<double>&, std::ptrdiff_t, Where);

}  // namespace xtape
