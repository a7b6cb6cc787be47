// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/state.hpp>

#include <ranges>
#include <vector>

namespace xtape::nn {
namespace detail {

template <class N>
concept WholeNumber = std::integral<N> && !std::same_as<N, bool>;
template <class M>
concept HasShape = requires(const M& m) {
    m.shape(), m.dimension();
};

}  // namespace detail

// Which steps of which sequences of a batch there are. Made of lengths, whole numbers, one for each row and in any
// order, 0 included; or of a mask (T, B), not 0 where there is a step. Made of nothing: all of them are there.
class Padding {
public:
    Padding() = default;
    Padding(Indices lengths) : lengths_(std::move(lengths)), rows_(lengths_.size()), is_given_(true) {}
    Padding(std::initializer_list<std::int64_t> lengths) : Padding(Indices(lengths)) {}
    template <std::ranges::input_range R>
    requires(detail::WholeNumber<std::ranges::range_value_t<R>> && !detail::HasShape<R>) Padding(const R& lengths)
        : Padding(Indices(std::ranges::begin(lengths), std::ranges::end(lengths))) {}
    template <detail::HasShape M> Padding(const M& array) : Padding(Array<double>(array), 0) {
        if constexpr (detail::WholeNumber<typename M::value_type>)
            if (array.dimension() == 1) *this = Padding(Indices(array.begin(), array.end()));
    }

    bool any(std::size_t t) const { return count(t) > 0 || !is_given_; }  // is there a sequence with this step?
    bool all(std::size_t t) const { return count(t) == rows_; }
    // Throws Error unless xs is (T, B, ...) with a length in [0, T] for each row, or a mask of (T, B).
    void check_fits(const Shape& xs, Where where) const;

    // next for the sequences that have step t, before for the others.
    template <State S> S keep(std::size_t t, const S& next, const S& before) const {
        return map_state(
            [&]<class T>(const Variable<T>& n, const Variable<T>& b) {
                return where(column<T>(t, n.value().dimension()), n, b);
            },
            next, before);
    }
    // 1 where there is a step, else 0: (steps, rows), for a loss that counts real steps only. Throws Error unless
    // sequences (steps, rows) fit.
    template <class T> Array<T> mask(std::size_t steps, std::size_t rows, Where = Where::here()) const;
    template <class T> Array<T> mask(std::size_t steps) const { return mask<T>(steps, rows_); }

private:
    Padding(Array<double> mask, int) : mask_(std::move(mask)), is_given_(true) {
        rows_ = mask_.dimension() == 2 ? mask_.shape()[1] : 0;
    }
    bool has(std::size_t t, std::size_t row) const {
        return mask_.dimension() == 2 ? mask_(t, row) != 0 : std::int64_t(t) < lengths_[row];
    }
    std::size_t count(std::size_t t) const;
    template <class T> Array<T> column(std::size_t t, std::size_t dimension) const;  // of the mask: (B, 1, ...)

    Indices lengths_;
    Array<double> mask_;
    std::size_t rows_ = 0;
    bool is_given_ = false;
};

}  // namespace xtape::nn
