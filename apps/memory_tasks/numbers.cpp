// SPDX-License-Identifier: BSD-3-Clause
#include "numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/text.hpp"

namespace xtape::apps::memory {

Spread spread(std::vector<double> of_seeds) {
    std::ranges::sort(of_seeds);
    return {of_seeds.front(), of_seeds[of_seeds.size() / 2], of_seeds.back()};
}

Spread accuracy(const std::vector<Learnt>& of_seeds) {
    std::vector<double> all;
    for (const Learnt& one : of_seeds) all.push_back(1 - one.error);
    return spread(std::move(all));
}

Spread solved_at(const std::vector<Learnt>& of_seeds) {
    std::vector<double> all;
    for (const Learnt& one : of_seeds)
        all.push_back(one.solved_at ? static_cast<double>(one.solved_at) : std::numeric_limits<double>::infinity());
    return spread(std::move(all));
}

std::size_t solved(const std::vector<Learnt>& of_seeds) {
    return static_cast<std::size_t>(std::ranges::count_if(of_seeds, [](const Learnt& l) { return l.solved_at > 0; }));
}

std::string csv(const std::string& header, const std::vector<Row>& rows) {
    std::string out = header + "\n";
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            out += (i ? "," : "") + (std::isfinite(row[i]) ? formatted("%.7g", row[i]) : "");
        out += "\n";
    }
    return out;
}

void add(Row& row, const Spread& s) { row.insert(row.end(), {s.low, s.median, s.high}); }

double highest(const std::vector<Row>& rows, std::size_t first, std::size_t last, double otherwise) {
    double most = 0;
    for (const Row& row : rows)
        for (std::size_t i = first; i <= last; ++i)
            if (std::isfinite(row[i])) most = std::max(most, row[i]);
    return most > 0 ? most : otherwise;
}

std::string spread_header(const std::string& name) { return "," + name + "_low," + name + "," + name + "_high"; }

std::string cell(double number, int width) {
    return std::isfinite(number) ? formatted("%*.0f", width, number) : formatted("%*s", width, "-");
}

}  // namespace xtape::apps::memory
