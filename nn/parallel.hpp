// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/module.hpp>
#include <xtape/nn/workers.hpp>

#include <algorithm>
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

// The sum, in order; all have the same items.
template <class T> Gradients<T> added(std::vector<std::optional<Gradients<T>>>& parts);

// The loss of a batch and its gradients by the model's parameters, where loss(begin, end) is the mean over these rows,
// as a variable of the tape that its shard has of its own. Whatever a shard throws is thrown, and nothing is changed.
template <Module M, class Loss> auto parallel_grad(const M& model, std::size_t rows, const Loss& loss,
                                                   const Shards& shards = {}, Where where = Where::here()) {
    using T = typename M::value_type;
    check(rows > 0 && shards.rows > 0, where, "parallel_grad", "a batch and its shards must have rows; got ", rows,
          " and ", shards.rows);
    const std::size_t n = (rows + shards.rows - 1) / shards.rows;
    std::vector<double> losses(n);
    std::vector<std::optional<Gradients<T>>> parts(n);
    run_parallel(n, shards.threads, [&](std::size_t i) {
        const std::size_t begin = i * shards.rows, end = std::min(begin + shards.rows, rows);
        const Tape tape;
        const Variable<T> y = loss(begin, end);
        check(y.value().size() == 1, where, "parallel_grad", "the loss of a shard must be one number; got shape ",
              y.value().shape(), "; try mean(y)");
        const double weight = double(end - begin) / double(rows);
        losses[i] = weight * double(y.value().data()[0]);
        parts[i] = backward(y, wanted(model), filled(y.shape(), T(weight)), where);
    });
    double total = 0;
    for (const double l : losses) total += l;
    return LossAndGradients<T>{T(total), added(parts)};
}

}  // namespace xtape::nn
