// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/summary.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace xtape::nn {

// Names and shapes on the left of their columns, numbers on the right.
std::ostream& operator<<(std::ostream& out, const Summary& all) {
    using Line = std::array<std::string, 3>;
    std::vector<Line> lines{{"parameter", "shape", "count"}};
    for (const auto& [path, shape, count] : all.rows) lines.push_back({path, text(shape), text(count)});
    lines.push_back({"total", "", text(all.total)});
    std::array<std::size_t, 3> widths{};
    for (const Line& line : lines)
        for (std::size_t k = 0; k < 3; ++k) widths[k] = std::max(widths[k], line[k].size());
    const auto spaces = [&](const Line& line, std::size_t k) { return std::string(widths[k] - line[k].size(), ' '); };
    for (const Line& line : lines)
        out << line[0] << spaces(line, 0) << "  " << line[1] << spaces(line, 1) << "  " << spaces(line, 2) << line[2]
            << '\n';
    return out;
}

}  // namespace xtape::nn
