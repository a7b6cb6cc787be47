// SPDX-License-Identifier: BSD-3-Clause
#include "compare.hpp"

#include <xtape/autodiff/blas.hpp>

#include <chrono>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

constexpr const char* plain_loops = "plain loops";
constexpr std::size_t most_passes = 60'000, most_sensitivities = 10'000'000, most_numbers = 16'000'000;

template <class F> auto timed(std::vector<Timed>& times, const std::string& name, const F& run) {
    const auto start = std::chrono::steady_clock::now();
    auto result = run();
    times.push_back({name, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
    return result;
}

// Two that are fast enough for a median, by turns.
template <class F, class G> void time_again(std::vector<Timed>& times, const F& first, const G& second) {
    std::vector<Timed> a{times[0]}, b{times[1]};
    const auto spent = [&] { return (a.back().seconds + b.back().seconds) * double(a.size()); };
    while (a.size() < 5 || (spent() < 0.3 && a.size() < 101)) timed(a, "", first), timed(b, "", second);
    for (auto* each : {&a, &b})
        std::ranges::nth_element(*each, each->begin() + std::ptrdiff_t(each->size() / 2), {}, &Timed::seconds);
    times[0].seconds = a[a.size() / 2].seconds, times[1].seconds = b[b.size() / 2].seconds;
}

std::size_t elements(const NamedArrays<double>& arrays, std::size_t count) {
    std::size_t n = 0;
    for (std::size_t k = 0; k < count; ++k) n += arrays[k].array.size();
    return n;
}

NamedArrays<double> weights_of(const Study& study, const Method<double>& method) {
    return {method.gradient.begin(), method.gradient.begin() + std::ptrdiff_t(study.weights)};
}

// Whether something may cost that much; if not, it is left out.
bool affordable(const Study& study, Comparison& out, const std::string& what, std::size_t cost, std::size_t most,
                const char* unit) {
    if (study.p.force || cost <= most) return true;
    out.left_out.push_back(
        {what, grouped(double(cost)) + " " + unit + ", more than " + grouped(double(most)) + "; --force computes it"});
    return false;
}

void add_engines(const Study& study, Comparison& out, std::vector<Method<double>>& methods) {
    const Sample& sample = study.sample;
    const std::size_t passes = elements(sample.arguments, sample.arguments.size()) * study.p.steps;
    const auto values = sample.values();
    if (affordable(study, out, "forward mode", passes, most_passes, "passes of a step"))
        methods.push_back(timed(out.times, "forward mode",
                                [&] { return by_forward_mode<double>(study.loss, values, sample.names()); }));
    if (affordable(study, out, "differences", passes, most_passes, "passes of a step"))
        methods.push_back(timed(out.times, "differences",
                                [&] { return by_differences<double>(study.held_loss, values, sample.names()); }));
}

void add_rtrl(const Study& study, Comparison& out, std::vector<Method<double>>& methods) {
    const Problem& p = study.p;
    const std::size_t states = p.hidden * (p.model == Model::lstm ? 2 : 1);
    const std::size_t columns = elements(study.sample.arguments, study.weights) + states + p.steps * p.inputs;
    // A gated cell's derivative by one sample is a backward step of them all.
    const std::size_t sweeps = p.model == Model::lstm || p.model == Model::gru ? p.batch : 1;
    const std::size_t cost = columns * states * p.batch * p.steps * sweeps;
    if (affordable(study, out, "RTRL", cost, most_sensitivities, "sensitivities"))
        methods.push_back(
            {"RTRL", {plain_loops, "forward sensitivities"}, timed(out.times, "RTRL", [&] { return study.rtrl(); })});
}

NamedArrays<double> total(const std::vector<nn::BpttTerms<double>>& terms, const Names& names) {
    NamedArrays<double> all;
    for (const auto& of_direction : terms)
        for (auto& [name, array] : of_direction.total()) all.push_back({names[all.size()], std::move(array)});
    return all;
}

void add_terms(const Study& study, Comparison& out, const std::vector<Method<double>>& methods) {
    const std::size_t T = study.p.steps, numbers = T * (T + 1) / 2 * elements(study.sample.arguments, study.weights);
    if (!affordable(study, out, "G[s, t] and the credit map", numbers, most_numbers, "numbers")) return;
    std::vector<nn::BpttTerms<double>> by_hand;
    timed(out.times, "G[s, t] by the engine", [&] {
        for (const Direction& d : study.directions) out.terms.push_back(d.terms());
        return 0;
    });
    timed(out.times, "G[s, t] by nn/analytic", [&] {
        for (const Direction& d : study.directions) by_hand.push_back(d.terms_by_hand());
        return 0;
    });
    std::vector<Method<double>> of_weights;
    for (const Method<double>& method : methods)
        if (method.error.empty()) of_weights.push_back({method.name, method.rests_on, weights_of(study, method)});
    Names engine = methods[0].rests_on;
    engine.push_back("the untied weights");
    of_weights.push_back({"sum of G[s, t]", engine, total(out.terms, study.sample.names())});
    of_weights.push_back(
        {"the same by nn/analytic", {plain_loops, "the double sum"}, total(by_hand, study.sample.names())});
    out.sums = compare_methods(of_weights);
    for (std::size_t d = 0; d < out.terms.size(); ++d)
        out.credit.push_back({study.directions[d].prefix, out.terms[d].credit()});
    if (study.trace) out.steps = compare_steps(study, {});
}

}  // namespace

CompareReport compare_steps(const Study& study, const Planted& planted) {
    const Problem& p = study.p;
    return nn::compare_traces(study.trace(), study.derivation(planted),
                              {.sizes = {{"B", double(p.batch)}, {"T", double(p.steps)}}});
}

Comparison compare(const Study& study) {
    blas();  // before the first product of nn/analytic, which does not know of it
    const OneBlasThread one;
    Comparison out{};
    const auto values = study.sample.values();
    const Names names = study.sample.names();
    const auto reverse = [&] { return by_reverse_mode<double>(study.loss, values, names); };
    std::vector<Method<double>> methods{timed(out.times, "reverse mode", reverse)};
    methods.push_back(
        {"nn/analytic", {plain_loops, "the backward recursion"}, timed(out.times, "nn/analytic", study.recursion)});
    time_again(out.times, reverse, study.recursion);
    out.arguments = compare_named(methods[0].gradient, methods[1].gradient,
                                  {.sizes = {{"B", double(study.p.batch)}, {"T", double(study.p.steps)}}});
    add_engines(study, out, methods);
    add_rtrl(study, out, methods);
    out.methods = compare_methods(methods);
    add_terms(study, out, methods);
    return out;
}

}  // namespace xtape::apps
