// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/norm.hpp>
#include <xtape/nn/random.hpp>

#include <map>
#include <mutex>

namespace xtape::nn {

// Mean and squares = sum (x - mean)^2 of each feature, of `count` rows.
struct Moments {
    std::size_t count = 0;
    std::vector<double> mean, squares;
    void add(const Moments& more);  // those of both together: Chan, Golub and LeVeque 1979
};

// What the BatchNorms of a model saw of one batch, by any number of threads. A model is never changed while it is read:
//     nn::Statistics statistics;
//     const nn::Training training({.seed = 1, .step = step, .statistics = &statistics});
//     ... gradients of the batch, the optimiser's step ...
//     nn::update(model, statistics);
class Statistics {
public:
    void add(const void* layer, std::size_t row, const Moments&);
    Moments of(const void* layer) const;  // shards by their rows: the same bits on any number of threads
    std::size_t layers() const;           // how many have added to it
    void clear();

private:
    mutable std::mutex mutex_;
    std::map<const void*, std::map<std::size_t, Moments>> seen_;
};

struct BatchNormOptions {
    double epsilon = 1e-5;
    double momentum = 0.1;  // how much of a new batch goes into what is kept
};

// y = g (x - m) / sqrt(v + epsilon) + b, of each feature over all rows, padded ones too: Ioffe and Szegedy 2015
// x (..., F)  g (F)  b (F)  mean (F)  variance (F) -> (..., F)
// Inside of a Training m and v are those of the rows at hand (a shard's, if the batch is in shards), and gradients flow
// through them; the Training's statistics note them. Elsewhere they are the buffers that `update` keeps.
// Throws Error for options out of range, other features, and for a Training without statistics. One row alone has no
// variance: y = b.
template <class T> struct BatchNorm {
    using value_type = T;
    Parameter<T> g, b;
    Array<T> mean, variance;
    BatchNormOptions options;

    explicit BatchNorm(std::size_t features, const BatchNormOptions& = {}, Where = Where::here());
    Variable<T> operator()(const Variable<T>& x, Where = Where::here()) const;
    template <class F> void visit(F&& f) { f("g", g), f("b", b), f("mean", mean), f("variance", variance); }

    // mean += momentum (m - mean), variance likewise, that of the batch divided by count - 1; nothing of no rows
    void update(const Moments& seen);
};

namespace detail {

// Throws Error unless they are of these layers, and finite.
void check_statistics(const Statistics&, const std::vector<std::pair<std::string, const void*>>& layers, Where);

}  // namespace detail

// Takes what was seen of a batch into the buffers of the model, and empties it. For one thread, while no other reads
// the model. Throws Error, and changes nothing, for statistics of another model, or that are not finite.
template <Module M> void update(M& model, Statistics& statistics, Where where = Where::here()) {
    using T = typename M::value_type;
    std::vector<BatchNorm<T>*> found;
    std::vector<std::pair<std::string, const void*>> layers;
    const auto note = [&]<class X>(const std::string& path, X& x) {
        if constexpr (std::same_as<X, BatchNorm<T>>) found.push_back(&x), layers.emplace_back(path, &x);
    };
    note("", model);
    detail::walk(model, where, note);
    detail::check_statistics(statistics, layers, where);
    for (BatchNorm<T>* layer : found) layer->update(statistics.of(layer));
    statistics.clear();
}

extern template struct BatchNorm<float>;
extern template struct BatchNorm<double>;

}  // namespace xtape::nn
