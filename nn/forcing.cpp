// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/forcing.hpp>

#include <numeric>

namespace xtape::nn::detail {

constexpr const char* op = "teacher_forcing";

void check_forcing(const Indices& first, const std::vector<Indices>& targets, const ForcingOptions& options,
                   Where where) {
    check(!targets.empty(), where, op, "targets must have a step; got none");
    for (std::size_t t = 0; t < targets.size(); ++t)
        check(targets[t].size() == first.size(), where, op, "targets must be as many as first tokens at each step, ",
              first.size(), "; got ", targets[t].size(), " at step ", t);
    check(options.own >= 0 && options.own <= 1, where, op, "own must be a probability, in [0, 1]; got ", options.own);
    check_sampling(options.saying, op, where);
}

template <class T> Indices next_input(const Indices& truth, const Array<T>& scores, const ForcingOptions& options,
                                      std::size_t t, Where where) {
    if (options.own == 0) return truth;
    const NoGrad no_grad;
    Indices rows(truth.size());
    std::iota(rows.begin(), rows.end(), std::int64_t(0));
    Indices input = draw(log_probabilities(scores, truth.size(), op, where), options.saying, t, rows);
    for (std::size_t row = 0; row < truth.size(); ++row)
        if (uniform(options.saying.seed, Use::coin, t, row) >= options.own) input[row] = truth[row];
    return input;
}

template Indices next_input(const Indices&, const Array<float>&, const ForcingOptions&, std::size_t, Where);
template Indices next_input(const Indices&, const Array<double>&, const ForcingOptions&, std::size_t, Where);

}  // namespace xtape::nn::detail
