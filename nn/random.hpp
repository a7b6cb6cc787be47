// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>
#include <xtape/autodiff/check.hpp>
#include <xtape/autodiff/mode.hpp>

namespace xtape::nn {

// Random numbers of training, by Philox4x64-10 of Salmon et al. 2011: a number is a function of what it is for, never
// of what was drawn before. So a row has the same numbers on any thread and in a shard of any size, and what a
// checkpoint computes again has those that it had.

struct TrainingStep {
    std::uint64_t seed = 0;            // of the whole training
    std::uint64_t step = 0;            // which step of it
    std::size_t row = 0;               // the number in the batch of the first row that this thread sees
    Statistics* statistics = nullptr;  // takes those of the batch: batch_norm.hpp
};

// A step of training, on this thread, for as long as this lives: dropout and its like are active, as they are nowhere
// else. Nests; the innermost counts. parallel_grad takes it to the threads of its shards, and counts their rows.
// There is one for each step, with its number: the same number draws the same again.
class Training {
public:
    Training(std::uint64_t seed, std::uint64_t step) : Training(TrainingStep{.seed = seed, .step = step}) {}
    explicit Training(const TrainingStep& s) : within_({true, false, s.seed, s.step, s.row, s.statistics}) {}

private:
    Within within_;
};

// Inside of a step of training, what is computed as outside: a teacher's answer, a validation.
class Evaluation {
public:
    Evaluation() : within_(Mode{}) {}

private:
    Within within_;
};

inline bool training() { return mode_state.training; }

// Where numbers come from. The row is the number of an array's first one.
struct Source {
    std::uint64_t seed = 0, step = 0;
    std::size_t row = 0;
};
// That of this thread's Training. Throws Error outside of one.
Source source(Where = Where::here());

// What numbers are for. Arrays are (B, ...); with axis 1 they are (T, B, ...), of which the first step is `time`.
struct Draw {
    static constexpr std::ptrdiff_t all_steps = -1;              // the time of what is the same at all of them
    static constexpr std::uint64_t forcing = ~std::uint64_t{0};  // teacher_forcing's layer, unless it is told another
    std::uint64_t layer = 0;                                     // a number that no other layer of a model has
    std::ptrdiff_t time = 0;
    std::uint64_t part = 0;  // of several things that one layer draws; below 2^16
    std::size_t axis = 0;    // of rows; axes before it count steps of time
};

// U[0, 1): 53 bits, or 24 in float. Throws Error unless the shape has the axis of rows (one number is a row).
template <class T> Array<T> uniform(const Shape&, const Source&, const Draw&, Where = Where::here());

// 1 with probability p, to 32 bits, else 0; the same in float and double. Throws Error unless p is in [0, 1].
template <class T> Array<T> bernoulli(const Shape&, double p, const Source&, const Draw&, Where = Where::here());

}  // namespace xtape::nn
