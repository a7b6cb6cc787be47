// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/rnn.hpp>

#include "settings.hpp"

namespace xtape::apps {

// The network that these settings ask for, as it is before training, for images with so many columns.
nn::RNN<float> network(const Settings& settings, std::size_t columns);

}  // namespace xtape::apps
