// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace xtape::apps {

// timeout(1) sends its signal twice, to the program and to its group: what comes within these seconds is one wish.
inline constexpr double one_wish = 0.5;

// From now on the first Ctrl-C, or SIGTERM, is only noted; a second one, later, ends the program at once.
void catch_interrupts();

// From now on they end the program again, and so does one that came before now.
void release_interrupts();

// The signal that came, or 0.
int interrupted();

}  // namespace xtape::apps
