// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>

#include <random>

namespace xtape::nn {

using Generator = std::mt19937_64;

// U(-a, a) with a = gain sqrt(6 / (rows + columns)), (rows, columns): Glorot and Bengio 2010
template <class T> Array<T> glorot(std::size_t rows, std::size_t columns, Generator& generator, double gain = 1);

// gain Q, (rows, columns), with orthonormal rows or columns, uniformly distributed: Saxe et al. 2013, Mezzadri 2007
template <class T> Array<T> orthogonal(std::size_t rows, std::size_t columns, Generator& generator, double gain = 1);

}  // namespace xtape::nn
