// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

void Padding::check_fits(const Shape& xs, Where where) const {
    if (!is_given_) return;
    check(xs.size() >= 2, where, "padding", "sequences must be (T, B, ...); got ", xs);
    if (lengths_.empty() && mask_.dimension() > 0)
        return check(mask_.shape() == Shape{xs[0], xs[1]}, where, "padding", "the mask must be (T, B), ",
                     Shape{xs[0], xs[1]}, "; got ", mask_.shape());
    check(lengths_.size() == xs[1], where, "padding", "there must be one length a row, ", xs[1], "; got ",
          lengths_.size());
    for (std::size_t row = 0; row < lengths_.size(); ++row)
        check(lengths_[row] >= 0 && std::size_t(lengths_[row]) <= xs[0], where, "padding", "lengths must be in [0, ",
              xs[0], "], the steps; got ", lengths_[row], " of row ", row);
}

std::size_t detail::checked_steps(const Shape& xs, const Padding& padding, Where where) {
    check(!xs.empty(), where, "unroll", "a sequence must have an axis of time; got one number; try reshape");
    padding.check_fits(xs, where);
    return xs[0];
}

std::size_t Padding::count(std::size_t t) const {
    std::size_t n = 0;
    for (std::size_t row = 0; row < rows_; ++row) n += has(t, row);
    return n;
}

template <class T> Array<T> Padding::column(std::size_t t, std::size_t dimension) const {
    Shape shape(dimension, 1);
    shape[0] = rows_;
    Array<T> m = Array<T>::from_shape(shape);
    for (std::size_t row = 0; row < rows_; ++row) m.data()[row] = T(has(t, row));
    return m;
}

template <class T> Array<T> Padding::mask(std::size_t steps, std::size_t rows, Where where) const {
    check_fits({steps, rows}, where);
    Array<T> m = Array<T>::from_shape({steps, rows});
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t row = 0; row < rows; ++row) m(t, row) = T(!is_given_ || has(t, row));
    return m;
}

template Array<float> Padding::column(std::size_t, std::size_t) const;
template Array<double> Padding::column(std::size_t, std::size_t) const;
template Array<float> Padding::mask(std::size_t, std::size_t, Where) const;
template Array<double> Padding::mask(std::size_t, std::size_t, Where) const;

}  // namespace xtape::nn
