// SPDX-License-Identifier: BSD-3-Clause
// The rows of probabilities, and of losses.
#include "references.hpp"

namespace xtape::test {

using namespace reference;

namespace {

const std::vector<Shapes> last_axes = at_lengths(
    [](std::size_t n) {
        return Shapes{{2, n}};
    },
    {{{4}}, {{1}}, {{3, 4}}, {{2, 3, 4}}, {{0, 3}}, {{3, 0}}, {{2, 700}}});
// 1, 2, 0, 1, ...
A weights(std::size_t rows) {
    A w = A::from_shape({rows});
    for (std::size_t i = 0; i < rows; ++i) w.data()[i] = double((i + 1) % 3);
    return w;
}
// The loss of smoothed labels, of rows that are weighted
A weighted_loss(const A& x, double p, const A& w) {
    const A y = log_softmaxed(x, 1), at_label = picked(y), everywhere = sums(y, 1, false, true);
    const A each =
        elementwise({at_label, everywhere, w}, [p](const auto& e) { return -e[2] * ((1 - p) * e[0] + p * e[1]); });
    return A(total(each) / total(w));
}
const std::vector<Shapes> scores = at_lengths(
    [](std::size_t n) {
        return Shapes{{2, n}};
    },
    {{{3, 4}}, {{1, 1}}, {{5, 10}}, {{1, 67}}, {{67, 2}}});

}  // namespace

std::vector<Row> softmax_rows() {
    return {
        row(
            "softmax", "", [](const auto& x) { return softmax(x[0]); },
            [](const As& x) { return softmaxed(x[0], x[0].dimension() - 1, A(1.0)); }, last_axes),
        row(
            "softmax", "axis 1", [](const auto& x) { return softmax(x[0], 1); },
            [](const As& x) { return softmaxed(x[0], 1, A(1.0)); }, cubes()),
        row(
            "softmax", "masked", [](const auto& x) { return softmax(x[0], pattern<double>(x[0].shape())); },
            [](const As& x) { return softmaxed(x[0], x[0].dimension() - 1, pattern<double>(x[0].shape())); },
            last_axes),
        row(
            "softmax", "axis 0, masked by rows that broadcast",
            [](const auto& x) {
                return softmax(x[0], pattern<double>({x[0].shape()[1], 1}), 0);
            },
            [](const As& x) {
                return softmaxed(x[0], 0, pattern<double>({x[0].shape()[1], 1}));
            },
            cubes()),
        row(
            "softmax", "axis 1, masked along it",
            [](const auto& x) {
                return softmax(x[0], pattern<double>({x[0].shape()[0], x[0].shape()[1], 1}), 1);
            },
            [](const As& x) {
                return softmaxed(x[0], 1, pattern<double>({x[0].shape()[0], x[0].shape()[1], 1}));
            },
            cubes()),
        row(
            "logsumexp", "", [](const auto& x) { return logsumexp(x[0]); },
            [](const As& x) {
                return elementwise({sums(elementwise(x, [](const auto& e) { return std::exp(e[0]); }),
                                         x[0].dimension() - 1, false, false)},
                                   [](const auto& e) { return std::log(e[0]); });
            },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}};
                },
                {{{4}}, {{1}}, {{2, 3, 4}}, {{0, 3}}, {{2, 700}}})),
        row(
            "logsumexp", "axis 0, kept", [](const auto& x) { return logsumexp(x[0], 0, true); },
            [](const As& x) {
                return elementwise({sums(elementwise(x, [](const auto& e) { return std::exp(e[0]); }), 0, true, false)},
                                   [](const auto& e) { return std::log(e[0]); });
            },
            {{{3, 4}}, {{1, 1}}, {{5}}, {{2, 3, 4}}, {{3, 0}}}),
        row(
            "log_softmax", "", [](const auto& x) { return log_softmax(x[0]); },
            [](const As& x) { return log_softmaxed(x[0], x[0].dimension() - 1); }, last_axes),
        row(
            "log_softmax", "axis 1", [](const auto& x) { return log_softmax(x[0], 1); },
            [](const As& x) { return log_softmaxed(x[0], 1); }, cubes()),
        row(
            "cross_entropy", "",
            [](const auto& x) { return cross_entropy(x[0], labels(x[0].shape()[0], x[0].shape()[1])); },
            [](const As& x) { return weighted_loss(x[0], 0, ones({x[0].shape()[0]})); }, scores),
        row(
            "cross_entropy", "smoothed",
            [](const auto& x) {
                return cross_entropy(x[0], labels(x[0].shape()[0], x[0].shape()[1]), {.smoothing = 0.1});
            },
            [](const As& x) { return weighted_loss(x[0], 0.1, ones({x[0].shape()[0]})); }, scores),
        row(
            "cross_entropy", "smoothed and weighted",
            [](const auto& x) {
                const std::size_t rows = x[0].shape()[0];
                return cross_entropy(x[0], labels(rows, x[0].shape()[1]),
                                     {.smoothing = 0.25, .weights = weights(rows)});
            },
            [](const As& x) { return weighted_loss(x[0], 0.25, weights(x[0].shape()[0])); }, scores),
    };
}

}  // namespace xtape::test
