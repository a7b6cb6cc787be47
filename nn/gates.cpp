// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/gates.hpp>

#include <algorithm>

namespace xtape::nn {
namespace {

template <class T, class Init> Array<T> side_by_side(std::size_t rows, std::size_t hidden, std::size_t n, Init init) {
    Array<T> all = Array<T>::from_shape({rows, n * hidden});
    for (std::size_t k = 0; k < n; ++k) {
        const Array<T> one = init();
        for (std::size_t i = 0; i < rows; ++i)
            std::copy_n(one.data() + i * hidden, hidden, all.data() + i * n * hidden + k * hidden);
    }
    return all;
}

}  // namespace

template <class T>
Array<T> glorot_gates(std::size_t rows, std::size_t hidden, std::size_t n, Generator& generator, double gain) {
    return side_by_side<T>(rows, hidden, n, [&] { return glorot<T>(rows, hidden, generator, gain); });
}

template <class T>
Array<T> orthogonal_gates(std::size_t rows, std::size_t hidden, std::size_t n, Generator& generator, double gain) {
    return side_by_side<T>(rows, hidden, n, [&] { return orthogonal<T>(rows, hidden, generator, gain); });
}

template Array<float> glorot_gates(std::size_t, std::size_t, std::size_t, Generator&, double);
template Array<double> glorot_gates(std::size_t, std::size_t, std::size_t, Generator&, double);
template Array<float> orthogonal_gates(std::size_t, std::size_t, std::size_t, Generator&, double);
template Array<double> orthogonal_gates(std::size_t, std::size_t, std::size_t, Generator&, double);

}  // namespace xtape::nn
