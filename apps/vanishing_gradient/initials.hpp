// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "networks.hpp"

namespace xtape::apps {

// |dL/dstate_1| / |dL/dstate_T| after T rows or pixels of MNIST, and the mean factor of a step in the last half of it,
// as another program found them, with this many images, H = 128, and seeds of its own. 0: it underflowed.
struct Known {
    double ratio, factor;
};
inline std::size_t known_images(bool pixels, bool gates) { return !pixels ? 256 : gates ? 16 : 32; }

// First weights, and what was known of them.
struct Initial {
    std::string name;
    Network (*make)(const nn::RNNSizes&, nn::Generator&);
    Known rows, pixels;
};
const std::vector<Initial>& initials();

}  // namespace xtape::apps
