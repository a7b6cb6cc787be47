// SPDX-License-Identifier: BSD-3-Clause
#include "study.hpp"

#include "by_hand.hpp"
#include "derivation.hpp"
#include "kinds.hpp"
#include "network.hpp"

namespace xtape::apps {
namespace {

std::vector<V> constants(const Sample& sample) {
    std::vector<V> all;
    for (const auto& [name, array] : sample.arguments) all.push_back(V(array));
    return all;
}

// Truncated, the losses do not reach all steps.
nn::BpttTerms<double> cut(const Problem& p, nn::BpttTerms<double> all) {
    for (std::size_t s = 0; s < p.steps; ++s)
        for (std::size_t t = 0; t <= s; ++t)
            for (auto& [name, term] : all.terms[s][t])
                if (!p.reaches(s, t)) term.fill(0);
    return all;
}

template <class Cell> NamedArrays<double> outputs(const Network<Cell>& network) {
    const Problem& p = network.p;
    const Said said = Network<Cell>::said(network.runs());
    NamedArrays<double> all;
    for (std::size_t d = 0; d < p.directions(); ++d) all.push_back({p.prefix(d) + "h", stack(said[d]).value()});
    std::vector<V> scores, losses;
    for (std::size_t k = 0; k < p.steps; ++k) {
        scores.push_back(network.scores(k, said));
        losses.push_back(network.loss(k, said));
    }
    all.push_back({"scores", stack(scores).value()});
    all.push_back({"losses", stack(losses).value()});
    return all;
}

template <class Kind> Sample sample_of(const Problem& p) {
    using Cell = typename Kind::Cell;
    nn::Generator bits(1);
    const Cell cell(p.inputs, p.hidden, bits);
    std::vector<std::pair<std::string, Shape>> shapes;
    for (const auto& [path, parameter] : nn::parameters(cell)) shapes.push_back({path, parameter->shape()});
    return random_sample(p, shapes,
                         std::tuple_size_v<decltype(nn::fields(std::declval<typename Network<Cell>::State&>()))>);
}

template <class Cell> auto network_of(const Study& study) {
    return [p = study.p, sample = study.sample](const std::vector<V>& arguments) {
        return Network<Cell>(p, sample, arguments);
    };
}

template <class Cell> void add_engine(Study& study) {
    const auto network = network_of<Cell>(study);
    study.loss = [network](const std::vector<V>& arguments) {
        const auto of = network(arguments);
        return of.loss(of.said(of.runs()));
    };
    study.held_loss = study.loss;
    const std::vector<V> values = constants(study.sample);
    if (study.p.model == Model::truncated)
        study.held_loss = [network, held = network(values).runs()[0]](const std::vector<V>& arguments) {
            return network(arguments).held_loss(held);
        };
    study.outputs = [network, values] { return outputs(network(values)); };
}

template <class Cell> void add_sweeps(Study& study) {
    const auto network = network_of<Cell>(study);
    const std::vector<V> values = constants(study.sample);
    for (std::size_t d = 0; d < study.p.directions(); ++d) {
        const auto terms = [network, values, d] {
            const auto of = network(values);
            return cut(of.p, nn::bptt_terms(recurrence(of, d), of.leaf(d)));
        };
        study.directions.push_back({study.p.prefix(d), terms, {}});
    }
    study.trace = [network, values] {
        const auto of = network(values);
        return nn::bptt_trace(recurrence(of, 0), of.leaf(0));
    };
}

template <class Cell> void add_by_hand(Study& study) {
    const ByHand<Cell> hand(study.p, study.sample);
    study.recursion = [hand] { return hand.recursion(); };
    study.rtrl = [hand] { return hand.rtrl(); };
    for (std::size_t d = 0; d < study.directions.size(); ++d)
        study.directions[d].terms_by_hand = [hand, d] { return cut(hand.p, hand.terms(d)); };
    study.derivation = [hand](const Planted& planted) {
        return derivation(hand.cells[0], {hand.p, hand.sample, hand.x, hand.first[0], hand.head.v, hand.head.c},
                          planted);
    };
}

template <class Kind> Study made(const Problem& p) {
    Study study{p, sample_of<Kind>(p), 0, {}, {}, {}, {}, {}, {}, {}, {}};
    study.weights = study.sample.parameters - (p.model == Model::attention ? 3 : 2);
    add_engine<typename Kind::Cell>(study);
    add_sweeps<typename Kind::Cell>(study);
    add_by_hand<typename Kind::Hand>(study);
    if (p.model > Model::gru) study.trace = {}, study.derivation = {};
    return study;
}

}  // namespace

Study study_of(const Problem& p) {
    if (p.model == Model::lstm) return made<LstmKind>(p);
    if (p.model == Model::gru) return made<GruKind>(p);
    return made<RnnKind>(p);
}

}  // namespace xtape::apps
