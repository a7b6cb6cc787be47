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
    };
}

}  // namespace xtape::test
