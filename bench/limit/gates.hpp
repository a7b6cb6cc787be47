// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One row of gates, forward and backward, in whole vectors. H is padded; gates lie H apart.

#include "bench/limit/kernels.hpp"

namespace xtape::bench {

inline Vector squash(const Vector& a) { return Vector(1.0f) / (Vector(1.0f) + xsimd::exp(-a)); }

// z = [i f g o] becomes the gates' values
inline void lstm_forward(float* z, const float* b, const float* c0, int H, float* c, float* u, float* h) {
    for (int j = 0; j < H; j += lanes) {
        const auto gate = [&](int k) { return load(z + k * H + j) + load(b + k * H + j); };
        const Vector i = squash(gate(0)), f = squash(gate(1)), g = xsimd::tanh(gate(2)), o = squash(gate(3));
        const Vector next = c0 ? f * load(c0 + j) + i * g : i * g, t = xsimd::tanh(next);
        i.store_unaligned(z + j), f.store_unaligned(z + H + j);
        g.store_unaligned(z + 2 * H + j), o.store_unaligned(z + 3 * H + j);
        next.store_unaligned(c + j), t.store_unaligned(u + j), (o * t).store_unaligned(h + j);
    }
}

// The gates become dL/dZ; dc becomes dL/dC_{t-1}
inline void lstm_backward(float* z, const float* c0, const float* u, const float* dh, int H, float* dc, float* db) {
    const Vector one(1.0f), none(0.0f);
    for (int j = 0; j < H; j += lanes) {
        const Vector i = load(z + j), f = load(z + H + j), g = load(z + 2 * H + j), o = load(z + 3 * H + j);
        const Vector t = load(u + j), d = load(dh + j), e = load(dc + j) + d * o * (one - t * t);
        const Vector gates[] = {e * g * i * (one - i), e * (c0 ? load(c0 + j) : none) * f * (one - f),
                                e * i * (one - g * g), d * t * o * (one - o)};
        for (int k = 0; k < 4; ++k) {
            gates[k].store_unaligned(z + k * H + j);
            (load(db + k * H + j) + gates[k]).store_unaligned(db + k * H + j);
        }
        (e * f).store_unaligned(dc + j);
    }
}

// a = [r z n] becomes the gates' values, m_n becomes M_n + b_n
inline void gru_forward(float* a, float* m, const float* b, const float* bn, const float* h0, int H, float* h) {
    for (int j = 0; j < H; j += lanes) {
        const auto gate = [&](int k) { return load(a + k * H + j) + load(b + k * H + j); };
        const Vector mn = load(m + 2 * H + j) + load(bn + j);
        const Vector r = squash(gate(0) + load(m + j)), z = squash(gate(1) + load(m + H + j));
        const Vector n = xsimd::tanh(gate(2) + r * mn), before = h0 ? load(h0 + j) : Vector(0.0f);
        r.store_unaligned(a + j), z.store_unaligned(a + H + j), n.store_unaligned(a + 2 * H + j);
        mn.store_unaligned(m + 2 * H + j), (n + z * (before - n)).store_unaligned(h + j);
    }
}

// The gates become dL/dA, m becomes dL/dM; dh becomes what reaches H_{t-1} directly
inline void gru_backward(float* a, float* m, const float* h0, int H, float* dh, float* db, float* dbn) {
    const Vector one(1.0f);
    for (int j = 0; j < H; j += lanes) {
        const Vector r = load(a + j), z = load(a + H + j), n = load(a + 2 * H + j), mn = load(m + 2 * H + j);
        const Vector d = load(dh + j), before = h0 ? load(h0 + j) : Vector(0.0f);
        const Vector dn = d * (one - z) * (one - n * n);
        const Vector gates[] = {dn * mn * r * (one - r), d * (before - n) * z * (one - z), dn};
        const Vector dm = dn * r;
        for (int k = 0; k < 3; ++k) {
            gates[k].store_unaligned(a + k * H + j);
            (k < 2 ? gates[k] : dm).store_unaligned(m + k * H + j);
            (load(db + k * H + j) + gates[k]).store_unaligned(db + k * H + j);
        }
        (load(dbn + j) + dm).store_unaligned(dbn + j);
        (d * z).store_unaligned(dh + j);
    }
}

}  // namespace xtape::bench
