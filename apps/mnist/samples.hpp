// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>

#include <span>

#include "apps/data/mnist.hpp"

namespace xtape::apps {

using Chosen = std::span<const std::uint32_t>;  // images by their indices

// The order in which an epoch reads n images. It depends on nothing else, so that any step can be returned to.
std::vector<std::uint32_t> epoch_order(std::size_t n, std::uint64_t seed, std::size_t epoch);

// Rows of images are time steps: (T, B, I), pixels from 0 to 1
Array<float> sequences(const Images& images, Chosen chosen);
Indices labels(const Digits& digits, Chosen chosen);

Digits part(const Digits& digits, std::size_t begin, std::size_t end);

}  // namespace xtape::apps
