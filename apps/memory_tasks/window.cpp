// SPDX-License-Identifier: BSD-3-Clause
// A naive window of the last K steps against a hidden state.
#include "window.hpp"

namespace xtape::apps::memory {

Pictures window_pictures(const Settings& s) {
    const Rows rows = train_on_rows(s);  // first: its files may be missing
    const Found<Reads> recall = train_on_recall(s);
    Pictures all{parameters_picture(s, rows), lag_picture(s, recall), context_picture(s, recall),
                 time_picture(s, recall, rows)};
    if (!rows.found.empty()) all.push_back(rows_picture(s, rows));
    return all;
}

}  // namespace xtape::apps::memory
