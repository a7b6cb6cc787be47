// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/array_math.hpp>
#include <xtape/autodiff/norm.hpp>
#include <xtape/autodiff/vectors.hpp>

#include <cmath>

namespace xtape {
namespace {

// Of one row: what turns x into n = (x - mean) scale
template <class T> struct Moments {
    Vector<T> mean, scale;
    Vector<T> operator()(const Vector<T>& x) const { return (x - mean) * scale; }
};
// The variance is summed from centred numbers: that of x^2 would lose it where the mean is large.
template <class T> Moments<T> moments(const T* x, std::size_t n, double epsilon, std::vector<T>& squares) {
    const T mean = sum_of(x, n) / T(n);
    squares.resize(n);
    by_vectors<T, 1, 1>(n, {x}, {squares.data()}, [mean](const auto& v) {
        const Vector<T> d = v[0] - Vector<T>(mean);
        return std::array{d * d};
    });
    const T variance = sum_of(squares.data(), n) / T(n);
    return {Vector<T>(mean), Vector<T>(T(1) / std::sqrt(variance + T(epsilon)))};
}

// each(where a row begins, its length, its moments)
template <class T, class Each> void each_row(const Array<T>& x, double epsilon, const Each& each) {
    std::vector<T> squares;
    const std::size_t n = x.shape().back();
    for (std::size_t at = 0; at < x.size(); at += n) each(at, n, moments(x.data() + at, n, epsilon, squares));
}

}  // namespace

template <class T> void Normed<T>::assign_to(Array<T>& out) const {
    out.resize(x.shape());
    each_row(x, epsilon, [&](std::size_t at, std::size_t n, const Moments<T>& normed) {
        by_vectors<T, 3, 1>(n, {x.data() + at, gain.data(), bias.data()}, {out.data() + at},
                            [&](const auto& v) { return std::array{normed(v[0]) * v[1] + v[2]}; });
    });
}

// dx = scale (h - mean of h - n mean of h n), h = dy gain
template <class T> void NormedByX<T>::assign_to(Array<T>& out) const {
    out.resize(x.shape());
    std::vector<T> h(gain.size()), hn(gain.size());
    each_row(x, epsilon, [&](std::size_t at, std::size_t n, const Moments<T>& normed) {
        by_vectors<T, 3, 2>(n, {g.data() + at, gain.data(), x.data() + at}, {h.data(), hn.data()}, [&](const auto& v) {
            const Vector<T> product = v[0] * v[1];
            return std::array{product, product * normed(v[2])};
        });
        const Vector<T> a(sum_of(h.data(), n) / T(n)), b(sum_of(hn.data(), n) / T(n));
        by_vectors<T, 2, 1>(n, {h.data(), x.data() + at}, {out.data() + at},
                            [&](const auto& v) { return std::array{normed.scale * (v[0] - a - normed(v[1]) * b)}; });
    });
}

template <class T> void NormedByGain<T>::assign_to(Array<T>& out) const {
    out.resize(x.shape());
    each_row(x, epsilon, [&](std::size_t at, std::size_t n, const Moments<T>& normed) {
        by_vectors<T, 2, 1>(n, {g.data() + at, x.data() + at}, {out.data() + at},
                            [&](const auto& v) { return std::array{v[0] * normed(v[1])}; });
    });
}

template struct Normed<float>;
template struct NormedByX<float>;
template struct NormedByGain<float>;
template struct Normed<double>;
template struct NormedByX<double>;
template struct NormedByGain<double>;

}  // namespace xtape
