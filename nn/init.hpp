// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>

#include <cstdint>
#include <memory>

namespace xtape::nn {

// Random bits for first weights: those of std::mt19937_64, whose header takes a user's file longer than all of this.
class Generator {
public:
    using result_type = std::uint64_t;
    explicit Generator(std::uint64_t seed);
    ~Generator();
    result_type operator()();
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }

private:
    struct Engine;
    std::unique_ptr<Engine> engine_;
};

// U(-most, most) and N(0, deviation^2), (rows, columns)
template <class T> Array<T> uniform(std::size_t rows, std::size_t columns, Generator& generator, double most);
template <class T> Array<T> normal(std::size_t rows, std::size_t columns, Generator& generator, double deviation);

// U(-a, a) with a = gain sqrt(6 / (rows + columns)), (rows, columns): Glorot and Bengio 2010
template <class T> Array<T> glorot(std::size_t rows, std::size_t columns, Generator& generator, double gain = 1);

// gain Q, (rows, columns), with orthonormal rows or columns, uniformly distributed: Saxe et al. 2013, Mezzadri 2007
template <class T> Array<T> orthogonal(std::size_t rows, std::size_t columns, Generator& generator, double gain = 1);

}  // namespace xtape::nn
