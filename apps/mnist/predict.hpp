// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands.hpp"

namespace xtape::apps {

// Shows what a saved network reads in images, after all of them were found to be good. The exit code.
int predict(const Predict& command);

}  // namespace xtape::apps
