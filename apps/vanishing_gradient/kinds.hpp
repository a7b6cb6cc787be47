// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "networks.hpp"

namespace xtape::apps {

// The networks that are trained, by what they begin as.
struct Kind {
    std::string name, title;  // in files and on the screen, and in pictures
    Network (*make)(const nn::RNNSizes&, nn::Generator&);
};
const std::vector<Kind>& kinds();

}  // namespace xtape::apps
