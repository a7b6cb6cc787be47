// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/module.hpp>

#include <iosfwd>

namespace xtape::nn {

// The parameters of a model, in its order. `std::cout << summary(model)` prints them as a table.
struct Summary {
    struct Row {
        std::string path;
        Shape shape;
        std::size_t count;
    };
    std::vector<Row> rows;
    std::size_t total = 0;  // numbers in all of them
};

template <Module M> Summary summary(const M& model) {
    Summary all;
    for (const auto& [path, parameter] : parameters(model)) {
        const Array<typename M::value_type>& w = parameter->value();
        all.rows.push_back({path, w.shape(), w.size()});
        all.total += w.size();
    }
    return all;
}

std::ostream& operator<<(std::ostream& out, const Summary& all);

}  // namespace xtape::nn
