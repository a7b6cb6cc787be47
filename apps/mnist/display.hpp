// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <string>

#include "training.hpp"

namespace xtape::apps {

// Shows a training on the standard output: a line for every epoch, and on a terminal below them one line that moves.
class Display {
public:
    Display(const Training& training, bool quiet);
    ~Display() { clear(); }
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    void step();   // after each one; draws at most ten times a second
    void epoch();  // after the last step of one

private:
    void clear();
    double rate() const;  // images/s since this began
    std::string speed() const;
    std::string moving_line() const;

    const Training& training_;
    const bool lines_, moves_;
    const double seconds_before_, images_before_;
    std::chrono::steady_clock::time_point drawn_{};
    bool shown_ = false;
};

}  // namespace xtape::apps
