// SPDX-License-Identifier: BSD-3-Clause
#include "bench/limit/rnn_step.hpp"

#include <algorithm>

#include "bench/limit/parts.hpp"

// A prime is a transpose, * is elementwise, d before a name is the gradient of L by it; E_t is dA_t.

namespace xtape::bench {
namespace {

// h (rows, columns) = tanh(h + b)
inline void add_and_squash(float* h, int row, int rows, int columns, const float* b) {
    for (; rows > 0; --rows, h += row)
        for (int j = 0; j < columns; j += lanes) xsimd::tanh(load(h + j) + load(b + j)).store_unaligned(h + j);
}

// e (rows, columns) *= 1 - h^2, which it then adds to its bias gradient db (columns)
inline void times_slope(float* e, const float* h, int row, int rows, int columns, float* db) {
    for (int j = 0; j < columns; j += lanes) {
        Vector sum(0.0f);
        for (int at = j; at < rows * row; at += row) {
            const Vector y = load(h + at), d = load(e + at) * (Vector(1.0f) - y * y);
            d.store_unaligned(e + at);
            sum += d;
        }
        (load(db + j) + sum).store_unaligned(db + j);
    }
}

}  // namespace

RnnStep::RnnStep(Sizes sizes, const Weights& initial, float rate) : memory_(sizes, initial), adam_{rate} {}

float RnnStep::operator()(const float* x, const int* labels) {
    const float before = differentiate(x, labels);
    update();
    return before;
}

float RnnStep::differentiate(const float* x, const int* labels) {
    forward(x);
    const float value = loss(labels);
    backward();
    weight_gradients(x);
    return value;
}

// H_t = tanh(X_t W_x + H_{t-1} W_h + b), H_0 = 0; the inputs of all steps in one product
void RnnStep::forward(const float* x) {
    const auto [B, T, I, H, K] = memory_.n;
    const int Hs = memory_.Hs;
    const RnnWorkspace::Block& w = memory_.parameters;
    float* h = memory_.h;
    multiply(T * B, H, I, x, I, false, w.wx, Hs, 0, h, Hs);
    for (int t = 0; t < T; ++t, h += B * Hs) {
        if (t > 0) multiply(B, H, H, h - B * Hs, Hs, false, w.wh, Hs, 1, h, Hs);
        add_and_squash(h, Hs, B, padded(H), w.b);
    }
}

// O = H_T V + c, and L; then dO = (P - Y) / B
float RnnStep::loss(const int* labels) {
    const auto [B, T, I, H, K] = memory_.n;
    const int Hs = memory_.Hs, Ks = memory_.Ks;
    float* o = memory_.o;
    const float* h = memory_.h + (T - 1) * B * Hs;
    multiply(B, K, H, h, Hs, false, memory_.parameters.v, Ks, 0, o, Ks);
    double sum = 0;
    for (int i = 0; i < B; ++i, o += Ks)
        sum += cross_entropy(o, memory_.parameters.c, K, labels[i], 1 / static_cast<float>(B));
    return static_cast<float>(sum / B);
}

// E_T = dO V' * (1 - H_T^2)     E_t = E_{t+1} W_h' * (1 - H_t^2)     db = sum of all E_t over the batch
void RnnStep::backward() {
    const auto [B, T, I, H, K] = memory_.n;
    const int Hs = memory_.Hs, Ks = memory_.Ks;
    const float* h = memory_.h + (T - 1) * B * Hs;
    float *e = memory_.e + (T - 1) * B * Hs, *db = memory_.gradients.b;
    std::fill_n(db, Hs, 0.0f);
    transpose(memory_.parameters.v, Ks, H, K, memory_.v_t, Hs);
    transpose(memory_.parameters.wh, Hs, H, H, memory_.wh_t, Hs);
    multiply(B, H, K, memory_.o, Ks, false, memory_.v_t, Hs, 0, e, Hs);
    times_slope(e, h, Hs, B, padded(H), db);
    for (int t = T - 1; t > 0; --t) {
        h -= B * Hs;
        e -= B * Hs;
        multiply(B, H, H, e + B * Hs, Hs, false, memory_.wh_t, Hs, 0, e, Hs);
        times_slope(e, h, Hs, B, padded(H), db);
    }
}

// dV = H_T' dO     dc = sum0 dO     dW_x = sum_t X_t' E_t     dW_h = sum_t H_{t-1}' E_t, as one product over all steps
void RnnStep::weight_gradients(const float* x) {
    const auto [B, T, I, H, K] = memory_.n;
    const int Hs = memory_.Hs, Ks = memory_.Ks, last = (T - 1) * B;
    const float *h = memory_.h, *e = memory_.e, *o = memory_.o;
    const RnnWorkspace::Block& d = memory_.gradients;
    multiply(H, K, B, h + last * Hs, Hs, true, o, Ks, 0, d.v, Ks);
    multiply(I, H, T * B, x, I, true, e, Hs, 0, d.wx, Hs);
    if (last > 0) multiply(H, H, last, h, Hs, true, e + B * Hs, Hs, 0, d.wh, Hs);
    std::fill_n(d.c, Ks, 0.0f);
    for (int i = 0; i < B; ++i)
        for (int k = 0; k < K; ++k) d.c[k] += o[i * Ks + k];
}

void RnnStep::update() {
    adam_(memory_.parameters.wx, memory_.gradients.wx, memory_.mean.wx, memory_.square.wx, memory_.count);
}

void RnnStep::average(RnnStep& one, RnnStep& other) {
    float *g = one.memory_.gradients.wx, *h = other.memory_.gradients.wx;
    for (std::ptrdiff_t i = 0; i < one.memory_.count; ++i) g[i] = h[i] = (g[i] + h[i]) / 2;
}

}  // namespace xtape::bench
