// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/compare_methods.hpp>
#include <xtape/autodiff/compare_parts.hpp>

#include <algorithm>
#include <cmath>

namespace xtape {
namespace {

constexpr const char* values = "the values of f";
constexpr const char* rules = "the rules of derivation";
constexpr const char* sweep = "the sweep of backward";

// Whether no element differs by more than what both say of themselves, three times.
template <class T> bool within_errors(const Method<T>& a, const Method<T>& b, double tolerance) {
    if ((a.error.empty() && b.error.empty()) || a.gradient.size() != b.gradient.size()) return false;
    const auto error = [](const Method<T>& m, std::size_t k, std::size_t i) {
        return m.error.empty() ? 0 : double(m.error[k].array.data()[i]);
    };
    for (std::size_t k = 0; k < a.gradient.size(); ++k) {
        const Array<T>&x = a.gradient[k].array, &y = b.gradient[k].array;
        if (a.gradient[k].name != b.gradient[k].name || x.shape() != y.shape()) return false;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double u = double(x.data()[i]), v = double(y.data()[i]);
            const double allowed =
                3 * (error(a, k, i) + error(b, k, i)) + tolerance * std::max(std::abs(u), std::abs(v));
            if (!(std::abs(u - v) <= allowed) || !std::isfinite(allowed)) return false;  // NaN fails
        }
    }
    return true;
}

Names shared_by(const Names& a, const Names& b) {
    Names both;
    for (const std::string& name : a)
        if (std::find(b.begin(), b.end(), name) != b.end()) both.push_back(name);
    return both;
}

template <class T>
MethodPair pair_of(const std::vector<Method<T>>& all, std::size_t i, std::size_t j, const CompareOptions& options) {
    const Method<T>&a = all[i], &b = all[j];
    const CompareReport report = compare_named(a.gradient, b.gradient, options);
    MethodPair pair{
        i, j, report.passed || within_errors(a, b, report.tolerance), 0, "", shared_by(a.rests_on, b.rests_on), ""};
    const GradientDifference* worst = nullptr;
    for (const GradientDifference& d : report.arguments)
        if (!worst || std::isnan(d.norm_relative) || d.norm_relative > worst->norm_relative) worst = &d;
    if (!worst) return pair;
    pair.norm_relative = worst->norm_relative, pair.argument = worst->name;
    if (pair.agree) return pair;
    if (std::isnan(worst->norm_relative))
        pair.reason = "of another shape, or not finite";
    else if (!report.normalisation.empty())
        pair.reason = b.name + " = " + brief(worst->factor) + " * " + a.name;
    else
        pair.reason = "off by " + brief(worst->norm_relative);
    return pair;
}

}  // namespace

template <class T>
Method<T> by_reverse_mode(const ManyToOne<T>& f, const std::vector<Array<T>>& x, const Names& names) {
    return {"reverse mode", {values, rules, sweep}, reverse_mode(f, x, names)};
}
template <class T>
Method<T> by_forward_mode(const ManyToOne<T>& f, const std::vector<Array<T>>& x, const Names& names) {
    return {"forward mode", {values, rules, sweep, "recorded gradients"}, forward_mode(f, x, names)};
}
template <class T> Method<T> by_differences(const ManyToOne<T>& f, const std::vector<Array<T>>& x, const Names& names) {
    Differences<T> d = differences(f, x, names);
    return {"differences", {values}, std::move(d.gradient), std::move(d.error)};
}

template <class T> MethodsReport compare_methods(const std::vector<Method<T>>& methods, const CompareOptions& options) {
    check(methods.size() > 1, {}, "compare_methods", "methods must be two or more; got ", methods.size());
    MethodsReport report;
    report.tolerance = options.tolerance > 0 ? options.tolerance : default_tolerance<T>;
    std::vector<Names> rests_on;
    for (const Method<T>& m : methods) {
        check_names("compare_methods", "gradients of " + m.name, names_of(methods[0].gradient), names_of(m.gradient),
                    true);
        report.methods.push_back(m.name), rests_on.push_back(m.rests_on);
    }
    for (std::size_t i = 0; i < methods.size(); ++i)
        for (std::size_t j = i + 1; j < methods.size(); ++j) {
            report.pairs.push_back(pair_of(methods, i, j, options));
            report.passed = report.passed && report.pairs.back().agree;
        }
    report.conclusion = conclusion_of(report, rests_on);
    return report;
}

template Method<float> by_reverse_mode(const ManyToOne<float>&, const std::vector<Array<float>>&, const Names&);
template Method<double> by_reverse_mode(const ManyToOne<double>&, const std::vector<Array<double>>&, const Names&);
template Method<float> by_forward_mode(const ManyToOne<float>&, const std::vector<Array<float>>&, const Names&);
template Method<double> by_forward_mode(const ManyToOne<double>&, const std::vector<Array<double>>&, const Names&);
template Method<float> by_differences(const ManyToOne<float>&, const std::vector<Array<float>>&, const Names&);
template Method<double> by_differences(const ManyToOne<double>&, const std::vector<Array<double>>&, const Names&);
template MethodsReport compare_methods(const std::vector<Method<float>>&, const CompareOptions&);
template MethodsReport compare_methods(const std::vector<Method<double>>&, const CompareOptions&);

}  // namespace xtape
