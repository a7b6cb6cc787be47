// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>

#include "derivation.hpp"

namespace xtape::apps {
namespace {

namespace hand = nn::analytic;

// z (B, nH) -> the k-th H columns, through the logistic function
Plain gate(const Plain& z, std::size_t k, std::size_t H) { return 1 / (1 + xt::exp(-hand::part(z, k, H))); }

struct LstmStep {
    Plain i, f, g, o, c, h;  // c and h: what the step makes
};
// Z = X_t W_x + H_{t-1} W_h + b = [I F G O]     C_t = f * C_{t-1} + i * g     H_t = o * tanh C_t
LstmStep forward(const hand::LstmCell<double>& cell, const Plain& x, const LstmStep& before, std::size_t H) {
    const Plain z = product(x, cell.wx) + product(before.h, cell.wh) + cell.b;
    LstmStep s{gate(z, 0, H), gate(z, 1, H), xt::tanh(hand::part(z, 2, H)), gate(z, 3, H), {}, {}};
    s.c = s.f * before.c + s.i * s.g;
    s.h = s.o * xt::tanh(s.c);
    return s;
}

struct GruStep {
    Plain r, z, n, m, h;  // h: what the step makes
};
// M = H_{t-1} W_n + b_n     n = tanh(A_n + r * M)     H_t = (1 - z) * n + z * H_{t-1}
GruStep forward(const hand::GruCell<double>& cell, const Plain& x, const Plain& h, std::size_t H) {
    const Plain a = product(x, cell.wx) + cell.b, of_h = product(h, cell.wh);
    GruStep s{gate(a + of_h, 0, H), gate(a + of_h, 1, H), {}, hand::part(of_h, 2, H) + cell.bn, {}};
    s.n = xt::tanh(hand::part(a, 2, H) + s.r * s.m);
    s.h = (1 - s.z) * s.n + s.z * h;
    return s;
}

}  // namespace

Trace derivation(const hand::LstmCell<double>& cell, const Given& given, const Planted& planted) {
    const std::size_t T = given.p.steps, H = given.p.hidden;
    std::vector<LstmStep> steps{{{}, {}, {}, {}, given.first[1], given.first[0]}};  // steps[t + 1] is step t
    for (std::size_t t = 0; t < T; ++t) steps.push_back(forward(cell, hand::step(given.x, t), steps[t], H));
    Trace trace(T);
    Plain carried_h = 0 * given.first[0], carried_c = carried_h;
    for (std::size_t t = T; t-- > 0;) {
        const auto& [i, f, g, o, c, h] = steps[t + 1];
        const Plain u = xt::tanh(c), out = given.said(t, h, planted), d_h = out + carried_h;
        if (planted("forgotten-memory")) carried_c.fill(0);
        const Plain d_c = carried_c + d_h * o * (1 - u * u);
        const Plain d_i = d_c * g * i * (1 - i), d_f = d_c * steps[t].c * f * (1 - f);
        Plain d_g = d_c * i * (1 - g * g), d_o = d_h * (planted("memory-for-tanh") ? c : u) * o * (1 - o);
        if (planted("gate-order")) std::swap(d_g, d_o);
        const Plain d_z = hand::side_by_side<double>({d_i, d_f, d_g, d_o});
        trace.output[t] = {out, 0 * out}, trace.state[t] = {d_h, carried_c}, trace.a[t] = d_z;
        trace.terms[t] = {{"wx", product(transposed(hand::step(given.x, t)), d_z)},
                          {"wh", product(transposed(steps[t].h), d_z)},
                          {"b", hand::sum0(d_z)}};
        carried_h = product(d_z, transposed(cell.wh)), carried_c = d_c * f;
    }
    add_up(trace, planted);
    return trace;
}

Trace derivation(const hand::GruCell<double>& cell, const Given& given, const Planted& planted) {
    const std::size_t T = given.p.steps, H = given.p.hidden;
    std::vector<GruStep> steps{{{}, {}, {}, {}, given.first[0]}};  // steps[t + 1] is step t
    for (std::size_t t = 0; t < T; ++t) steps.push_back(forward(cell, hand::step(given.x, t), steps[t].h, H));
    Trace trace(T);
    Plain carried = 0 * given.first[0];
    for (std::size_t t = T; t-- > 0;) {
        const auto& [r, z, n, m, h] = steps[t + 1];
        const Plain& before = steps[t].h;
        const Plain out = given.said(t, h, planted), d_h = out + carried;
        const Plain d_n = d_h * (1 - z) * (1 - n * n), d_z = d_h * (before - n) * z * (1 - z);
        const Plain d_r = d_n * m * r * (1 - r), d_m = d_n * r;
        const Plain d_a = hand::side_by_side<double>({d_r, d_z, d_n}),
                    d_w = hand::side_by_side<double>({d_r, d_z, d_m});
        trace.output[t] = {out}, trace.state[t] = {d_h}, trace.a[t] = d_a;
        trace.terms[t] = {{"wx", product(transposed(hand::step(given.x, t)), d_a)},
                          {"wh", product(transposed(before), d_w)},
                          {"b", hand::sum0(d_a)},
                          {"bn", hand::sum0(planted("bias-outside") ? d_n : d_m)}};
        carried = product(d_w, transposed(cell.wh));
        if (!planted("forgotten-update")) carried += d_h * z;
    }
    add_up(trace, planted);
    return trace;
}

}  // namespace xtape::apps
