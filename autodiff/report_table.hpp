// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Private to *_format.cpp: a report as data, which each of the formats is written from.

#include <xtape/autodiff/compare.hpp>

#include <variant>

namespace xtape {

struct Rounded {
    double value;
    int digits = 3;  // for people; CSV and JSON have all of them
};
using ReportCell = std::variant<std::monostate, std::string, bool, Rounded>;  // the first: there is none

struct ReportTable {
    std::string name;                                       // of the rows, in JSON
    std::vector<std::string> lines;                         // for people, above the table
    std::vector<std::pair<std::string, ReportCell>> facts;  // for JSON
    std::vector<std::string> columns;
    std::vector<std::vector<ReportCell>> rows;
};

std::string written(const ReportTable& report, Format format);

}  // namespace xtape
