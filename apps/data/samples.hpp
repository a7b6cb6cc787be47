// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>

#include <span>

#include "apps/data/mnist.hpp"

namespace xtape::apps {

using Chosen = std::span<const std::uint32_t>;  // images by their indices

// The order in which an epoch reads n images. It depends on nothing else, so that any step can be returned to.
std::vector<std::uint32_t> epoch_order(std::size_t n, std::uint64_t seed, std::size_t epoch);

// How far training images are moved: at most so many pixels up or down and to a side, each place as likely as another.
// An image's place depends on nothing but these and its index.
struct Shift {
    std::size_t most = 0;
    std::uint64_t seed = 0;
    std::size_t epoch = 0;
};

// Rows of images are time steps: (T, B, I), pixels from 0 to 1, 0 where a moved image leaves a border
Array<float> sequences(const Images& images, Chosen chosen, Shift shift = {});
Indices labels(const Digits& digits, Chosen chosen);

Digits part(const Digits& digits, std::size_t begin, std::size_t end);

}  // namespace xtape::apps
