// SPDX-License-Identifier: BSD-3-Clause
// The rows of operations that choose elements by whole numbers.
#include "references.hpp"

namespace xtape::test {

using namespace reference;

std::vector<Row> index_rows() {
    return {
        row(
            "pick", "", [](const auto& x) { return pick(x[0], labels(x[0].shape()[0], x[0].shape()[1])); },
            [](const As& x) { return picked(x[0]); }, tables()),
        row(
            "scatter", "", [](const auto& x) { return scatter(x[0], labels(x[0].shape()[0], 5), 5); },
            [](const As& x) { return scattered(x[0], 5); },
            at_lengths([](std::size_t n) { return Shapes{{n}}; }, {{{3}}, {{0}}, {{1}}, {{67}}})),
        row(
            "take", "",
            [](const auto& x) {
                return take(x[0], {1, 0, 1, 1});
            },
            [](const As& x) {
                return taken(x[0], {1, 0, 1, 1}, 0);
            },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}};
                },
                {{{2}}, {{3, 4}}, {{2, 3, 4}}, {{2, 0}}, {{67, 2}}})),
        row(
            "take", "of a shape, axis -2",
            [](const auto& x) {
                return take(x[0], {1, 0, 1, 1, 0, 0}, {3, 2}, -2);
            },
            [](const As& x) {
                const std::size_t axis = x[0].dimension() - 2;
                Shape to(x[0].shape().begin(), x[0].shape().end() - 2);
                to.push_back(3), to.push_back(2), to.push_back(x[0].shape().back());
                return in_shape(taken(x[0], {1, 0, 1, 1, 0, 0}, axis), to);
            },
            {{{2, 3}}, {{3, 1}}, {{2, 3, 4}}, {{2, 2, 2, 1}}, {{0, 2, 3}}, {{2, 0}}}),
        row(
            "take", "nothing", [](const auto& x) { return take(x[0], Indices{}); },
            [](const As& x) { return taken(x[0], {}, 0); }, {{{2}}, {{3, 4}}, {{0, 4}}, {{0}}}),
        row(
            "segment_sum", "", [](const auto& x) { return segment_sum(x[0], labels(x[0].shape()[0], 3), 5); },
            [](const As& x) { return segment_summed(x[0], labels(x[0].shape()[0], 3), 5, 0); },
            at_lengths(
                [](std::size_t n) {
                    return n % 2 ? Shapes{{n}} : Shapes{{3, n}};
                },
                {{{4, 3}}, {{7, 1}}, {{2, 3, 4}}, {{0, 3}}, {{2, 0}}, {{67, 2}}})),
        row(
            "segment_sum", "axis 1", [](const auto& x) { return segment_sum(x[0], labels(x[0].shape()[1], 3), 4, 1); },
            [](const As& x) { return segment_summed(x[0], labels(x[0].shape()[1], 3), 4, 1); }, cubes()),
        row(
            "flip", "", [](const auto& x) { return flip(x[0], 1); },
            [](const As& x) {
                Indices back;
                for (std::size_t i = x[0].shape()[1]; i-- > 0;) back.push_back(std::int64_t(i));
                return taken(x[0], back, 1);
            },
            cubes()),
    };
}

}  // namespace xtape::test
