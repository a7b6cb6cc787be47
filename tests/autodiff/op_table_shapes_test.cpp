// SPDX-License-Identifier: BSD-3-Clause
// The rows of operations whose result has another shape.
#include "references.hpp"

namespace xtape::test {

using namespace reference;

std::vector<Row> shape_rows() {
    return {
        row(
            "sum", "", [](const auto& x) { return sum(x[0]); }, [](const As& x) { return A(total(x[0])); },
            one_of_each()),
        row(
            "sum", "axis 0", [](const auto& x) { return sum(x[0], 0); },
            [](const As& x) { return sums(x[0], 0, false, false); }, cubes()),
        row(
            "sum", "axis -2, kept", [](const auto& x) { return sum(x[0], -2, true); },
            [](const As& x) { return sums(x[0], 1, true, false); }, cubes()),
        row(
            "mean", "", [](const auto& x) { return mean(x[0]); },
            [](const As& x) { return A(total(x[0]) / double(x[0].size())); },
            at_lengths([](std::size_t n) { return Shapes{{n}}; }, {{{}}, {{1}}, {{3, 4}}, {{67}}})),
        row(
            "mean", "axis 2", [](const auto& x) { return mean(x[0], 2); },
            [](const As& x) { return sums(x[0], 2, false, true); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, 1, n}};
                },
                {{{2, 3, 4}}, {{1, 1, 1}}, {{2, 0, 3}}})),
        row(
            "mean", "axis 0, kept", [](const auto& x) { return mean(x[0], 0, true); },
            [](const As& x) { return sums(x[0], 0, true, true); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{n, 2}};
                },
                {{{2, 3, 4}}, {{5}}, {{3, 0}}})),
        row(
            "broadcast_to", "",
            [](const auto& x) {
                return broadcast_to(x[0], {2, 3, 4});
            },
            [](const As& x) {
                return times({ones({2, 3, 4}), x[0]});
            },
            {{{}}, {{1}}, {{4}}, {{3, 1}}, {{1, 4}}, {{2, 1, 4}}, {{2, 3, 4}}}),
        row(
            "broadcast_to", "nothing",
            [](const auto& x) {
                return broadcast_to(x[0], {0, 3});
            },
            [](const As& x) {
                return times({ones({0, 3}), x[0]});
            },
            {{{}}, {{3}}, {{1, 3}}, {{0, 1}}}),
        row(
            "sum_to", "",
            [](const auto& x) {
                return sum_to(x[0], {3, 1});
            },
            [](const As& x) { return sums(sums(x[0], 2, true, false), 0, false, false); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, 3, n}};
                },
                {{{2, 3, 4}}, {{1, 3, 1}}, {{0, 3, 2}}, {{67, 3, 67}}})),
        row(
            "reshape", "",
            [](const auto& x) {
                return reshape(x[0], {x[0].value().size(), 1});
            },
            [](const As& x) {
                return in_shape(x[0], {x[0].size(), 1});
            },
            cubes()),
        row(
            "transpose", "", [](const auto& x) { return transpose(x[0]); }, [](const As& x) { return reversed(x[0]); },
            cubes()),
        row(
            "transpose", "axes 1, 0, 2",
            [](const auto& x) {
                return transpose(x[0], {1, 0, 2});
            },
            [](const As& x) { return swapped(x[0]); }, cubes()),
        row(
            "select", "", [](const auto& x) { return select(x[0], 1, -1); },
            [](const As& x) { return band(x[0], 1, x[0].shape()[1] - 1, x[0].shape()[1], true); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}};
                },
                {{{2, 3, 4}}, {{1, 1}}, {{0, 3, 2}}, {{5, 7}}})),
        row(
            "slice", "", [](const auto& x) { return slice(x[0], -2, 1, -1); },
            [](const As& x) { return band(x[0], x[0].dimension() - 2, 1, x[0].shape()[x[0].dimension() - 2] - 1); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{n + 1, 2}};
                },
                {{{2, 3, 4}}, {{2, 5}}, {{0, 3, 2}}, {{67, 3}}})),
        row(
            "stack", "", [](const auto& x) { return stack(x); }, [](const As& x) { return stacked(x, 0); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{n}, {n}};
                },
                {{{}, {}}, {{3}, {3}, {3}}, {{2, 3}, {2, 3}}, {{0}, {0}}, {{2, 0}}})),
        row(
            "stack", "axis -1", [](const auto& x) { return stack(x, -1); },
            [](const As& x) { return stacked(x, x[0].dimension()); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{n}, {n}};
                },
                {{{}, {}}, {{3}, {3}}, {{2, 3}, {2, 3}, {2, 3}}})),
        row(
            "concatenate", "", [](const auto& x) { return concatenate(x, 1); },
            [](const As& x) { return joined(x, 1); },
            at_lengths(
                [](std::size_t n) {
                    return Shapes{{2, n}, {2, 3}};
                },
                {{{2, 3}, {2, 4}}, {{2, 0}, {2, 4}, {2, 1}}, {{0, 3}, {0, 2}}, {{2, 1, 3}, {2, 2, 3}}, {{3, 67}}})),
    };
}

}  // namespace xtape::test
