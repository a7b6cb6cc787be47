// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <xtape/nn/decode.hpp>
#include <xtape/nn/lstm.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {

// A decoder of random weights, large enough that it has opinions: every token depends on all before.
struct RandomDecoder {
    using State = nn::LSTMState<double>;
    static constexpr std::size_t hidden = 5;
    nn::Generator bits;
    nn::LSTMCell<double> cell;
    Array<double> table, readout;

    RandomDecoder(std::size_t tokens, unsigned seed)
        : bits(seed),
          cell(hidden, hidden, bits),
          table(random_array<double>({tokens, hidden}, seed, -3, 3)),
          readout(random_array<double>({hidden, tokens}, seed + 1, -4, 4)) {}
    std::pair<Variable<double>, State> operator()(const Indices& tokens, const State& s) const {
        const State next = cell(take(Variable<double>(table), tokens), s);
        return {matmul(next.h, readout), next};
    }
    State start(std::size_t rows, unsigned seed) const {
        return {random_array<double>({rows, hidden}, seed), random_array<double>({rows, hidden}, seed + 1)};
    }
};

// A decoder that says ln p of a row of a table, whichever token it reads; its state counts its steps.
struct TableDecoder {
    Array<double> p;  // (V, V)
    std::pair<Variable<double>, Variable<double>> operator()(const Indices& tokens, const Variable<double>& s) const {
        return {log(take(Variable<double>(p), tokens)), s + 1};
    }
};

// One row of a state
template <class S> S row_of(const S& state, std::size_t row) {
    return nn::map_state([&](const auto& v) { return take(v, Indices{std::int64_t(row)}); }, state);
}

// All sequences of one row: what the decoder says after each beginning, one step at a time.
using Ranked = std::vector<nn::Decoded>;
inline void enumerate(const RandomDecoder& decoder, std::int64_t token, const RandomDecoder::State& state,
                      const nn::Decoded& said, const nn::Limits& limits, double alpha, Ranked& all) {
    const auto [scores, next] = decoder({token}, state);
    const Array<double> log_p = log_softmax(scores).value();
    for (std::size_t j = 0; j < log_p.shape()[1]; ++j) {
        nn::Decoded more = said;
        more.log_probability += log_p(0, j);
        more.ended = std::int64_t(j) == limits.end;
        if (!more.ended) more.tokens.push_back(std::int64_t(j));
        const double length = double(said.tokens.size()) + 1;
        more.score = more.log_probability / std::pow((5 + length) / 6, alpha);
        if (more.ended || more.tokens.size() == limits.longest)
            all.push_back(more);
        else
            enumerate(decoder, std::int64_t(j), next, more, limits, alpha, all);
    }
}
// The same, best first
inline Ranked ranked(const RandomDecoder& decoder, std::int64_t first, const RandomDecoder::State& state,
                     const nn::Limits& limits, double alpha) {
    Ranked all;
    enumerate(decoder, first, state, {}, limits, alpha, all);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    return all;
}

inline bool same(const nn::Decoded& a, const nn::Decoded& b) {
    return a.tokens == b.tokens && a.ended == b.ended && std::abs(a.log_probability - b.log_probability) < 1e-12 &&
           std::abs(a.score - b.score) < 1e-12;
}

}  // namespace xtape::test
