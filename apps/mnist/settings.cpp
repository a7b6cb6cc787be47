// SPDX-License-Identifier: BSD-3-Clause
#include "settings.hpp"

namespace xtape::apps {

std::optional<Misfit> misfit(const Settings& s) {
    if (s.dropout > 0 && s.layers == 1)
        return Misfit{"dropout", "--layers 2 or more, for it is between layers", "one layer"};
    if (s.truncate > 0 && s.bidirectional)
        return Misfit{"truncate",
                      "a network that reads forwards, without --bidirectional: backwards the last steps come "
                      "first",
                      "--bidirectional"};
    if (s.init != "orthogonal" && s.cell != "rnn")
        return Misfit{"init", "--cell rnn, for gated cells begin orthogonal", "--cell " + s.cell};
    return std::nullopt;
}

}  // namespace xtape::apps
