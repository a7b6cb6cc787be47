// SPDX-License-Identifier: BSD-3-Clause
// The rows of probabilities, and of losses.
#include "references.hpp"

namespace xtape::test {

using namespace reference;

std::vector<Row> softmax_rows() {
    return {
        row(
            "log_softmax", "", [](const auto& x) { return log_softmax(x[0]); },
            [](const As& x) { return log_softmaxed(x[0], x[0].dimension() - 1); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}};
                },
                {{{4}}, {{1}}, {{3, 4}}, {{2, 3, 4}}, {{0, 3}}, {{3, 0}}, {{2, 67}}})),
        row(
            "log_softmax", "axis 1", [](const auto& x) { return log_softmax(x[0], 1); },
            [](const As& x) { return log_softmaxed(x[0], 1); }, cubes()),
        row(
            "cross_entropy", "",
            [](const auto& x) { return cross_entropy(x[0], labels(x[0].shape()[0], x[0].shape()[1])); },
            [](const As& x) {
                return sums(times({A(-1.0), picked(log_softmaxed(x[0], 1))}), 0, false, true);
            },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}};
                },
                {{{3, 4}}, {{1, 1}}, {{5, 10}}, {{1, 67}}})),
    };
}

}  // namespace xtape::test
