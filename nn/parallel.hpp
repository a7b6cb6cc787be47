// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/mode.hpp>
#include <xtape/nn/module.hpp>
#include <xtape/nn/workers.hpp>

#include <algorithm>
#include <mutex>
#include <optional>

namespace xtape::nn {

// How a batch is cut. The rows of a shard are a setting, never a consequence of the number of threads: shards are
// added in their order, so the same rows give the same bits on any number of threads.
struct Shards {
    std::size_t threads = 0;  // 0: as many as the machine has
    std::size_t rows = 32;
};

template <class T> struct LossAndGradients {
    T loss;
    Gradients<T> gradients;
};

// A sum of shards in their order, whichever comes first; those that wait for one before them are kept.
template <class T> class OrderedSum {
public:
    explicit OrderedSum(std::size_t shards) : waiting_(shards) {}
    void add(std::size_t shard, Gradients<T> gradients);  // by any thread
    Gradients<T> take() { return std::move(*total_); }

private:
    std::mutex mutex_;
    std::vector<std::optional<Gradients<T>>> waiting_;
    std::size_t next_ = 0;
    std::optional<Gradients<T>> total_;
};

// The loss of a batch and its gradients by the model's parameters, where loss(begin, end) is the mean over these rows,
// as a variable of the tape that its shard has of its own. A Training of the caller is every shard's, each with its own
// rows. Whatever a shard throws is thrown, and nothing is changed.
template <Module M, class Loss> auto parallel_grad(const M& model, std::size_t rows, const Loss& loss,
                                                   const Shards& shards = {}, Where where = Where::here()) {
    using T = typename M::value_type;
    check(rows > 0 && shards.rows > 0, where, "parallel_grad", "a batch and its shards must have rows; got ", rows,
          " and ", shards.rows);
    const std::size_t n = (rows + shards.rows - 1) / shards.rows;
    std::vector<double> losses(n);
    OrderedSum<T> sum(n);
    run_parallel(n, shards.threads, [&](std::size_t i) {
        const std::size_t begin = i * shards.rows, end = std::min(begin + shards.rows, rows);
        Mode mode = mode_state;
        mode.row += begin;
        const Within shard(mode);
        const Tape tape;
        const Variable<T> y = loss(begin, end);
        check(y.value().size() == 1, where, "parallel_grad", "the loss of a shard must be one number; got shape ",
              y.value().shape(), "; try mean(y)");
        const double weight = double(end - begin) / double(rows);
        losses[i] = weight * double(y.value().data()[0]);
        sum.add(i, backward(y, wanted(model), filled(y.shape(), T(weight)), where));
    });
    double total = 0;
    for (const double l : losses) total += l;
    return LossAndGradients<T>{T(total), sum.take()};
}

}  // namespace xtape::nn
