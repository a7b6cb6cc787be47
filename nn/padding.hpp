// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/state.hpp>

#include <vector>

namespace xtape::nn {

// Which steps of which sequences of a batch there are. Made of lengths, one for each row and in any order, 0 included,
// or of a mask (T, B), not 0 where there is a step. Made of nothing: all of them are there.
class Padding {
public:
    Padding() = default;
    Padding(Indices lengths) : lengths_(std::move(lengths)), rows_(lengths_.size()), is_given_(true) {}
    Padding(std::initializer_list<std::int64_t> lengths) : Padding(Indices(lengths)) {}
    template <class M>
    requires requires(const M& m) { m.shape(), m.dimension(); }
    Padding(const M& mask) : Padding(Array<double>(mask), 0) {}

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
    // 1 where there is a step, else 0: (T, B), for a loss that counts real steps only
    template <class T> Array<T> mask(std::size_t steps) const;

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
