// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/clip.hpp>
#include <xtape/nn/optim.hpp>

namespace xtape::apps::memory {

using V = Variable<float>;

// What a network says of a batch: the loss, and an error between 0 and about 1 that is to become small.
struct Answer {
    V loss;
    double error;
};

// (N, K) scores, N labels: cross entropy, and the part of them that is wrong, counted from row `first` on.
Answer classified(const V& scores, const Indices& labels, std::size_t first = 0);

struct Lesson {
    std::size_t steps;  // of training, at most
    double rate = 3e-3, clip = 1;
    double solved = 0.01;       // the error of recent batches that is small enough
    bool until_solved = false;  // stops there
};

struct Learnt {
    double error = 1;           // on sequences that were not seen before
    std::size_t solved_at = 0;  // the first step at which recent batches were solved; 0: there was none
    double seconds = 0;         // of the processor, for one step of training
};

double recent(const std::vector<double>& errors);  // mean of the last 20; infinite before there are so many

double thread_seconds();  // of processor time that this thread has had: other threads do not count

// data(step) gives the batch of a step, that of step 0 is for the test; answer(model, batch) gives an Answer. On the
// caller's thread alone, so the numbers do not depend on what else runs.
template <nn::Module M, class Data, class Ask>
Learnt learn(M& model, const Lesson& lesson, const Data& data, const Ask& answer) {
    nn::Adam<float> optimizer({.rate = static_cast<float>(lesson.rate)});
    Learnt learnt;
    std::vector<double> errors;
    double seconds = 0;
    std::size_t step = 0;
    while (step < lesson.steps && !(lesson.until_solved && learnt.solved_at)) {
        const auto batch = data(++step);
        const double begin = thread_seconds();
        const Tape tape;
        const Answer said = answer(model, batch);
        auto gradients = backward(said.loss);
        nn::clip_by_norm(gradients, lesson.clip);
        optimizer.step(model, gradients);
        seconds += thread_seconds() - begin;
        errors.push_back(said.error);
        if (learnt.solved_at == 0 && recent(errors) < lesson.solved) learnt.solved_at = step;
    }
    const NoGrad constants;
    learnt.error = answer(model, data(0)).error;
    learnt.seconds = seconds / static_cast<double>(step);
    return learnt;
}

}  // namespace xtape::apps::memory
