// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The hand-written limit of gated cells: one training step in float, all products by BLAS, all memory taken once.
// Forward from H_0 = 0, softmax cross-entropy of the last step's output, backward for all parameters, Adam.
//
//   LSTM   Z = X_t W_x + H_{t-1} W_h + b = [i f g o]     C_t = s(f) C_{t-1} + s(i) tanh(g)     H_t = s(o) tanh C_t
//   GRU    A = X_t W_x + b = [r z n]     M = H_{t-1} W_h     N = tanh(A_n + s(A_r + M_r) (M_n + b_n))
//          H_t = N + s(A_z + M_z) (H_{t-1} - N)
//
// The caller makes the thread flush denormals (FTZ and DAZ) and gives BLAS one thread.

#include <vector>

#include "bench/limit/parts.hpp"
#include "bench/limit/rnn_workspace.hpp"

namespace xtape::bench {

enum class Gated { lstm, gru };

struct GatedWeights {       // row major, compact; G = 4H or 3H
    std::vector<float> wx;  // (I, G)
    std::vector<float> wh;  // (H, G)
    std::vector<float> b;   // (G)
    std::vector<float> bn;  // (H), of the GRU
    std::vector<float> v;   // (H, K)
    std::vector<float> c;   // (K)
};

class GatedStep {
public:
    GatedStep(Gated kind, RnnSizes sizes, const GatedWeights& initial, float rate = 1e-3f);

    // One training step on x (T, B, I) and labels (B), each 0..K-1; returns the loss before it.
    float operator()(const float* x, const int* labels);
    float differentiate(const float* x, const int* labels);  // changes no parameter
    void update();

    GatedWeights parameters() const { return copied(parameters_); }
    GatedWeights gradients() const { return copied(gradients_); }

private:
    // Rows of gates are Gs numbers apart, each gate padded to Hs; what lies between is zero and stays so.
    struct Block {
        float *wx, *wh, *b, *bn, *v, *c;  // (I, Gs) (H, Gs) (Gs) (Hs) (H, Ks) (Ks)
    };
    void forward(const float* x);
    float loss(const int* labels);
    void backward();
    void weight_gradients(const float* x);
    void take_memory();
    GatedWeights copied(const Block& block) const;
    void each(const Block& block, GatedWeights& weights, auto copy) const;

    Gated kind_;
    RnnSizes n_;
    int gates_, Hs_, Gs_, Ks_;
    std::ptrdiff_t count_;
    Block parameters_, gradients_, mean_, square_;
    float *z_, *m_;            // (T, B, Gs): gates, then their gradients; the GRU's M, then its gradient
    float *h_, *c_, *u_;       // (T, B, Hs): H_t, C_t, tanh C_t
    float *dh_, *dc_;          // (B, Hs)
    float *o_, *wh_t_, *v_t_;  // (B, Ks) (G, Hs) (K, Hs)
    Pieces::Memory memory_;
    Adam adam_;
};

}  // namespace xtape::bench
