// SPDX-License-Identifier: BSD-3-Clause
#include "learning.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <numeric>

namespace xtape::apps::memory {

Answer classified(const V& scores, const Indices& labels, std::size_t first) {
    const Array<float>& s = scores.value();
    const std::size_t classes = s.shape()[1];
    std::size_t wrong = 0;
    for (std::size_t i = first; i < labels.size(); ++i) {
        const float* row = s.data() + i * classes;
        wrong += std::max_element(row, row + classes) - row != labels[i];
    }
    return {cross_entropy(scores, labels), static_cast<double>(wrong) / static_cast<double>(labels.size() - first)};
}

double recent(const std::vector<double>& errors) {
    constexpr std::ptrdiff_t batches = 20;
    if (std::ssize(errors) < batches) return std::numeric_limits<double>::infinity();
    return std::accumulate(errors.end() - batches, errors.end(), 0.0) / batches;
}

double thread_seconds() {
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace xtape::apps::memory
