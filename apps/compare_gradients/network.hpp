// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The engine's side: each model, as a function of all its parameters, inputs and first states.

#include <xtape/nn/attention.hpp>
#include <xtape/nn/bidirectional.hpp>
#include <xtape/nn/bptt.hpp>
#include <xtape/nn/truncated.hpp>

#include "sample.hpp"

namespace xtape::apps {

using V = Variable<double>;
using Said = std::vector<std::vector<V>>;  // [direction][t]: what its cell says at that time

template <class Cell> struct Network {
    using State = decltype(std::declval<const Cell&>().initial(1));
    Problem p;
    Sample sample;
    std::vector<Cell> cells;
    nn::GeneralAttention<double> attention;
    V v, c, x;
    std::vector<State> first;

    Network(const Problem& problem, const Sample& s, const std::vector<V>& arguments)
        : p(problem), sample(s), attention(bare<nn::GeneralAttention<double>>(p)) {
        auto next = arguments.begin();
        for (std::size_t d = 0; d < p.directions(); ++d) {
            cells.push_back(bare<Cell>(p));
            for (const auto& [path, parameter] : nn::parameters(cells[d])) static_cast<V&>(*parameter) = *next++;
        }
        if (p.model == Model::attention) static_cast<V&>(attention.wa) = *next++;
        v = *next++, c = *next++, x = *next++;
        for (const Cell& cell : cells)
            first.push_back(nn::map_state([&](const V&) { return *next++; }, cell.initial(p.batch)));
    }
    template <class M> static M bare(const Problem& p) {
        nn::Generator bits(1);
        if constexpr (std::same_as<M, Cell>)
            return M(p.inputs, p.hidden, bits);
        else
            return M(p.hidden, p.hidden, bits);
    }

    // A cell with parameters of its own, by which gradients can be asked for.
    Cell leaf(std::size_t d) const {
        Cell cell = bare<Cell>(p);
        const auto from = nn::parameters(cells[d]);
        for (std::size_t k = 0; const auto& [path, parameter] : nn::parameters(cell))
            parameter->set(from[k++].parameter->value());
        return cell;
    }

    std::vector<nn::Unrolled<State>> runs() const {
        if (p.model == Model::truncated) return {nn::truncated(cells[0], x, first[0], {p.every, p.depth})};
        if (p.directions() == 1) return {nn::unroll(cells[0], x, first[0])};
        const auto both = nn::bidirectional(cells[0], cells[1], x, first[0], first[1]);
        return {both.forward, both.backward};
    }
    static Said said(const std::vector<nn::Unrolled<State>>& runs) {
        Said all(runs.size());
        for (std::size_t d = 0; d < runs.size(); ++d)
            for (const State& state : runs[d].states) all[d].push_back(nn::output(state));
        return all;
    }
    V scores(std::size_t k, const Said& h) const {
        V features = h[0][k];
        if (p.model == Model::attention) {
            const auto memory = attention.memory(stack(std::vector<V>(h[0].begin(), h[0].begin() + long(k) + 1)));
            features = concatenate({attention(features, memory).context, features}, 1);
        } else if (p.directions() == 2) {
            features = concatenate({features, h[1][p.read_at(1, k)]}, 1);
        }
        return linear(features, v, c);
    }
    V loss(std::size_t k, const Said& h) const {
        if (p.weight(k) == 0) return 0.0;
        return p.weight(k) * cross_entropy(scores(k, h), sample.labels_of(k));
    }
    V loss(const Said& h) const {
        V total = 0.0;
        for (std::size_t k = 0; k < p.steps; ++k) total = total + loss(k, h);
        return total;
    }

    // What truncated backpropagation differentiates: each block begun at a state that is held at its value.
    V held_loss(const nn::Unrolled<State>& held) const {
        const Said constant = said({held});
        V total = 0.0;
        for (std::size_t begin = 0, end; begin < p.steps; begin = end) {
            end = std::min(begin + p.every, p.steps);
            const std::size_t from = end - std::min(p.depth, end);
            const auto run = nn::unroll(cells[0], slice(x, 0, std::ptrdiff_t(from), std::ptrdiff_t(end)),
                                        from == 0 ? first[0] : held.states[from - 1]);
            Said h = constant;
            for (std::size_t t = from; t < end; ++t) h[0][t] = nn::output(run.states[t - from]);
            for (std::size_t k = begin; k < end; ++k) total = total + loss(k, h);
        }
        return total;
    }
};

// One direction as a recurrence: what the other one says is constant.
template <class Cell> struct LossOfDirection {
    Network<Cell> network;
    std::size_t d;
    Said others;
    std::shared_ptr<Said> said = std::make_shared<Said>();

    V operator()(std::size_t n, const typename Network<Cell>::State& state) const {
        if (n == 0) *said = others;
        (*said)[d][network.p.time(d, n)] = nn::output(state);
        return network.loss(network.p.loss_at(d, n), *said);
    }
};
template <class Cell> auto recurrence(const Network<Cell>& network, std::size_t d) {
    std::vector<V> xs;
    for (std::size_t n = 0; n < network.p.steps; ++n)
        xs.push_back(select(network.x, 0, std::ptrdiff_t(network.p.time(d, n))));
    return nn::Recurrence(stack(xs), network.first[d],
                          LossOfDirection<Cell>{network, d, Network<Cell>::said(network.runs())});
}

}  // namespace xtape::apps
