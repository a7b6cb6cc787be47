// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/compare_parts.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace xtape {
namespace {

using NamedSizes = std::vector<std::pair<std::string, double>>;

bool close(double a, double b, double tolerance) { return std::abs(a - b) <= std::sqrt(tolerance) * std::abs(b); }

// The sizes and the products of two of them, all larger than 1.
NamedSizes with_products(const NamedSizes& sizes) {
    NamedSizes all;
    const auto add = [&](const std::string& name, double size) {
        if (size > 1) all.push_back({name, size});
    };
    for (const auto& [name, size] : sizes) add(name, size);
    for (std::size_t i = 0; i < sizes.size(); ++i)
        for (std::size_t j = i + 1; j < sizes.size(); ++j)
            if (sizes[i].second > 1 && sizes[j].second > 1)
                add(sizes[i].first + "*" + sizes[j].first, sizes[i].second * sizes[j].second);
    return all;
}

// Axes of the arguments, where the caller named no sizes: of each size one.
NamedSizes axes_of(const std::vector<GradientDifference>& arguments) {
    NamedSizes all;
    for (const GradientDifference& d : arguments)
        for (std::size_t k = 0; k < d.shape.size(); ++k) {
            const auto size = double(d.shape[k]);
            if (std::none_of(all.begin(), all.end(), [&](const auto& known) { return known.second == size; }))
                all.push_back({"axis " + std::to_string(k) + " of " + d.name, size});
        }
    return all;
}

// What a positive factor may be: "B", "1/(B*T)", or nothing.
std::string ratio_of_sizes(double factor, const NamedSizes& sizes, double tolerance) {
    const double size = std::max(factor, 1 / factor);
    std::string found;
    for (const auto& [name, n] : with_products(sizes))
        if (close(size, n, tolerance)) {
            const std::string whole = name.find('*') == std::string::npos ? name : "(" + name + ")";
            found += (found.empty() ? "" : " or ") + (factor < 1 ? "1/" + whole : name);
        }
    return found;
}

// What such a factor comes from, if it is known.
std::string meaning_of(double factor, const CompareReport& report, const NamedSizes& sizes) {
    const double size = std::abs(factor);
    const std::string sign = factor < 0 ? "the sign is wrong" : "";
    if (close(size, 1, report.tolerance)) return sign;
    std::string why = ratio_of_sizes(size, sizes.empty() ? axes_of(report.arguments) : sizes, report.tolerance);
    if (!why.empty()) why = "the factor is " + why + ": a mean on one side is a sum on the other";
    if (close(size, 2, report.tolerance) || close(size, 0.5, report.tolerance))
        why += (why.empty() ? "" : ", or ") +
               std::string("a square was differentiated without its 2, or has a 1/2 on one side");
    return sign.empty() || why.empty() ? sign + why : sign + ", and " + why;
}

// What all arguments with a gradient are multiplied by; NaN if there is no such factor.
double common_factor(const CompareReport& report) {
    double common = NAN;
    for (const GradientDifference& d : report.arguments) {
        if (d.agrees && !close(d.factor, 1, report.tolerance)) continue;  // 0 on both sides, or as good as
        if (std::isnan(d.factor) || (!std::isnan(common) && !close(d.factor, common, report.tolerance))) return NAN;
        common = d.factor;
    }
    return common;
}

bool is_number(const GradientDifference& d) {
    return std::all_of(d.shape.begin(), d.shape.end(), [](std::size_t n) { return n == 1; });
}

std::string names_of(const CompareReport& report, bool agreeing) {
    std::string all;
    for (const GradientDifference& d : report.arguments)
        if (d.agrees == agreeing) all += (all.empty() ? "" : ", ") + d.name;
    return all;
}

std::string agreement(const CompareReport& report) {
    double worst = 0;
    for (const GradientDifference& d : report.arguments) worst = std::max(worst, d.norm_relative);
    return "the gradients agree: they differ by at most " + brief(worst) + ", norm-relative; allowed are " +
           brief(report.tolerance);
}

std::string off_by(const GradientDifference& d) { return "it is off by " + brief(d.norm_relative) + ", norm-relative"; }

// The first argument that differs, and which others do.
std::string difference_of(const CompareReport& report, const GradientDifference& wrong, const NamedSizes& sizes) {
    std::string verdict = "the gradient of " + wrong.name + " differs: " + wrong.reason;
    if (wrong.first && wrong.reason == off_by(wrong))
        verdict += "; at " + wrong.place() + " autograd has " + brief(wrong.autograd, 9) + ", the analytic one " +
                   brief(wrong.analytic, 9);
    const std::string meaning = std::isnan(wrong.factor) ? "" : meaning_of(wrong.factor, report, sizes);
    if (!meaning.empty()) verdict += ": " + meaning;
    const std::string right = names_of(report, true), others = names_of(report, false);
    if (others != wrong.name) verdict += "; different are " + others;
    if (!right.empty()) verdict += "; equal are " + right;
    return verdict;
}

}  // namespace

std::string brief(double x, int digits) {
    char out[32];
    std::snprintf(out, sizeof out, "%.*g", std::abs(x) < 1e15 && x == std::floor(x) ? 15 : digits, x);
    return out;
}

std::string reason_of(const GradientDifference& d, double norm_autograd, double norm_analytic, bool transposed) {
    if (norm_analytic == 0) return "the analytic gradient is 0, autograd's is not: a path is missing";
    if (norm_autograd == 0) return "autograd's gradient is 0, the analytic one is not: f does not depend on it";
    if (!std::isnan(d.factor)) return "analytic = " + brief(d.factor, 9) + " * autograd";
    if (transposed) return "the analytic gradient is the transpose of autograd's";
    return off_by(d);
}

void give_verdict(CompareReport& report, const NamedSizes& sizes) {
    const auto wrong = std::find_if(report.arguments.begin(), report.arguments.end(),
                                    [](const GradientDifference& d) { return !d.agrees; });
    report.passed = wrong == report.arguments.end();
    if (report.passed) {
        report.verdict = agreement(report);
        return;
    }
    const double factor = common_factor(report);
    const std::string common = std::isnan(factor) ? "" : meaning_of(factor, report, sizes);
    // one number is always some factor of another
    const bool says_something = !common.empty() || report.arguments.size() > 1 || !is_number(*wrong);
    if (!std::isnan(factor) && says_something) {
        report.normalisation = common.empty() ? "normalisation or scale of the loss" : common;
        report.verdict = "the gradients differ by a constant factor, analytic = " + brief(factor, 9) +
                         " * autograd: " + report.normalisation;
        return;
    }
    report.verdict = difference_of(report, *wrong, sizes);
}

}  // namespace xtape
