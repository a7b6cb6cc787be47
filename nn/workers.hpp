// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>

namespace xtape::nn {

// Runs task(0) ... task(tasks - 1) on up to `threads` threads (0: as many as the machine has), the caller among them,
// in any order, each in the caller's mode (nn::Training), with denormals flushed and BLAS on one thread. Rethrows what
// the first of the tasks in order threw, when all have ended. Threads are kept for the next call; a call from within a
// task, or while another thread's is running, runs on the caller alone.
void run_parallel(std::size_t tasks, std::size_t threads, const std::function<void(std::size_t)>& task);

}  // namespace xtape::nn
