// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The side of nn/analytic: the gradients of each model by the recursion, by the double sum, and by RTRL.

#include <xtape/nn/analytic/rtrl.hpp>
#include <xtape/nn/analytic/terms.hpp>
#include <xtape/nn/bptt.hpp>

#include "head.hpp"

namespace xtape::apps {

template <class Cell> struct ByHand {
    Problem p;
    Sample sample;
    std::vector<Cell> cells;
    Head head;
    Plain x;
    std::vector<nn::analytic::State<double>> first;
    using Run = nn::analytic::Unrolled<Cell>;

    ByHand(const Problem& problem, const Sample& s) : p(problem), sample(s), head{p, {}, {}, {}} {
        auto next = sample.arguments.begin();
        for (std::size_t d = 0; d < p.directions(); ++d)
            cells.emplace_back().visit([&](const char*, Plain& parameter) { parameter = (next++)->array; });
        if (p.model == Model::attention) head.attention.wa = (next++)->array;
        head.v = (next++)->array, head.c = (next++)->array, x = (next++)->array;
        const auto fields = std::size_t(sample.arguments.end() - next) / p.directions();
        for (std::size_t d = 0; d < p.directions(); ++d) {
            first.emplace_back();
            for (std::size_t k = 0; k < fields; ++k) first[d].push_back((next++)->array);
        }
    }

    std::vector<Run> runs() const {
        std::vector<Run> all;
        for (std::size_t d = 0; d < p.directions(); ++d)
            all.push_back(nn::analytic::unroll(cells[d], x, first[d], {{}, d == 1}));
        return all;
    }
    static PlainSaid said(const std::vector<Run>& runs) {
        PlainSaid h;
        for (const Run& run : runs) h.push_back(run.h);
        return h;
    }
    // One sweep for each direction, given what all losses say.
    NamedArrays<double> recursion() const {
        return gradients([&](std::size_t d, const Run& run, const Plain& d_h) {
            const auto none = nn::analytic::no_state(first[d]);
            if (p.model == Model::truncated)
                return nn::analytic::truncated_bptt(cells[d], run, d_h, none, p.every, p.depth);
            return nn::analytic::bptt(cells[d], run, d_h, none);
        });
    }
    // Forward sensitivities. What reads from the end is given its steps in that order.
    NamedArrays<double> rtrl() const {
        return gradients([&](std::size_t d, const Run&, const Plain& d_h) {
            const auto run = nn::analytic::unroll(cells[d], in_order(d, x), first[d]);
            const auto none = nn::analytic::no_state(first[d]);
            if (p.model == Model::truncated)
                return nn::analytic::truncated_rtrl(cells[d], run, d_h, none, p.every, p.depth);
            auto one = nn::analytic::rtrl(cells[d], run, in_order(d, d_h), none);
            one.x = in_order(d, one.x);
            return one;
        });
    }
    // G[s, t] of one direction, s and t in the order of its reading: a sweep for each loss.
    nn::BpttTerms<double> terms(std::size_t d) const {
        const auto run = nn::analytic::unroll(cells[d], in_order(d, x), first[d]);
        const PlainSaid h = said(runs());
        nn::BpttTerms<double> all;
        for (std::size_t s = 0; s < p.steps; ++s) {
            PlainSaid d_h = nothing_said(h);
            Head unused = head;
            const std::size_t k = p.loss_at(d, s);
            head.backward(k, h, sample.labels_of(k), d_h, unused);
            const auto swept =
                nn::analytic::traced_bptt(cells[d], run, in_order(d, d_h[d]), nn::analytic::no_state(first[d]));
            all.terms.emplace_back();
            for (std::size_t t = 0; t <= s; ++t)
                all.terms[s].push_back(nn::detail::named_arrays<double>(swept.terms[t], {}));
        }
        return all;
    }

private:
    static PlainSaid nothing_said(PlainSaid h) {
        for (Plain& of_direction : h) of_direction.fill(0);
        return h;
    }
    Plain in_order(std::size_t d, const Plain& steps) const {
        if (d == 0) return steps;
        return nn::analytic::reversed(steps, std::vector<std::size_t>(p.batch, p.steps));
    }
    template <class Sweep> NamedArrays<double> gradients(const Sweep& sweep) const {
        const std::vector<Run> run = runs();
        const PlainSaid h = said(run);
        PlainSaid d_h = nothing_said(h);
        Head d{p, nn::analytic::no_gradients(head.attention), 0 * head.v, 0 * head.c};
        for (std::size_t k = 0; k < p.steps; ++k) head.backward(k, h, sample.labels_of(k), d_h, d);
        std::vector<Plain> of_cells, of_first;
        Plain d_x = 0 * x;
        for (std::size_t i = 0; i < p.directions(); ++i) {
            nn::analytic::SequenceGradients<Cell> one = sweep(i, run[i], d_h[i]);
            one.parameters.visit([&](const char*, const Plain& gradient) { of_cells.push_back(gradient); });
            of_first.insert(of_first.end(), one.first.begin(), one.first.end());
            d_x += one.x;
        }
        std::vector<Plain> all = of_cells;
        if (p.model == Model::attention) all.push_back(d.attention.wa);
        for (const Plain& gradient : {d.v, d.c, d_x}) all.push_back(gradient);
        all.insert(all.end(), of_first.begin(), of_first.end());
        return nn::detail::named_arrays<double>(all, sample.arguments);
    }
};

}  // namespace xtape::apps
