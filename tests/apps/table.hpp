// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

// Numbers in CSV, whose first line names the columns; NaN where there is nothing.
class Table {
public:
    explicit Table(const std::string& csv) {
        std::istringstream lines(csv);
        std::string line, cell;
        REQUIRE(std::getline(lines, line));
        for (std::istringstream cells(line); std::getline(cells, cell, ',');) names_.push_back(cell);
        while (std::getline(lines, line)) {
            std::istringstream cells(line);
            for (const std::string& name : names_) {
                cell.clear();
                std::getline(cells, cell, ',');
                columns_[name].push_back(cell.empty() ? std::numeric_limits<double>::quiet_NaN() : std::stod(cell));
            }
            CHECK_MESSAGE(!std::getline(cells, cell, ','), "more cells than columns in " << line);
        }
    }
    const std::vector<double>& operator[](const std::string& name) const {
        REQUIRE_MESSAGE(columns_.contains(name), name);
        return columns_.at(name);
    }
    std::size_t rows() const { return columns_.empty() ? 0 : columns_.begin()->second.size(); }

private:
    std::vector<std::string> names_;
    std::map<std::string, std::vector<double>> columns_;
};
