// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/array_math.hpp>

#include <xtape/autodiff/check.hpp>

#include <algorithm>
#include <bit>

namespace xtape {
namespace {

// Sums in pairs, as NumPy does: blocks of rows are added up one by one, blocks two by two, so that the error grows with
// the logarithm of their number. xt::sum<float> adds one by one: 2e7 ones make 16,777,216.
constexpr std::size_t block_rows = 64;

// (n, inner) -> out (inner) +=, rows one by one
template <class T> void add_rows(const T* from, std::size_t n, std::size_t inner, T* out) {
    for (std::size_t r = 0; r < n; ++r) add_run(from + r * inner, out, inner);
}

// n numbers in eight lanes, which the compiler turns into vector registers
template <class T> T sum_block(const T* from, std::size_t n) {
    T lanes[8] = {};
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (std::size_t l = 0; l < 8; ++l) lanes[l] += from[i + l];
    T rest = 0;
    for (; i < n; ++i) rest += from[i];
    return (((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))) + rest;
}

template <class T> void sum_rows_of_block(const T* from, std::size_t n, std::size_t inner, T* out) {
    if (inner == 1) {
        out[0] = sum_block(from, n);
        return;
    }
    std::fill_n(out, inner, T(0));
    add_rows(from, n, inner, out);
}

// (n, inner) -> out (inner) +=. After block i, as many finished sums are merged as i + 1 has trailing zero bits.
template <class T> void sum_rows(const T* from, std::size_t n, std::size_t inner, T* out, std::vector<T>& sums) {
    if (n <= block_rows && inner > 1) return add_rows(from, n, inner, out);
    const std::size_t rows = inner == 1 ? 8 * block_rows : block_rows;
    std::size_t waiting = 0;  // sums waiting to be merged, each of a power of two of blocks
    auto sum = [&](std::size_t k) { return sums.data() + k * inner; };
    for (std::size_t block = 0; block * rows < n; ++block) {
        sums.resize(std::max(sums.size(), (waiting + 1) * inner));
        sum_rows_of_block(from + block * rows * inner, std::min(rows, n - block * rows), inner, sum(waiting++));
        for (auto merges = std::countr_zero(block + 1); merges > 0; --merges, --waiting)
            add_run(sum(waiting - 1), sum(waiting - 2), inner);
    }
    for (; waiting > 1; --waiting) add_run(sum(waiting - 1), sum(waiting - 2), inner);
    if (waiting) add_run(sum(0), out, inner);
}

// One axis of g: (outer, length, inner) -> out (outer, inner) +=
template <class T> void sum_axis(const T* g, const Axis& a, T* out) {
    if (a.length == 1) return add_run(g, out, a.outer * a.inner);
    std::vector<T> sums;
    for (std::size_t o = 0; o < a.outer; ++o)
        sum_rows(g + o * a.length * a.inner, a.length, a.inner, out + o * a.inner, sums);
}

// The first run of axes (leading ones, or of length 1 in `to`) over which `from` must be summed, as one axis.
struct Run {
    std::size_t begin = 0, end = 0;
};
Run first_run(const Shape& from, const Shape& to) {
    auto reduced = [&](std::size_t i) { return from[i] != to[i]; };
    Run run;
    while (run.begin < from.size() && !reduced(run.begin)) ++run.begin;
    run.end = run.begin;
    while (run.end < from.size() && reduced(run.end)) ++run.end;
    return run;
}

Axis merged(const Shape& shape, const Run& run) {
    Axis a{1, 1, 1};
    for (std::size_t i = 0; i < shape.size(); ++i)
        (i < run.begin ? a.outer : i < run.end ? a.length : a.inner) *= shape[i];
    return a;
}

}  // namespace

template <class T> T sum_of(const T* from, std::size_t n) {
    if (n <= 8 * block_rows) return sum_block(from, n);
    std::vector<T> sums;
    T sum = 0;
    sum_rows(from, n, 1, &sum, sums);
    return sum;
}

template <class T> void Summed<T>::assign_to(Array<T>& out) const {
    out.resize(to);
    out.fill(T(0));
    add_to(out);
}

template <class T> void Summed<T>::add_to(Array<T>& out) const {
    if (g.size() == out.size() && out.shape() == to) return add_run(g.data(), out.data(), g.size());
    Shape from = g.shape(), target(from.size(), 1);  // `to` with leading axes of length 1
    check(out.shape() == to && to.size() <= from.size(), {}, "sum_to", "shapes must fit; got ", from, " to ", to,
          " into ", out.shape());
    std::copy(to.begin(), to.end(), target.end() - std::ptrdiff_t(to.size()));
    for (std::size_t i = 0; i < from.size(); ++i)
        check(target[i] == from[i] || target[i] == 1, {}, "sum_to", "each axis must stay or become 1; got ", from,
              " to ", to);
    Array<T> held;  // the result of the runs but the last
    const T* data = g.data();
    for (;;) {
        const Run run = first_run(from, target);
        const Axis axis = merged(from, run);
        for (std::size_t i = run.begin; i < run.end; ++i) from[i] = 1;
        if (from == target) return sum_axis(data, axis, out.data());
        Array<T> next = zeros<T>(from);
        sum_axis(data, axis, next.data());
        held = std::move(next);
        data = held.data();
    }
}

template <class T> Array<T> keep_sum(const Array<T>& x, std::size_t axis) {
    Shape to = x.shape();
    to[axis] = 1;
    Array<T> out;
    Summed<T>{x, to}.assign_to(out);
    return out;
}

template struct Summed<float>;
template struct Summed<double>;
template float sum_of(const float*, std::size_t);
template double sum_of(const double*, std::size_t);
template Array<float> keep_sum(const Array<float>&, std::size_t);
template Array<double> keep_sum(const Array<double>&, std::size_t);

}  // namespace xtape
