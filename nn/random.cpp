// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/random.hpp>

#include <Random123/philox.h>

#include <cmath>

namespace xtape::nn {
namespace {

using Philox = r123::Philox4x64;  // of 10 rounds

std::size_t product(const Shape& shape, std::size_t from, std::size_t to) {
    std::size_t n = 1;
    for (std::size_t i = from; i < to; ++i) n *= shape[i];
    return n;
}

// write(block, place, n) for the n <= N numbers from `place` on that a block of random bits is for.
template <std::size_t N, class Write>
void for_each_block(const Shape& shape, const Source& source, const Draw& draw, const Write& write) {
    const std::size_t axis = std::min(draw.axis, shape.size());
    const std::size_t steps = product(shape, 0, axis), rows = shape.empty() ? 1 : shape[axis],
                      features = shape.empty() ? 1 : product(shape, axis + 1, shape.size());
    const Philox::key_type key{{source.seed, source.step}};
    std::size_t place = 0;
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t i = 0; i < features; i += N) {
                const std::size_t n = std::min(N, features - i);
                const Philox::ctr_type counter{
                    {i / N | draw.part << 48, draw.layer, static_cast<std::uint64_t>(draw.time) + t, source.row + r}};
                write(Philox()(counter, key), place, n);
                place += n;
            }
}

void check_axis(const Shape& shape, const Draw& draw, const char* op, Where where) {
    check(draw.axis < std::max<std::size_t>(1, shape.size()), where, op, "the array must have the axis of rows, ",
          draw.axis, "; got shape ", shape);
}

}  // namespace

Source source(Where where) {
    check(training(), where, "random", "numbers of training are drawn inside of an nn::Training; got none");
    return {mode_state.seed, mode_state.step, mode_state.row};
}

template <class T> Array<T> uniform(const Shape& shape, const Source& source, const Draw& draw, Where where) {
    check_axis(shape, draw, "uniform", where);
    constexpr int bits = std::numeric_limits<T>::digits;
    constexpr T width = T(1) / T(std::uint64_t{1} << bits);
    Array<T> u = Array<T>::from_shape(shape);
    for_each_block<4>(shape, source, draw, [&](const Philox::ctr_type& block, std::size_t place, std::size_t n) {
        for (std::size_t k = 0; k < n; ++k) u.data()[place + k] = T(block[k] >> (64 - bits)) * width;
    });
    return u;
}

template <class T>
Array<T> bernoulli(const Shape& shape, double p, const Source& source, const Draw& draw, Where where) {
    check_axis(shape, draw, "bernoulli", where);
    check(p >= 0 && p <= 1, where, "bernoulli", "a probability must be in [0, 1]; got ", p);
    const auto below = static_cast<std::uint64_t>(std::ldexp(p, 32));
    Array<T> m = Array<T>::from_shape(shape);
    for_each_block<8>(shape, source, draw, [&](const Philox::ctr_type& block, std::size_t place, std::size_t n) {
        for (std::size_t k = 0; k < n; ++k)
            m.data()[place + k] = T((block[k / 2] >> (k % 2 * 32) & 0xffffffff) < below);
    });
    return m;
}

template Array<float> uniform(const Shape&, const Source&, const Draw&, Where);
template Array<double> uniform(const Shape&, const Source&, const Draw&, Where);
template Array<float> bernoulli(const Shape&, double, const Source&, const Draw&, Where);
template Array<double> bernoulli(const Shape&, double, const Source&, const Draw&, Where);

}  // namespace xtape::nn
