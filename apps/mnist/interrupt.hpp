// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace xtape::apps {

// From now on the first Ctrl-C, or SIGTERM, is only noted; the second one ends the program at once.
void catch_interrupts();

// The signal that came, or 0.
int interrupted();

}  // namespace xtape::apps
