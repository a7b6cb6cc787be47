// SPDX-License-Identifier: BSD-3-Clause
#include "bias.hpp"

#include <xtape/nn/rnn.hpp>
#include <xtape/nn/truncated.hpp>

#include <algorithm>
#include <cmath>

#include "apps/data/tasks.hpp"
#include "apps/text.hpp"
#include "numbers.hpp"

namespace xtape::apps::memory {
namespace {

constexpr double sigmas[] = {0.5, 0.7, 0.9};
constexpr std::size_t symbols = 4, batch = 32;

double length(const Array<double>& a) {
    double squares = 0;
    for (const double x : a) squares += x * x;
    return std::sqrt(squares);
}

// Of dL/dwh, the loss being that of the last step, for k = 1, 2, ...: |g_k - g| / |g|, and the same of two bounds. With
// gamma the largest tanh', and H_t (B, H) the states, the term that step t = T - j adds is at most
//     |H_{t-1}| gamma (gamma sigma_1)^j |dL/dH_T|,
// of which `sum` adds those with j >= k, and `closed` is C (gamma sigma_1)^k / (1 - gamma sigma_1) with the longest
// H_t.
struct Bias {
    std::vector<double> measured, sum, closed;
};

struct Measured {
    std::vector<Array<double>> states;
    Array<double> wh, last;  // dL/dwh, dL/dH_T
};
Measured gradients(const nn::RNN<double>& model, const Classification<double>& task, std::size_t depth) {
    const std::size_t steps = task.xs.shape()[0];
    const Tape tape;
    const auto run = nn::truncated(model.cell, Variable<double>(task.xs), model.cell.initial(batch),
                                   {.every = steps, .depth = depth});
    const auto g = backward(cross_entropy(model.readout(run.last), task.labels), {model.cell.wh, run.last});
    Measured m{{}, g[model.cell.wh], g[run.last]};
    for (const auto& state : run.states) m.states.push_back(state.value());
    return m;
}

Bias bias(const Settings& s, double sigma) {
    const auto task = delayed_recall<double>(s.steps, s.steps / 2, symbols, batch, s.seed);
    nn::RNN<double> model({symbols, s.hidden, symbols}, s.seed);
    const Array<double> scaled = sigma * model.cell.wh.value();  // it is orthogonal: sigma is its first singular value
    model.cell.wh.set(scaled);
    const Measured full = gradients(model, task, s.steps);
    double gamma = 0, longest = 0;
    for (const Array<double>& h : full.states) {
        for (const double x : h) gamma = std::max(gamma, 1 - x * x);
        longest = std::max(longest, length(h));
    }
    Bias b;
    for (std::size_t k = 1; k <= s.steps; ++k) {
        const double shrunk = gamma * sigma, all = length(full.wh), outer = gamma * length(full.last) / all;
        b.measured.push_back(length(gradients(model, task, k).wh - full.wh) / all);
        double sum = 0;
        for (std::size_t j = k; j + 1 < s.steps; ++j)
            sum += length(full.states[s.steps - 2 - j]) * std::pow(shrunk, static_cast<double>(j));
        b.sum.push_back(outer * sum);
        b.closed.push_back(outer * longest * std::pow(shrunk, static_cast<double>(k)) / (1 - shrunk));
    }
    return b;
}

constexpr const char* script = R"gp(
set encoding utf8
set title "error of gradients through the last k steps alone (points), and its bound (lines)"
set xlabel "depth k (steps)"
set ylabel "|g_{k} - g| / |g|"
set logscale y
set format y "10^{%T}"
set xrange [0:last+1]
set yrange [1e-12:1e3]
set grid
set key bottom left Left reverse samplen 2 opaque
plot for [i=1:3] "truncation_bias.csv" skip 1 using 1:3*i-1 with points pt 4+2*i ps 0.8 lc rgb word(colours, i) \
         title "\317\203_1 = ".word(sigmas, i), \
     for [i=1:3] "" skip 1 using 1:3*i+1 with lines lw 1.5 lc rgb word(colours, i) notitle
)gp";

}  // namespace

Picture bias_picture(const Settings& s) {
    std::string header = "k", names, said;
    std::vector<Row> table;
    for (std::size_t k = 1; k <= s.steps; ++k) table.push_back({static_cast<double>(k)});
    for (const double sigma : sigmas) {
        const Bias b = bias(s, sigma);
        const std::string name = formatted("%g", sigma);
        header += ",bias_" + name + ",sum_" + name + ",bound_" + name, names += name + " ";
        double closest = 0;
        for (std::size_t k = 0; k < s.steps; ++k) {
            table[k].insert(table[k].end(), {b.measured[k], b.sum[k], b.closed[k]});
            if (b.sum[k] > 0) closest = std::max(closest, b.measured[k] / b.sum[k]);
        }
        const std::size_t half = s.steps / 2;
        said +=
            formatted("sigma_1 = %g: |g_k - g| / |g| is %.1e at k = 1 and %.1e at k = %zu, where the bound is %.1e\n",
                      sigma, b.measured[0], b.measured[half - 1], half, b.closed[half - 1]) +
            formatted("    (%.1e as a sum over steps, of which it is %.2f at most)\n", b.sum[half - 1], closest);
    }
    return {.name = "truncation_bias",
            .heading = "The bias of truncated gradients, and its bound C (gamma sigma_1)^k / (1 - gamma sigma_1)",
            .text = said,
            .data = {{"truncation_bias.csv", csv(header, table)}},
            .script = script_head("truncation_bias", 760, 460) + formatted("last = %zu\n", s.steps) + "sigmas = \"" +
                      names + "\"\ncolours = \"#08519c #238b45 #d94801\"\n" + script};
}

}  // namespace xtape::apps::memory
