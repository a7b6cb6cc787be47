// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "experiment.hpp"

namespace xtape::apps::memory {

// What gradients through the last k steps alone are wrong by, beside what bounds it.
Picture bias_picture(const Settings& s);

}  // namespace xtape::apps::memory
