// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands.hpp"

namespace xtape::apps {

// Tests a saved network on all test images, as after a training. The exit code.
int eval(const Eval& command);

}  // namespace xtape::apps
