// SPDX-License-Identifier: BSD-3-Clause
#include "tasks.hpp"

#include <cmath>
#include <numbers>
#include <random>

namespace xtape::apps {
namespace {

// The standard fixes the bits of an engine, but not what distributions make of them.
class Draws {
public:
    explicit Draws(std::uint64_t seed) : bits_(seed) {}
    double uniform() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }  // [0, 1)
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }
    std::size_t between(std::size_t begin, std::size_t end) { return begin + below(end - begin); }
    double normal() {  // Box and Muller 1958
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

private:
    std::mt19937_64 bits_;
};

void check_batch(std::size_t batch, const char* task) {
    check(batch > 0, Where::here(), task, "a batch must have sequences; got none");
}

}  // namespace

template <class T> Regression<T> adding(std::size_t steps, std::size_t batch, std::uint64_t seed) {
    check_batch(batch, "adding");
    check(steps >= 2, Where::here(), "adding", "each half must have a step; got ", steps, " in all");
    Draws draws(seed);
    Regression<T> task{zeros<T>({steps, batch, 2}), zeros<T>({batch, 1})};
    for (std::size_t b = 0; b < batch; ++b) {
        for (std::size_t t = 0; t < steps; ++t) task.xs(t, b, 0) = T(draws.uniform());
        for (const std::size_t t : {draws.between(0, steps / 2), draws.between(steps / 2, steps)}) {
            task.xs(t, b, 1) = 1;
            task.targets(b, 0) += task.xs(t, b, 0);
        }
    }
    return task;
}

template <class T> Classification<T> copy(std::size_t lag, std::size_t batch, std::uint64_t seed) {
    check_batch(batch, "copy");
    check(lag >= 1, Where::here(), "copy", "the lag must be positive; got 0");
    constexpr std::size_t symbols = 10;
    const std::size_t steps = lag + 2 * symbols;
    Draws draws(seed);
    Classification<T> task{zeros<T>({steps, batch, copy_sizes.inputs}), Indices(steps * batch, copy_blank)};
    for (std::size_t b = 0; b < batch; ++b) {
        for (std::size_t t = symbols; t < steps; ++t) task.xs(t, b, copy_blank) = 1;
        task.xs(steps - symbols - 1, b, copy_blank) = 0;
        task.xs(steps - symbols - 1, b, copy_delimiter) = 1;
        for (std::size_t t = 0; t < symbols; ++t) {
            const std::size_t symbol = draws.below(copy_blank);
            task.xs(t, b, symbol) = 1;
            task.labels[(steps - symbols + t) * batch + b] = static_cast<std::int64_t>(symbol);
        }
    }
    return task;
}

template <class T> Classification<T> temporal_order(std::size_t steps, std::size_t batch, std::uint64_t seed) {
    check_batch(batch, "temporal_order");
    check(steps >= 10, Where::here(), "temporal_order", "there must be 10 steps; got ", steps);
    Draws draws(seed);
    Classification<T> task{zeros<T>({steps, batch, temporal_order_sizes.inputs}), Indices(batch)};
    for (std::size_t b = 0; b < batch; ++b) {
        const std::size_t places[]{draws.between(steps / 10, steps / 5), draws.between(steps / 2, steps * 3 / 5)};
        for (std::size_t t = 0; t < steps; ++t) {
            const bool counts = t == places[0] || t == places[1];
            const std::size_t symbol = counts ? draws.below(2) : 2 + draws.below(4);
            task.xs(t, b, symbol) = 1;
            if (counts) task.labels[b] = 2 * task.labels[b] + static_cast<std::int64_t>(symbol);
        }
    }
    return task;
}

template <class T> Classification<T> latch(std::size_t steps, std::size_t batch, std::uint64_t seed, double noise) {
    check_batch(batch, "latch");
    check(steps >= 3, Where::here(), "latch", "there must be 3 steps; got ", steps);
    Draws draws(seed);
    Classification<T> task{zeros<T>({steps, batch, latch_sizes.inputs}), Indices(batch)};
    for (std::size_t b = 0; b < batch; ++b) {
        task.labels[b] = static_cast<std::int64_t>(draws.below(2));
        for (std::size_t t = 0; t < steps; ++t)
            task.xs(t, b, 0) = t < 3 ? T(2 * task.labels[b] - 1) : T(noise * draws.normal());
    }
    return task;
}

template <class T> Classification<T> delayed_recall(std::size_t steps, std::size_t lag, std::size_t symbols,
                                                    std::size_t batch, std::uint64_t seed) {
    check_batch(batch, "delayed_recall");
    check(symbols >= 2, Where::here(), "delayed_recall", "there must be two symbols; got ", symbols);
    check(lag < steps, Where::here(), "delayed_recall", "the lag must be less than the ", steps, " steps; got ", lag);
    Draws draws(seed);
    Classification<T> task{zeros<T>({steps, batch, symbols}), Indices(batch)};
    for (std::size_t b = 0; b < batch; ++b)
        for (std::size_t t = 0; t < steps; ++t) {
            const std::size_t symbol = draws.below(symbols);
            task.xs(t, b, symbol) = 1;
            if (t + lag + 1 == steps) task.labels[b] = static_cast<std::int64_t>(symbol);
        }
    return task;
}

template Regression<float> adding(std::size_t, std::size_t, std::uint64_t);
template Regression<double> adding(std::size_t, std::size_t, std::uint64_t);
template Classification<float> copy(std::size_t, std::size_t, std::uint64_t);
template Classification<double> copy(std::size_t, std::size_t, std::uint64_t);
template Classification<float> temporal_order(std::size_t, std::size_t, std::uint64_t);
template Classification<double> temporal_order(std::size_t, std::size_t, std::uint64_t);
template Classification<float> latch(std::size_t, std::size_t, std::uint64_t, double);
template Classification<double> latch(std::size_t, std::size_t, std::uint64_t, double);
template Classification<float> delayed_recall(std::size_t, std::size_t, std::size_t, std::size_t, std::uint64_t);
template Classification<double> delayed_recall(std::size_t, std::size_t, std::size_t, std::size_t, std::uint64_t);

}  // namespace xtape::apps
