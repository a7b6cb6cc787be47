// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/init.hpp>

#include <xtensor-blas/xlinalg.hpp>

#include <algorithm>
#include <cmath>
#include <random>

namespace xtape::nn {

struct Generator::Engine : std::mt19937_64 {
    using std::mt19937_64::mt19937_64;
};
Generator::Generator(std::uint64_t seed) : engine_(std::make_unique<Engine>(seed)) {}
Generator::~Generator() = default;
Generator::result_type Generator::operator()() { return (*engine_)(); }

namespace {

template <class T, class Distribution>
Array<T> drawn(std::size_t rows, std::size_t columns, Generator& generator, Distribution distribution) {
    Array<T> w = Array<T>::from_shape({rows, columns});
    for (T& x : w) x = T(distribution(generator));
    return w;
}

}  // namespace

template <class T> Array<T> uniform(std::size_t rows, std::size_t columns, Generator& generator, double most) {
    return drawn<T>(rows, columns, generator, std::uniform_real_distribution<double>(-most, most));
}

template <class T> Array<T> normal(std::size_t rows, std::size_t columns, Generator& generator, double deviation) {
    return drawn<T>(rows, columns, generator, std::normal_distribution<double>(0, deviation));
}

template <class T> Array<T> glorot(std::size_t rows, std::size_t columns, Generator& generator, double gain) {
    const double a = gain * std::sqrt(6.0 / double(std::max<std::size_t>(1, rows + columns)));
    return uniform<T>(rows, columns, generator, a);
}

template <class T> Array<T> orthogonal(std::size_t rows, std::size_t columns, Generator& generator, double gain) {
    const std::size_t n = std::max(rows, columns), m = std::min(rows, columns);
    Array<T> w = Array<T>::from_shape({rows, columns});
    if (m == 0) return w;
    std::normal_distribution<double> normal;
    xt::xtensor<double, 2> a = xt::xtensor<double, 2>::from_shape({n, m});
    for (double& x : a) x = normal(generator);
    const auto [q, r] = xt::linalg::qr(a);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < m; ++j) {
            const double x = gain * q(i, j) * (r(j, j) < 0 ? -1 : 1);  // unique, hence uniform
            (rows >= columns ? w(i, j) : w(j, i)) = T(x);
        }
    return w;
}

template Array<float> uniform(std::size_t, std::size_t, Generator&, double);
template Array<double> uniform(std::size_t, std::size_t, Generator&, double);
template Array<float> normal(std::size_t, std::size_t, Generator&, double);
template Array<double> normal(std::size_t, std::size_t, Generator&, double);
template Array<float> glorot(std::size_t, std::size_t, Generator&, double);
template Array<double> glorot(std::size_t, std::size_t, Generator&, double);
template Array<float> orthogonal(std::size_t, std::size_t, Generator&, double);
template Array<double> orthogonal(std::size_t, std::size_t, Generator&, double);

}  // namespace xtape::nn
