// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace xtape {
namespace nn {
class Statistics;
}

// What nn::Training says of this thread. The engine reads none of it: what a checkpoint computes again, it computes in
// the mode of the first time, and `again` says so.
struct Mode {
    bool training = false, again = false;
    std::uint64_t seed = 0, step = 0;
    std::size_t row = 0;
    nn::Statistics* statistics = nullptr;
};
inline constinit thread_local Mode mode_state;

// This thread is in another mode for as long as this lives.
class Within {
public:
    explicit Within(const Mode& mode) : before_(std::exchange(mode_state, mode)) {}
    ~Within() { mode_state = before_; }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

private:
    Mode before_;
};

}  // namespace xtape
