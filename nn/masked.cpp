// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/masked.hpp>

#include <algorithm>

namespace xtape::nn::detail {
namespace {

bool nothing_padded(const Padding& padding, std::size_t steps) {
    std::size_t t = 0;
    while (t < steps && padding.all(t)) ++t;
    return t == steps;
}

}  // namespace

template <class T> Variable<T> without_padding(const Variable<T>& xs, const Array<T>& mask, Where where) {
    if (std::find(mask.begin(), mask.end(), T(0)) == mask.end()) return xs;
    Shape column(xs.value().dimension(), 1);
    std::copy(mask.shape().begin(), mask.shape().end(), column.begin());
    return xtape::where(reshape(Variable<T>(mask), column, where).value(), xs, Variable<T>(0), where);
}

template <class T> Variable<T> without_padding(const Variable<T>& xs, const Padding& padding, Where where) {
    const std::size_t steps = xs.value().shape()[0];
    return nothing_padded(padding, steps) ? xs : without_padding(xs, padding.mask<T>(steps), where);
}

template <class T> Variable<T> at_end(const Variable<T>& xs, const Padding& padding, End end, Where where) {
    const Shape& s = xs.value().shape();
    Shape rows(s.begin() + 1, s.end()), column(rows.size(), 1);
    if (s[0] == 0) return zeros<T>(rows);
    if (nothing_padded(padding, s[0])) return select(xs, 0, end == End::first ? 0 : -1, where);
    const Array<T> mask = padding.mask<T>(s[0]);
    Indices places(s[1], 0);
    column[0] = s[1];
    Array<T> has = zeros<T>(column);
    for (std::size_t n = 0; n < s[0]; ++n) {  // towards that end
        const std::size_t t = end == End::last ? n : s[0] - 1 - n;
        for (std::size_t row = 0; row < s[1]; ++row)
            if (mask(t, row) != 0) places[row] = std::int64_t(t * s[1] + row), has.data()[row] = 1;
    }
    rows[0] = s[0] * s[1];
    return xtape::where(has, take(reshape(xs, rows, where), places, 0, where), Variable<T>(0), where);
}

template Variable<float> without_padding(const Variable<float>&, const Array<float>&, Where);
template Variable<double> without_padding(const Variable<double>&, const Array<double>&, Where);
template Variable<float> without_padding(const Variable<float>&, const Padding&, Where);
template Variable<double> without_padding(const Variable<double>&, const Padding&, Where);
template Variable<float> at_end(const Variable<float>&, const Padding&, End, Where);
template Variable<double> at_end(const Variable<double>&, const Padding&, End, Where);

}  // namespace xtape::nn::detail
