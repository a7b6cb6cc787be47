// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/report_table.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace xtape {
namespace {

std::string digits_of(double x, int digits) {
    char out[40];
    std::snprintf(out, sizeof out, "%.*g", digits, x);
    return out;
}

// For people; `none` is what stands for nothing.
std::string shown(const ReportCell& cell, const std::string& none) {
    if (const auto* word = std::get_if<std::string>(&cell)) return word->empty() ? none : *word;
    if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "yes" : "no";
    if (const auto* number = std::get_if<Rounded>(&cell))
        return std::isnan(number->value) ? none : digits_of(number->value, number->digits);
    return none;
}

// Each character that stands in `special` with `before` in front of it; a line break is a space.
std::string escaped(const std::string& s, const std::string& special, const char* before) {
    std::string out;
    for (const char c : s) {
        if (special.find(c) != std::string::npos) out += before;
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}
std::string markdown_of(const std::string& s) { return escaped(s, "\\`*_|<[", "\\"); }

std::string latex_of(const std::string& s) {
    std::string out;
    for (const char c : escaped(s, "", "")) {
        if (c == '\\')
            out += "\\textbackslash{}";
        else if (c == '~')
            out += "\\textasciitilde{}";
        else if (c == '^')
            out += "\\textasciicircum{}";
        else if (c == '<' || c == '>' || c == '|')
            out += std::string("$") + (c == '|' ? "\\vert" : std::string(1, c)) + "$";
        else
            out += std::string("&%$#_{}").find(c) != std::string::npos ? std::string("\\") + c : std::string(1, c);
    }
    return out;
}

std::string json_of(const std::string& s) {
    std::string out = "\"";
    for (const char c : s) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\', out += c;
        } else if (code < 0x20) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "\\u%04x", code);
            out += hex;
        } else {
            out += c;
        }
    }
    return out + '"';
}
std::string json_of(const ReportCell& cell) {
    if (const auto* word = std::get_if<std::string>(&cell)) return json_of(*word);
    if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "true" : "false";
    const auto* number = std::get_if<Rounded>(&cell);  // JSON has no NaN and no infinity
    return number && std::isfinite(number->value) ? digits_of(number->value, 17) : "null";
}

// Quoted as in RFC 4180.
std::string csv_of(const std::string& s) {
    if (s.find_first_of(",\"\r\n") == std::string::npos) return s;
    std::string out = "\"";
    for (const char c : s) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}
std::string csv_of(const ReportCell& cell) {
    const auto* number = std::get_if<Rounded>(&cell);
    return number ? digits_of(number->value, 17) : csv_of(shown(cell, ""));
}

// The items with something between them
template <class Items, class F> std::string joined(const Items& items, const char* between, const F& f) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) out += (i ? between : "") + f(items[i]);
    return out;
}

std::string as_text(const ReportTable& r) {
    std::vector<std::vector<std::string>> rows{r.columns};
    for (const auto& row : r.rows) {
        rows.emplace_back();
        for (const ReportCell& cell : row) rows.back().push_back(shown(cell, "-"));
    }
    std::vector<std::size_t> widths(r.columns.size(), 0);
    for (const auto& row : rows)
        for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], row[k].size());
    std::string out = joined(r.lines, "\n", [](const std::string& line) { return line; }) + "\n\n";
    for (const auto& row : rows) {
        for (std::size_t k = 0; k + 1 < row.size(); ++k)
            out += row[k] + std::string(widths[k] + 2 - row[k].size(), ' ');
        out += row.back() + "\n";
    }
    return out;
}

std::string as_markdown(const ReportTable& r) {
    std::string out = joined(r.lines, "  \n", markdown_of) + "\n\n| " + joined(r.columns, " | ", markdown_of) +
                      " |\n|" + joined(r.columns, "|", [](const std::string&) { return std::string("---"); }) + "|\n";
    const auto cell = [](const ReportCell& c) { return markdown_of(shown(c, "")); };
    for (const auto& row : r.rows) out += "| " + joined(row, " | ", cell) + " |\n";
    return out;
}

std::string as_latex(const ReportTable& r) {
    std::string out = joined(r.lines, " \\\\\n", latex_of) + "\n\n\\begin{tabular}{" +
                      std::string(r.columns.size(), 'l') + "}\n" + joined(r.columns, " & ", latex_of) +
                      " \\\\ \\hline\n";
    const auto cell = [](const ReportCell& c) { return latex_of(shown(c, "")); };
    for (const auto& row : r.rows) out += joined(row, " & ", cell) + " \\\\\n";
    return out + "\\end{tabular}\n";
}

std::string as_csv(const ReportTable& r) {
    std::string out = joined(r.columns, ",", [](const std::string& s) { return csv_of(s); }) + "\n";
    const auto cell = [](const ReportCell& c) { return csv_of(c); };
    for (const auto& row : r.rows) out += joined(row, ",", cell) + "\n";
    return out;
}

std::string as_json(const ReportTable& r) {
    std::string out = "{\n";
    for (const auto& [key, value] : r.facts) out += "  " + json_of(key) + ": " + json_of(value) + ",\n";
    const auto object = [&](const std::vector<ReportCell>& row) {
        std::string fields;
        for (std::size_t k = 0; k < row.size(); ++k)
            fields += (k ? ", " : "") + json_of(r.columns[k]) + ": " + json_of(row[k]);
        return "    {" + fields + "}";
    };
    return out + "  " + json_of(r.name) + ": [\n" + joined(r.rows, ",\n", object) + "\n  ]\n}\n";
}

}  // namespace

std::string written(const ReportTable& report, Format format) {
    switch (format) {
        case Format::markdown:
            return as_markdown(report);
        case Format::csv:
            return as_csv(report);
        case Format::json:
            return as_json(report);
        case Format::latex:
            return as_latex(report);
        case Format::text:
            break;
    }
    return as_text(report);
}

}  // namespace xtape
