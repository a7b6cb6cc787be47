// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The hand-written limit: one training step of the vanilla tanh RNN in float, all products by BLAS, all memory taken
// once. Forward from H_0 = 0, softmax cross-entropy of the last step's output, backward for the five parameters, Adam
// (0.9, 0.999, 1e-8).
//
//   H_t = tanh(X_t W_x + H_{t-1} W_h + b)     O = H_T V + c     L = (1/B) sum_i (logsumexp O_i - O_i[label_i])
//
// The caller makes the thread flush denormals (FTZ and DAZ) and gives BLAS one thread.

#include "bench/limit/parts.hpp"
#include "bench/limit/rnn_workspace.hpp"

namespace xtape::bench {

class RnnStep {
public:
    using Sizes = RnnSizes;
    using Weights = RnnWeights;

    RnnStep(Sizes sizes, const Weights& initial, float rate = 1e-3f);

    // One training step on x (T, B, I) and labels (B), each 0..K-1; returns the loss before it.
    float operator()(const float* x, const int* labels);

    // Its two halves: compute the loss and its gradients, changing no parameter; take Adam's step with the gradients.
    float differentiate(const float* x, const int* labels);
    void update();

    // Two halves of one batch: both get the mean of their gradients.
    static void average(RnnStep& one, RnnStep& other);

    Weights parameters() const { return memory_.copied(memory_.parameters); }
    Weights gradients() const { return memory_.copied(memory_.gradients); }

private:
    void forward(const float* x);
    float loss(const int* labels);
    void backward();
    void weight_gradients(const float* x);

    RnnWorkspace memory_;
    Adam adam_;
};

}  // namespace xtape::bench
