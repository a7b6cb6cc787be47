// SPDX-License-Identifier: BSD-3-Clause
#include "export.hpp"

#include <xtape/nn/io/npz.hpp>
#include <xtape/nn/io/system.hpp>

#include <cstdio>

namespace xtape::apps {
namespace {

using Arrays = std::map<std::string, Array<double>>;

void add(Arrays& all, const std::string& folder, const NamedArrays<double>& arrays) {
    for (const auto& [name, array] : arrays) all[folder + name] = array;
}

// steps (T) of (...) each -> (T, ...)
Array<double> stacked(const std::vector<Array<double>>& steps) {
    Shape shape = steps[0].shape();
    shape.insert(shape.begin(), steps.size());
    Array<double> all = zeros<double>(shape);
    for (std::size_t t = 0; t < steps.size(); ++t)
        std::copy_n(steps[t].data(), steps[t].size(), all.data() + t * steps[t].size());
    return all;
}

void add_terms(Arrays& all, const std::string& prefix, const nn::BpttTerms<double>& terms) {
    const std::size_t T = terms.terms.size();
    for (std::size_t k = 0; k < terms.terms[0][0].size(); ++k) {
        const auto& [name, one] = terms.terms[0][0][k];
        Shape shape{T, T};
        shape.insert(shape.end(), one.shape().begin(), one.shape().end());
        Array<double> G = zeros<double>(shape);
        for (std::size_t s = 0; s < T; ++s)
            for (std::size_t t = 0; t <= s; ++t)
                std::copy_n(terms.terms[s][t][k].array.data(), one.size(), G.data() + (s * T + t) * one.size());
        all["term/" + prefix + name] = G;
    }
}

void add_trace(Arrays& all, const std::string& folder, const nn::BpttTrace<double>& trace) {
    add(all, folder + "gradient/", trace.gradients);
    all[folder + "da"] = stacked(trace.a);
    for (std::size_t field = 0; field < trace.state[0].size(); ++field) {
        std::vector<Array<double>> steps;
        for (const auto& state : trace.state) steps.push_back(state[field]);
        all[folder + (field == 0 ? "dh" : "dc")] = stacked(steps);
    }
    for (std::size_t k = 0; k < trace.terms[0].size(); ++k) {
        std::vector<Array<double>> steps;
        for (const auto& terms : trace.terms) steps.push_back(terms[k].array);
        all[folder + "term/" + trace.terms[0][k].name] = stacked(steps);
    }
}

}  // namespace

void save(const std::filesystem::path& path, const Study& study, const Comparison& c, const Planted& planted) {
    const Problem& p = study.p;
    Arrays all;
    for (std::size_t k = 0; k < study.sample.arguments.size(); ++k)
        add(all, k < study.sample.parameters ? "parameter/" : "input/", {study.sample.arguments[k]});
    Array<double> weights = zeros<double>({p.steps});
    for (std::size_t k = 0; k < p.steps; ++k) weights(k) = p.weight(k);
    all["input/weights"] = weights;
    add(all, "output/", study.outputs());
    add(all, "gradient/", reverse_mode<double>(study.loss, study.sample.values(), study.sample.names()));
    add(all, "analytic/", study.recursion());
    for (std::size_t d = 0; d < c.terms.size(); ++d) add_terms(all, study.directions[d].prefix, c.terms[d]);
    for (const Credit& credit : c.credit) all[credit.prefix + "credit"] = credit.map;
    if (study.trace) add_trace(all, "sweep/", study.trace());
    if (!planted.name.empty()) add_trace(all, "mistaken/", study.derivation(planted));

    auto labels = Array<std::int64_t>::from_shape({p.steps, p.batch});
    std::ranges::copy(study.sample.labels, labels.begin());
    const Array<std::int64_t> truncation{std::int64_t(p.every), std::int64_t(p.depth)};
    std::map<std::string, nn::io::ArrayView> views(all.begin(), all.end());
    views.insert({"input/labels", labels});
    if (p.model == Model::truncated) views.insert({"input/truncation", truncation});
    nn::io::save_npz(path, views, nn::io::Packing::stored, {});
    std::fprintf(stderr, "compare_gradients: wrote %zu arrays to %s\n", views.size(), nn::io::shown(path).c_str());
}

}  // namespace xtape::apps
