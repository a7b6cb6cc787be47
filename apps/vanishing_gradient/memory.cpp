// SPDX-License-Identifier: BSD-3-Clause
// Why memory cells help: the way through the forget gates.
#include <xtape/nn/workers.hpp>

#include "apps/text.hpp"
#include "figure.hpp"
#include "profile.hpp"

namespace xtape::apps {
namespace {

constexpr double biases[] = {0, 2};

std::vector<Trained> train_all(const Options& o) {
    std::vector<Trained> all(std::size(biases));
    nn::run_parallel(all.size(), 0, [&](std::size_t i) {
        nn::Generator generator(o.seed);
        const Lesson lesson{.lag = o.steps - 1, .steps = o.training_steps, .seed = o.seed};
        all[i] = trained(uniform_lstm({4, o.hidden, 4}, generator, biases[i]), lesson);
    });
    return all;
}

std::string table(const std::vector<Trained>& all, const Options& o) {
    std::string out = formatted("what is left after %zu steps back\n", o.steps - 1) +
                      "forget bias   training      |dL/dc|   |dL/dh|   gates alone    sequences right (%)\n";
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const bool after : {false, true}) {
            const Profile& p = after ? all[i].after : all[i].before;
            out += formatted("%11g   %-8s %12.1e %9.1e %13.1e", biases[i], after ? "after" : "before", left(p.c),
                             left(p.h), left(p.gates));
            out += after ? formatted("%15.1f\n", 100 * all[i].accuracy) : "\n";
        }
    return out;
}

constexpr const char* seen =
    "dc_{t+k}/dc_t has a part that is the product of the forget gates alone: no weights are in it, and no tanh'. With\n"
    "forget bias 0 the gates are half open, and before training half of that is lost at each step: an untrained LSTM\n"
    "with forget bias 0 vanishes as fast as a tanh network with U(-1/sqrt H, 1/sqrt H). With forget bias 2 each step\n"
    "keeps 0.88 of it. Training opens the gates further, and makes recurrent weights that add to what they carry:\n"
    "then |dL/dc_t| no longer falls on the way back, and is above the gates' part of it.\n";

constexpr const char* script = R"gp(
set multiplot layout 2,2
set xlabel "time t (steps)"
set ylabel "length / |dL/dc_T|"
set logscale y
set format y "10^{%T}"
set xrange [1:steps]
set xtics step(steps)
set grid
set key bottom right samplen 2
do for [p=0:3] {
    set title "LSTM, forget bias ".(p < 2 ? 0 : 2).(p % 2 ? ", after training" : ", before training")
    plot "memory.csv" skip 1 using 1:2+3*p with linespoints pt 7 ps 0.6 lw 1.5 lc rgb "#08519c" title "|dL/dc_t|", \
         "" skip 1 using 1:3+3*p with linespoints pt 4 ps 0.6 lw 1.5 lc rgb "#d94801" title "|dL/dh_t|", \
         "" skip 1 using 1:4+3*p with lines dt 2 lw 2 lc rgb "black" title "|dL/dc_T f_T ... f_{t+1}|, gates alone"
}
unset multiplot
)gp";

}  // namespace

Drawn memory_figure(const Options& o) {
    const std::vector<Trained> all = train_all(o);
    std::vector<Column> columns{counted("t", 1, o.steps)};
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& [when, p] : {std::pair{"before", &all[i].before}, {"after", &all[i].after}})
            for (const auto& [what, lengths] : {std::pair{"c", &p->c}, {"h", &p->h}, {"gates", &p->gates}}) {
                columns.push_back({formatted("%s_%g_%s", what, biases[i], when), *lengths});
                for (double& x : columns.back().values) x /= p->c.back();  // one unit for all three
            }
    return {
        {.name = "memory",
         .heading = "Why memory cells help",
         .text = seen,
         .data = {{"memory.csv", csv(columns)}},
         .script = script_head("memory", 1000, 760) + formatted("steps = %zu\n", o.steps) + range_of(columns) + script},
        table(all, o)};
}

}  // namespace xtape::apps
