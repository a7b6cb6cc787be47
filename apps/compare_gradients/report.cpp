// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/report_table.hpp>

#include <cmath>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

struct Part {
    std::string name, body;
};

std::string description(const Problem& p) {
    static const std::vector<std::string> cells{
        "RNN", "LSTM", "GRU", "bidirectional RNN", "RNN with attention", "RNN, truncated"};
    std::string out = formatted("%s of %zu inputs, %zu units, %zu classes; %zu sequences of %zu steps; ",
                                cells[std::size_t(p.model)].c_str(), p.inputs, p.hidden, p.classes, p.batch, p.steps);
    if (p.model == Model::truncated)
        out += formatted("after each %zu steps their losses go back %zu; ", p.every, p.depth);
    return out + "loss of " + (p.every_step ? "every" : "the last") + " step; double";
}

ReportTable summary(const Study& study, const Comparison& c) {
    const std::string result = c.passed() ? "All gradients are equal to 1e-12; differences, to within their own error."
                                          : "The gradients differ.";
    ReportTable table{
        "ways",
        {description(study.p), result, "Times are those of one thread, BLAS kernels " + blas().core + "."},
        {{"problem", description(study.p)}, {"passed", c.passed()}, {"kernels", blas().core}},
        {"way", "ms", "/ nn/analytic", "left out"},
        {}};
    for (const auto& [name, seconds] : c.times)
        table.rows.push_back({name, Rounded{1e3 * seconds}, Rounded{seconds / c.times[1].seconds}, {}});
    for (const auto& [name, reason] : c.left_out) table.rows.push_back({name, {}, {}, reason});
    return table;
}

// One character for each s and t, a half of a decade for each shade.
std::string shades(const Array<double>& map) {
    const std::string shade = " .:-=+*#%@";
    double largest = 0;
    for (const double x : map) largest = std::max(largest, x);
    std::string out;
    for (std::size_t s = 0; s < map.shape()[0]; ++s) {
        out += formatted("s = %-4zu |", s);
        for (std::size_t t = 0; t <= s; ++t) {
            const double darkness = map(s, t) > 0 ? 9 + std::floor(2 * std::log10(map(s, t) / largest)) : 0;
            out += map(s, t) > 0 ? shade[std::size_t(std::max(1.0, darkness))] : shade[0];
        }
        out += "|\n";
    }
    return out;
}

ReportTable map_table(const Array<double>& map) {
    ReportTable table{"credit", {}, {}, {"s \\ t"}, {}};
    for (std::size_t s = 0; s < map.shape()[0]; ++s) {
        table.columns.push_back(std::to_string(s));
        table.rows.push_back({std::to_string(s)});
        for (std::size_t t = 0; t < map.shape()[1]; ++t) table.rows[s].push_back(Rounded{map(s, t)});
    }
    return table;
}

Part map_part(const Credit& credit, Format format) {
    const std::string meaning = "|G[s, t]|, what the weights at step t did to the loss at step s";
    const std::string name = credit.prefix + "credit map";
    ReportTable table = map_table(credit.map);
    table.lines = {meaning};
    if (format != Format::text) return {name, written(table, format)};
    return {name, meaning + ": @ the most, a shade less for each half of a decade\n\n" + shades(credit.map)};
}

// What a part is called, in front of it.
std::string headed(const Part& part, Format format) {
    if (format == Format::json) return "\"" + part.name + "\": " + part.body;
    if (format == Format::markdown) return "## " + part.name + "\n\n" + part.body;
    if (format == Format::latex) return "% " + part.name + "\n" + part.body;
    return format == Format::csv ? part.body : "-- " + part.name + "\n" + part.body;
}

std::string joined(const std::vector<Part>& parts, Format format) {
    std::string out = format == Format::json ? "{" : "";
    for (std::size_t i = 0; i < parts.size(); ++i)
        out += (i == 0 ? "" : format == Format::json ? ",\n" : "\n") + headed(parts[i], format);
    return out + (format == Format::json ? "}\n" : "");
}

}  // namespace

std::string report(const Study& study, const Comparison& c, Format format, bool map) {
    std::vector<Part> parts{{"summary", written(summary(study, c), format)},
                            {"engine and nn/analytic", formatted(c.arguments, format)},
                            {"all ways", formatted(c.methods, format)}};
    if (c.sums) parts.push_back({"sums over s and t", formatted(*c.sums, format)});
    if (c.steps) parts.push_back({"the sweep, step by step", formatted(*c.steps, format)});
    for (const Credit& credit : c.credit)
        if (map) parts.push_back(map_part(credit, format));
    return joined(parts, format);
}

std::string report(const Study& study, const Mistake& mistake, const CompareReport& steps, Format format) {
    const auto& d = steps.divergence;
    const std::string found = d              ? formatted("Found at step %zu: %s.", d->step, d->factor.c_str())
                              : steps.passed ? std::string("Not found: at these sizes it makes no difference.")
                                             : std::string("Found, but not located.");
    const ReportTable table{"mistakes",
                            {description(study.p), found},
                            {{"problem", description(study.p)}, {"passed", steps.passed}},
                            {"planted", "what is wrong", "found at step", "in the factor"},
                            {{mistake.name, mistake.meaning, d ? ReportCell(Rounded{double(d->step)}) : ReportCell(),
                              d ? ReportCell(d->factor) : ReportCell()}}};
    return joined({{"summary", written(table, format)}, {"the sweep, step by step", formatted(steps, format)}}, format);
}

}  // namespace xtape::apps
