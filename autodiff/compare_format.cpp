// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/compare_parts.hpp>
#include <xtape/autodiff/report_table.hpp>

#include <ostream>

namespace xtape {
namespace {

std::vector<ReportCell> row_of(const GradientDifference& d) {
    const auto value = [&](double x) { return d.first ? ReportCell(Rounded{x, 9}) : ReportCell(); };
    return {d.name,
            text(d.shape),
            d.agrees,
            Rounded{d.absolute},
            Rounded{d.relative},
            Rounded{d.ulps},
            Rounded{d.norm_relative},
            Rounded{d.cosine, 6},
            Rounded{d.factor, 6},
            d.place(),
            value(d.autograd),
            value(d.analytic),
            d.reason};
}

}  // namespace

std::string formatted(const CompareReport& report, Format format) {
    ReportTable table{"arguments",
                      {(report.passed ? "PASSED: " : "FAILED: ") + report.verdict},
                      {{"passed", report.passed},
                       {"verdict", report.verdict},
                       {"normalisation", report.normalisation},
                       {"tolerance", Rounded{report.tolerance}}},
                      {"argument", "shape", "equal", "absolute", "relative", "ulp", "norm-relative", "cosine", "factor",
                       "first at", "autograd", "analytic", "reason"},
                      {}};
    if (const auto& d = report.divergence) {
        table.lines.push_back("first divergence, in backward order: step " + text(d->step) + ", " + d->factor + ": " +
                              d->reason);
        table.facts.insert(table.facts.end(), {{"divergence step", Rounded{double(d->step)}},
                                               {"divergence factor", d->factor},
                                               {"divergence reason", d->reason}});
    }
    for (const GradientDifference& d : report.arguments) table.rows.push_back(row_of(d));
    return written(table, format);
}

std::ostream& operator<<(std::ostream& out, const CompareReport& report) {
    return out << formatted(report, Format::text);
}

}  // namespace xtape
