// SPDX-License-Identifier: BSD-3-Clause
#include "derivation.hpp"

namespace xtape::apps {

namespace hand = nn::analytic;

Plain Given::said(std::size_t t, const Plain& h, const Planted& planted) const {
    const Indices labels = sample.labels_of(t);
    Plain d_o = product(h, v) + c;
    softmax_of_rows(d_o);
    for (std::size_t i = 0; i < p.batch; ++i)
        if (!planted("labels-forgotten")) d_o(i, std::size_t(labels[i])) -= 1;
    d_o *= p.weight(t) / (planted("sum-for-mean") ? 1 : double(p.batch));
    return product(d_o, transposed(v));
}

void add_up(Trace& trace, const Planted& planted) {
    for (std::size_t t = trace.terms.size(); t-- > 0;)
        for (std::size_t k = 0; k < trace.terms[t].size(); ++k) {
            if (t + 1 == trace.terms.size())
                trace.gradients.push_back(trace.terms[t][k]);
            else if (planted("assigned"))
                trace.gradients[k] = trace.terms[t][k];
            else
                trace.gradients[k].array += trace.terms[t][k].array;
        }
}

// A_t = X_t W_x + H_{t-1} W_h + b     H_t = tanh A_t
Trace derivation(const hand::RnnCell<double>& cell, const Given& given, const Planted& planted) {
    const std::size_t T = given.p.steps;
    std::vector<Plain> a(T), h(T + 1, given.first[0]);  // h[t + 1] is what step t makes
    for (std::size_t t = 0; t < T; ++t) {
        a[t] = product(hand::step(given.x, t), cell.wx) + product(h[t], cell.wh) + cell.b;
        h[t + 1] = xt::tanh(a[t]);
    }
    Trace trace(T);
    Plain carried = 0 * h[0];
    for (std::size_t t = T; t-- > 0;) {
        if (planted("forgotten-carry")) carried.fill(0);
        const Plain out = given.said(t, h[t + 1], planted), d_h = out + carried;
        const Plain& inside = planted("slope-of-a") ? a[t] : h[t + 1];
        Plain d_a = d_h * (1 - inside * inside);
        if (planted("no-slope")) d_a = d_h;
        const Plain& read = planted("state-after") ? h[t + 1] : h[t];
        Plain d_wh = product(transposed(read), d_a), d_b = hand::sum0(d_a);
        if (planted("transposed-dwh")) d_wh = transposed(d_wh);
        if (planted("bias-mean")) d_b /= double(given.p.batch);
        trace.output[t] = {out}, trace.state[t] = {d_h}, trace.a[t] = d_a;
        trace.terms[t] = {{"wx", product(transposed(hand::step(given.x, t)), d_a)}, {"wh", d_wh}, {"b", d_b}};
        carried = product(d_a, planted("untransposed-wh") ? cell.wh : transposed(cell.wh));
    }
    add_up(trace, planted);
    return trace;
}

}  // namespace xtape::apps
