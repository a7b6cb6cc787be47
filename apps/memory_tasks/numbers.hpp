// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "learning.hpp"

namespace xtape::apps::memory {

// Of networks with seeds of their own. What some never reached is infinite.
struct Spread {
    double low, median, high;
};
Spread spread(std::vector<double> of_seeds);
Spread accuracy(const std::vector<Learnt>& of_seeds);   // parts of one
Spread solved_at(const std::vector<Learnt>& of_seeds);  // steps of training
std::size_t solved(const std::vector<Learnt>& of_seeds);

// A table for a file, whose header names the columns: 7 digits, nothing for what is not finite.
using Row = std::vector<double>;
std::string csv(const std::string& header, const std::vector<Row>& rows);
void add(Row& row, const Spread& s);  // low, median, high
// The largest number of some columns, what is not finite aside; or this one, if there is none.
double highest(const std::vector<Row>& rows, std::size_t first, std::size_t last, double otherwise);
std::string spread_header(const std::string& name);  // ",NAME_low,NAME,NAME_high"

// For the screen: "  412", or "    -" where there is nothing.
std::string cell(double number, int width);

}  // namespace xtape::apps::memory
