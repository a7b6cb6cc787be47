// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/forcing.hpp>
#include <xtape/nn/random.hpp>

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
    if (options.own == 0 || !training()) return truth;
    const NoGrad no_grad;
    const Source from = source(where);
    const auto use = [&](std::uint64_t part) { return Draw{options.layer, std::ptrdiff_t(t), part}; };
    const Array<double> numbers = uniform<double>({truth.size()}, from, use(0), where);
    const Array<double> coins = bernoulli<double>({truth.size()}, options.own, from, use(1), where);
    Indices input = draw(log_probabilities(scores, truth.size(), op, where), options.saying,
                         std::vector<double>(numbers.begin(), numbers.end()));
    for (std::size_t row = 0; row < truth.size(); ++row)
        if (coins(row) == 0) input[row] = truth[row];
    return input;
}

template Indices next_input(const Indices&, const Array<float>&, const ForcingOptions&, std::size_t, Where);
template Indices next_input(const Indices&, const Array<double>&, const ForcingOptions&, std::size_t, Where);

}  // namespace xtape::nn::detail
