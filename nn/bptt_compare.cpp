// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/bptt.hpp>

#include <algorithm>

namespace xtape::nn {
namespace {

// One kind of array of all steps, compared: at each step those that differ.
class Steps {
public:
    template <class T>
    Steps(const std::vector<NamedArrays<T>>& a, const std::vector<NamedArrays<T>>& b, const CompareOptions& options)
        : differing_(a.size()), given_(a.size()) {
        NamedArrays<T> all_a, all_b;
        std::vector<std::pair<std::size_t, std::string>> origin;
        for (std::size_t t = 0; t < a.size(); ++t)
            for (const auto& [name, array] : a[t])
                for (const auto& [same, other] : b[t]) {  // what was left empty is not compared
                    if (same != name) continue;
                    given_[t] = true;
                    origin.push_back({t, name});
                    all_a.push_back({std::to_string(t) + " " + name, array});
                    all_b.push_back({all_a.back().name, other});
                }
        const CompareReport report = compare_named(all_a, all_b, {.tolerance = options.tolerance});
        for (std::size_t i = 0; i < origin.size(); ++i) {
            GradientDifference d = report.arguments[i];
            d.name = origin[i].second;
            if (!d.agrees) differing_[origin[i].first].push_back(d);
        }
    }
    const std::vector<GradientDifference>& differing(std::size_t t) const { return differing_[t]; }
    bool equal(std::size_t t) const { return given_[t] && differing_[t].empty(); }

private:
    std::vector<std::vector<GradientDifference>> differing_;
    std::vector<bool> given_;
};

template <class T> using Fields = std::vector<std::vector<Array<T>>>;

// With names: h is the first field of a state.
template <class T> std::vector<NamedArrays<T>> named_fields(const Fields<T>& steps, const char* what) {
    std::vector<NamedArrays<T>> all(steps.size());
    for (std::size_t t = 0; t < steps.size(); ++t)
        for (std::size_t k = 0; k < steps[t].size(); ++k)
            all[t].push_back({std::string(what) + (k == 0 ? "/dh" : "/dS[" + std::to_string(k) + "]"), steps[t][k]});
    return all;
}
template <class T> std::vector<NamedArrays<T>> named_a(const std::vector<Array<T>>& a, const std::vector<Array<T>>& b) {
    std::vector<NamedArrays<T>> all(a.size());
    for (std::size_t t = 0; t < a.size(); ++t)
        if (a[t].dimension() > 0 && b[t].dimension() > 0) all[t].push_back({"dL/da", a[t]});  // neither was left empty
    return all;
}

// What comes back from the steps that follow: the state's gradient without that of its own loss.
template <class T> Fields<T> carried(const BpttTrace<T>& trace) {
    Fields<T> all = trace.state;
    for (std::size_t t = 0; t < all.size(); ++t)
        for (std::size_t k = 0; k < std::min(all[t].size(), trace.output[t].size()); ++k)
            for (std::size_t i = 0; i < all[t][k].size(); ++i) all[t][k].data()[i] -= trace.output[t][k].data()[i];
    return all;
}

std::string said(const GradientDifference& d) { return d.name + ": " + d.reason; }

template <class T> struct Walk {
    const BpttTrace<T>&mine, &other;
    const CompareOptions& options;
    Steps compared(const Fields<T>& found, const Fields<T>& expected, const char* what) const {
        return {named_fields(found, what), named_fields(expected, what), options};
    }
    Steps output = compared(mine.output, other.output, "dL_t"), state = compared(mine.state, other.state, "dL"),
          lossless = compared(carried(mine), other.state, "dL"), isolated = compared(mine.output, other.state, "dL"),
          a = Steps(named_a(mine.a, other.a), named_a(other.a, mine.a), options),
          terms{mine.terms, other.terms, options};

    std::size_t steps() const { return mine.state.size(); }

    // Of a state's gradient that is wrong, that of the next step being right.
    Divergence of_state(std::size_t t) const {
        const std::string why = said(state.differing(t)[0]);
        if (t + 1 == steps()) return {t, "output", why + "; nothing follows the last step"};
        if (lossless.equal(t)) return {t, "output", why + "; it lacks what the loss of this step says"};
        const std::string next = std::to_string(t + 1);
        if (isolated.equal(t)) return {t, "recurrent Jacobian", why + "; nothing is carried back from step " + next};
        const bool right = a.equal(t + 1) || terms.equal(t + 1);
        return {t, "recurrent Jacobian",
                why + "; it comes from dL/da of step " + next + (right ? ", which is right" : ", which is not given")};
    }
    // Of terms that are wrong, the state's gradient being right. All of them go through dL/da.
    Divergence of_terms(std::size_t t) const {
        const auto& wrong = terms.differing(t);
        const std::string why = "the term of " + said(wrong[0]);
        if (!a.equal(t) && mine.terms[t].size() > 1 && wrong.size() == mine.terms[t].size())
            return {t, "activation", why + "; so are those of all weights"};
        return {t, "input", why + "; it is what the weights multiply, transposed, times dL/da"};
    }
    std::optional<Divergence> first() const {
        for (std::size_t t = steps(); t-- > 0;) {
            if (!output.differing(t).empty()) return Divergence{t, "output", said(output.differing(t)[0])};
            if (!state.differing(t).empty()) return of_state(t);
            if (!a.differing(t).empty())
                return Divergence{t, "activation", said(a.differing(t)[0]) + "; dL/dh of this step is right"};
            if (!terms.differing(t).empty()) return of_terms(t);
        }
        return {};
    }
    // Whether all steps' terms were given, so that only their sum is left.
    bool all_terms() const {
        for (std::size_t t = 0; t < steps(); ++t)
            if (!terms.equal(t) || other.terms[t].size() != mine.terms[t].size()) return false;
        return steps() > 0;
    }
};

}  // namespace

template <class T> CompareReport compare_traces(const BpttTrace<T>& autograd, const BpttTrace<T>& analytic,
                                                const CompareOptions& options) {
    const std::size_t steps = autograd.state.size();
    check(analytic.state.size() == steps && analytic.a.size() == steps && analytic.terms.size() == steps &&
              analytic.output.size() == steps,
          {}, "compare_traces", "the analytic trace must have ", steps, " steps; got state of ", analytic.state.size(),
          ", a of ", analytic.a.size(), ", terms of ", analytic.terms.size(), ", output of ", analytic.output.size(),
          "; try BpttTrace(", steps, ")");
    const Names weights = names_of(autograd.gradients);
    for (std::size_t t = 0; t < steps; ++t)
        check_names("compare_traces", "terms of step " + std::to_string(t), weights, names_of(analytic.terms[t]),
                    false);
    CompareReport report = compare_named(autograd.gradients, analytic.gradients, options);
    const Walk<T> walk{autograd, analytic, options};
    report.divergence = walk.first();
    if (report.divergence && report.passed) {
        report.passed = false;
        report.verdict = "the gradients agree, but not the steps that they were made of";
    }
    const bool whole = analytic.gradients.size() == weights.size();
    if (!report.passed && !report.divergence && whole && walk.all_terms())
        report.divergence = Divergence{0, "accumulation", "the terms of all steps are right; their sum is not"};
    return report;
}

template CompareReport compare_traces(const BpttTrace<float>&, const BpttTrace<float>&, const CompareOptions&);
template CompareReport compare_traces(const BpttTrace<double>&, const BpttTrace<double>&, const CompareOptions&);

}  // namespace xtape::nn
