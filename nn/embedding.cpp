// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/embedding.hpp>
#include <xtape/nn/gates.hpp>

#include <cmath>

namespace xtape::nn {

template <class T> Embedding<T>::Embedding(std::size_t things, std::size_t features, Generator& generator)
    : w("w", zeros<T>({things, features})) {
    const double a = std::sqrt(3 / double(features));
    for (T& x : w.edit()) x = T(a * (2 * uniform(generator) - 1));
}

template struct Embedding<float>;
template struct Embedding<double>;

}  // namespace xtape::nn
