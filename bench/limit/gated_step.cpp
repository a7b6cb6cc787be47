// SPDX-License-Identifier: BSD-3-Clause
#include "bench/limit/gated_step.hpp"

#include "bench/limit/gates.hpp"

// A prime is a transpose, d before a name is the gradient of L by it.

namespace xtape::bench {

GatedStep::GatedStep(Gated kind, RnnSizes sizes, const GatedWeights& initial, float rate)
    : kind_(kind),
      n_(sizes),
      gates_(kind == Gated::lstm ? 4 : 3),
      Hs_(padded(n_.H)),
      Gs_(stride(gates_ * Hs_)),
      Ks_(stride(n_.K)),
      adam_{rate} {
    take_memory();
    GatedWeights weights = initial;
    each(parameters_, weights, [](const float* compact, float* spread, int n) { std::copy_n(compact, n, spread); });
}

void GatedStep::take_memory() {
    Pieces pieces;
    for (Block* block : {&parameters_, &gradients_, &mean_, &square_}) {
        pieces.add(block->wx, n_.I, Gs_), pieces.add(block->wh, n_.H, Gs_), pieces.add(block->b, 1, Gs_),
            pieces.add(block->bn, 1, Hs_);
        pieces.add(block->v, n_.H, Ks_), pieces.add(block->c, 1, Ks_);
    }
    count_ = std::ptrdiff_t(n_.I + n_.H + 1) * Gs_ + Hs_ + std::ptrdiff_t(n_.H + 1) * Ks_;
    const std::ptrdiff_t all = std::ptrdiff_t(n_.T) * n_.B;
    pieces.add(z_, all, Gs_), pieces.add(m_, all, Gs_), pieces.add(h_, all, Hs_), pieces.add(c_, all, Hs_),
        pieces.add(u_, all, Hs_);
    pieces.add(dh_, n_.B, Hs_), pieces.add(dc_, n_.B, Hs_);
    pieces.add(o_, n_.B, Ks_), pieces.add(wh_t_, gates_ * Hs_, Hs_), pieces.add(v_t_, n_.K, Hs_);
    memory_ = pieces.take();
}

// copy(compact, spread, n) for each run of numbers that lie together in both
void GatedStep::each(const Block& block, GatedWeights& w, auto copy) const {
    const auto rows = [&](std::vector<float>& compact, float* spread, int count, int columns, int gate, int row) {
        compact.resize(static_cast<std::size_t>(count * columns));
        for (int r = 0; r < count; ++r)
            for (int k = 0, from = 0; from < columns; ++k, from += gate)
                copy(compact.data() + r * columns + from, spread + r * row + k * Hs_, gate);
    };
    rows(w.wx, block.wx, n_.I, gates_ * n_.H, n_.H, Gs_);
    rows(w.wh, block.wh, n_.H, gates_ * n_.H, n_.H, Gs_);
    rows(w.b, block.b, 1, gates_ * n_.H, n_.H, Gs_);
    if (kind_ == Gated::gru) rows(w.bn, block.bn, 1, n_.H, n_.H, Hs_);
    rows(w.v, block.v, n_.H, n_.K, n_.K, Ks_);
    rows(w.c, block.c, 1, n_.K, n_.K, Ks_);
}

GatedWeights GatedStep::copied(const Block& block) const {
    GatedWeights weights;
    each(block, weights, [](float* compact, const float* spread, int n) { std::copy_n(spread, n, compact); });
    return weights;
}

float GatedStep::operator()(const float* x, const int* labels) {
    const float before = differentiate(x, labels);
    update();
    return before;
}

float GatedStep::differentiate(const float* x, const int* labels) {
    forward(x);
    const float value = loss(labels);
    backward();
    weight_gradients(x);
    return value;
}

void GatedStep::update() { adam_(parameters_.wx, gradients_.wx, mean_.wx, square_.wx, count_); }

// The inputs of all steps in one product; the LSTM's recurrent product is added to it, the GRU's stays apart.
void GatedStep::forward(const float* x) {
    const auto [B, T, I, H, K] = n_;
    const int G = gates_ * Hs_;
    const bool lstm = kind_ == Gated::lstm;
    multiply(T * B, G, I, x, I, false, parameters_.wx, Gs_, 0, z_, Gs_);
    if (!lstm) std::fill_n(m_, B * Gs_, 0.0f);
    for (int t = 0; t < T; ++t) {
        const int at = t * B;
        if (t > 0)
            multiply(B, G, H, h_ + (at - B) * Hs_, Hs_, false, parameters_.wh, Gs_, lstm ? 1 : 0,
                     (lstm ? z_ : m_) + at * Gs_, Gs_);
        for (int i = at; i < at + B; ++i) {
            const int before = t > 0 ? (i - B) * Hs_ : -1;
            if (lstm)
                lstm_forward(z_ + i * Gs_, parameters_.b, t > 0 ? c_ + before : nullptr, Hs_, c_ + i * Hs_,
                             u_ + i * Hs_, h_ + i * Hs_);
            else
                gru_forward(z_ + i * Gs_, m_ + i * Gs_, parameters_.b, parameters_.bn, t > 0 ? h_ + before : nullptr,
                            Hs_, h_ + i * Hs_);
        }
    }
}

// O = H_T V + c, and L; then dO = (P - Y) / B
float GatedStep::loss(const int* labels) {
    const auto [B, T, I, H, K] = n_;
    multiply(B, K, H, h_ + (T - 1) * B * Hs_, Hs_, false, parameters_.v, Ks_, 0, o_, Ks_);
    double sum = 0;
    for (int i = 0; i < B; ++i)
        sum += cross_entropy(o_ + i * Ks_, parameters_.c, K, labels[i], 1 / static_cast<float>(B));
    return static_cast<float>(sum / B);
}

// dH_T = dO V'; then for each step dZ (or dA and dM) from dH and dC, and dH_{t-1} = dZ W_h' (GRU: + dH z)
void GatedStep::backward() {
    const auto [B, T, I, H, K] = n_;
    const bool lstm = kind_ == Gated::lstm;
    transpose(parameters_.v, Ks_, H, K, v_t_, Hs_);
    transpose(parameters_.wh, Gs_, H, gates_ * Hs_, wh_t_, Hs_);
    multiply(B, H, K, o_, Ks_, false, v_t_, Hs_, 0, dh_, Hs_);
    std::fill_n(dc_, B * Hs_, 0.0f);
    std::fill_n(gradients_.b, Gs_, 0.0f);
    std::fill_n(gradients_.bn, Hs_, 0.0f);
    for (int t = T - 1; t >= 0; --t) {
        for (int i = 0; i < B; ++i) {
            const int at = t * B + i, before = t > 0 ? (at - B) * Hs_ : -1;
            float *z = z_ + at * Gs_, *dh = dh_ + i * Hs_;
            if (lstm)
                lstm_backward(z, t > 0 ? c_ + before : nullptr, u_ + at * Hs_, dh, Hs_, dc_ + i * Hs_, gradients_.b);
            else
                gru_backward(z, m_ + at * Gs_, t > 0 ? h_ + before : nullptr, Hs_, dh, gradients_.b, gradients_.bn);
        }
        if (t > 0)
            multiply(B, H, gates_ * Hs_, (lstm ? z_ : m_) + t * B * Gs_, Gs_, false, wh_t_, Hs_, lstm ? 0 : 1, dh_,
                     Hs_);
    }
}

// dV = H_T' dO     dc = sum0 dO     dW_x = sum_t X_t' dZ_t     dW_h = sum_t H_{t-1}' dZ_t (GRU: dM_t)
void GatedStep::weight_gradients(const float* x) {
    const auto [B, T, I, H, K] = n_;
    const int G = gates_ * Hs_, last = (T - 1) * B;
    const float* recurrent = kind_ == Gated::lstm ? z_ : m_;
    multiply(H, K, B, h_ + last * Hs_, Hs_, true, o_, Ks_, 0, gradients_.v, Ks_);
    multiply(I, G, T * B, x, I, true, z_, Gs_, 0, gradients_.wx, Gs_);
    if (last > 0) multiply(H, G, last, h_, Hs_, true, recurrent + B * Gs_, Gs_, 0, gradients_.wh, Gs_);
    std::fill_n(gradients_.c, Ks_, 0.0f);
    for (int i = 0; i < B; ++i)
        for (int k = 0; k < K; ++k) gradients_.c[k] += o_[i * Ks_ + k];
}

}  // namespace xtape::bench
