// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/random.hpp>
#include <xtape/nn/sampling.hpp>
#include <xtape/nn/state.hpp>

#include <optional>

namespace xtape::nn {

// A decoder is any callable (tokens, state) -> (scores (B, V), state): tokens are Indices, one a row, and the scores
// are logits of what follows. All that belongs to a row is in its state, the Memory that it looks back at too:
//     using State = std::tuple<LSTMState<float>, Memory<float>>;
//     const auto step = [&](const Indices& tokens, const State& s) { ...; return std::pair(readout(h), State(...)); };
// The functions here read `first`, a token for each row, and then what they choose. Nothing is recorded, and dropout is
// off.

struct Limits {
    std::optional<std::int64_t> end = {};  // the token that ends a sequence, if there is one
    std::size_t longest = 0;               // steps; must be told
};

struct Decoded {
    Indices tokens = {};         // without the first one, and without the end
    bool ended = false;          // by the end token, rather than by the limit
    double log_probability = 0;  // of all tokens, the end among them, as the decoder scores them
    double score = 0;            // what beam search orders by: log_probability / length_penalty
};

struct BeamOptions {
    std::size_t width = 4;  // hypotheses that are kept at each step, for each row
    double alpha = 0;       // of the length penalty: the larger, the longer
};

// ((5 + length) / 6)^alpha: Wu et al. 2016. The length counts the end token.
double length_penalty(std::size_t length, double alpha);

namespace detail {

// A parameter that is given as a state is a variable from the first step on.
template <State S> using Held = std::conditional_t<AnyVariable<S>, Variable<nn::scalar_of<S>>, S>;

template <State S> void check_rows(const S& state, std::size_t rows, const char* op, Where where) {
    (void)map_state(
        [&](const auto& v) {
            check(v.value().dimension() > 0 && v.value().shape()[0] == rows, where, op,
                  "states must have a row for each token, ", rows, "; got ", v.value().shape());
            return v;
        },
        state);
}

// Those rows of a state, in that order.
template <State S> S take_rows(const S& state, const Indices& rows, Where where) {
    bool all = output(state).value().shape()[0] == rows.size();
    for (std::size_t i = 0; i < rows.size(); ++i) all = all && rows[i] == std::int64_t(i);
    return all ? state : map_state([&](const auto& v) { return take(v, rows, 0, where); }, state);
}

struct Hypothesis {
    std::size_t row;     // of the batch
    std::int64_t token;  // that the decoder reads next
    Decoded said = {};
};

// What follows the hypotheses that have not ended, live ones, chosen by the log probabilities (n, V) of their next
// tokens. Given for each new one: the number of the one that it continues. Those that end go to the results.
struct Sampler {
    Sampler(std::size_t rows, const Limits&, const Sampling&, std::uint64_t seed, const char* op, Where);
    Indices operator()(std::vector<Hypothesis>& live, const Array<double>& log_p, std::size_t t);
    Limits limits;
    Sampling sampling;
    std::uint64_t seed;
    std::vector<Decoded> results;
};
struct BeamSearch {
    BeamSearch(std::size_t rows, const Limits&, const BeamOptions&, Where);
    Indices operator()(std::vector<Hypothesis>& live, const Array<double>& log_p, std::size_t t);
    Limits limits;
    BeamOptions options;
    std::vector<std::vector<Decoded>> results;
};

void check_end(const Limits& limits, std::size_t tokens, const char* op, Where where);

template <class Step, State S, class Choose>
void decode(const Step& step, const Indices& first, const S& state, Choose& choose, const char* op, Where where) {
    const NoGrad no_grad;
    const Evaluation evaluation;
    Frame frame(op);
    check_rows(state, first.size(), op, where);
    Held<S> at = state;
    std::vector<Hypothesis> live;
    for (std::size_t row = 0; row < first.size(); ++row) live.push_back({row, first[row]});
    for (std::size_t t = 0; !live.empty(); ++t) {
        frame.at(std::ptrdiff_t(t));
        Indices tokens;
        for (const Hypothesis& h : live) tokens.push_back(h.token);
        const auto [scores, next] = step(tokens, std::as_const(at));
        const Array<double> log_p = log_probabilities(scores.value(), live.size(), op, where);
        check_end(choose.limits, log_p.shape()[1], op, where);
        at = take_rows<Held<S>>(next, choose(live, log_p, t), where);
    }
}

}  // namespace detail

// A sequence for each row, drawn token by token: each draw is a function of the seed, the step and the row's number.
// Rows that have ended are no longer computed. Throws Error, with the step at which something does not fit.
template <class Step, State S> std::vector<Decoded> sample(const Step& step, const Indices& first, const S& state,
                                                           const Limits& limits, const Sampling& sampling,
                                                           std::uint64_t seed, Where where = Where::here()) {
    detail::Sampler sampler(first.size(), limits, sampling, seed, "sample", where);
    detail::decode(step, first, state, sampler, "sample", where);
    return sampler.results;
}

// The best token at each step
template <class Step, State S> std::vector<Decoded> greedy(const Step& step, const Indices& first, const S& state,
                                                           const Limits& limits, Where where = Where::here()) {
    detail::Sampler sampler(first.size(), limits, {.temperature = 0}, 0, "greedy", where);
    detail::decode(step, first, state, sampler, "greedy", where);
    return sampler.results;
}

// For each row the best sequences that were found, up to `width` of them, best first. At each step the most probable
// `width` continuations are kept, those that end among them. It stops when no other can be better than what has ended:
// a beam as wide as there are sequences finds the best, one of width 1 is greedy.
template <class Step, State S> std::vector<std::vector<Decoded>> beam_search(const Step& step, const Indices& first,
                                                                             const S& state, const Limits& limits,
                                                                             const BeamOptions& options = {},
                                                                             Where where = Where::here()) {
    detail::BeamSearch search(first.size(), limits, options, where);
    detail::decode(step, first, state, search, "beam_search", where);
    return search.results;
}

}  // namespace xtape::nn
