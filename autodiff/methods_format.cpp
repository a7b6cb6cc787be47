// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/compare_methods.hpp>
#include <xtape/autodiff/compare_parts.hpp>
#include <xtape/autodiff/report_table.hpp>

#include <ostream>

namespace xtape {
namespace {

std::string list(const Names& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

// For programs: a row for each two methods.
void add_pairs(ReportTable& table, const MethodsReport& report) {
    table.columns = {"first", "second", "agree", "norm-relative", "argument", "shared", "reason"};
    for (const MethodPair& p : report.pairs)
        table.rows.push_back({report.methods[p.first], report.methods[p.second], p.agree, Rounded{p.norm_relative},
                              p.argument, list(p.shared), p.reason});
}

// For people: a row and a column for each method; below the diagonal stands what the two share.
void add_matrix(ReportTable& table, const MethodsReport& report) {
    table.columns = {"difference \\ shared"};
    for (const std::string& name : report.methods) {
        table.columns.push_back(name);
        table.rows.push_back({name});
    }
    for (auto& row : table.rows) row.resize(table.columns.size());
    for (const MethodPair& p : report.pairs) {
        table.rows[p.first][p.second + 1] = (p.agree ? "agree, " : "DIFFER, ") + brief(p.norm_relative);
        table.rows[p.second][p.first + 1] = p.shared.empty() ? "nothing" : list(p.shared);
    }
}

}  // namespace

std::string formatted(const MethodsReport& report, Format format) {
    ReportTable table{
        "pairs",
        {(report.passed ? "PASSED: " : "FAILED: ") + report.conclusion},
        {{"passed", report.passed}, {"conclusion", report.conclusion}, {"tolerance", Rounded{report.tolerance}}},
        {},
        {}};
    if (format == Format::csv || format == Format::json)
        add_pairs(table, report);
    else
        add_matrix(table, report);
    return written(table, format);
}

std::ostream& operator<<(std::ostream& out, const MethodsReport& report) {
    return out << formatted(report, Format::text);
}

}  // namespace xtape
