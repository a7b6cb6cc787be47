// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/embedding.hpp>

#include <cmath>

namespace xtape::nn {

template <class T> Embedding<T>::Embedding(std::size_t things, std::size_t features, Generator& generator)
    : w("w", uniform<T>(things, features, generator, std::sqrt(3 / double(features)))) {}

template struct Embedding<float>;
template struct Embedding<double>;

}  // namespace xtape::nn
