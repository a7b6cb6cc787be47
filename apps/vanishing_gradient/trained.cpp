// SPDX-License-Identifier: BSD-3-Clause
// The profile of the gradient before and after training on a task that needs memory.
#include <xtape/nn/workers.hpp>

#include "apps/text.hpp"
#include "figure.hpp"
#include "kinds.hpp"
#include "profile.hpp"

namespace xtape::apps {
namespace {

std::vector<Trained> train_all(const Options& o) {
    std::vector<Trained> all(kinds().size());
    nn::run_parallel(all.size(), 0, [&](std::size_t i) {
        nn::Generator generator(o.seed);
        const Lesson lesson{.lag = o.steps - 1, .steps = o.training_steps, .seed = o.seed};
        all[i] = trained(kinds()[i].make({4, o.hidden, 4}, generator), lesson);
    });
    return all;
}

std::string table(const std::vector<Trained>& all, const Options& o) {
    std::string out = formatted("                       |dL/ds_1| / |dL/ds_T|, T = %zu\n", o.steps) +
                      "network                before training   after     sequences right (%)\n";
    for (std::size_t i = 0; i < all.size(); ++i)
        out += formatted("%-21s %12.1e %12.1e %17.1f\n", kinds()[i].title.c_str(), left(all[i].before.memory()),
                         left(all[i].after.memory()), 100 * all[i].accuracy);
    return out;
}

constexpr const char* seen =
    "s is the state: c of an LSTM, else h. The first symbol is to be recalled at the last step. Where a gradient\n"
    "reaches the first step at all, training makes the way there better: what is left of it rises by powers of ten,\n"
    "up to 1 and above.\n";

constexpr const char* script = R"gp(
set multiplot layout 1,2
set xlabel "time t (steps)"
set ylabel "|dL/ds_t| / |dL/ds_T|"
set logscale y
set format y "10^{%T}"
set xrange [1:steps]
set xtics step(steps)
set grid
set key bottom right samplen 2
do for [p=0:1] {
    set title (p ? "after training" : "before training")
    plot for [i=1:6] "training.csv" skip 1 using 1:2*i+p with linespoints pt 3+i ps 0.7 lw 1.5 \
         dt 2-(i > 2) lc rgb word(colours, i) title (p ? "" : word(names, i))
}
unset multiplot
)gp";

}  // namespace

Drawn training_figure(const Options& o) {
    const std::vector<Trained> all = train_all(o);
    std::vector<Column> columns{counted("t", 1, o.steps)};
    std::string names;
    for (std::size_t i = 0; i < all.size(); ++i) {
        names += "'" + kinds()[i].title + "' ";
        for (const auto& [when, p] : {std::pair{"before", &all[i].before}, {"after", &all[i].after}}) {
            columns.push_back({kinds()[i].name + "_" + when, p->memory()});
            for (double& x : columns.back().values) x /= p->memory().back();
        }
    }
    return {{.name = "training",
             .heading = "The gradient before and after training on a task that needs memory",
             .text = seen,
             .data = {{"training.csv", csv(columns)}},
             .script = script_head("training", 1080, 460) + formatted("steps = %zu\n", o.steps) + range_of(columns) +
                       "names = \"" + names + "\"\ncolours = \"#000000 #238b45 #d94801 #6baed6 #08519c #88419d\"\n" +
                       script},
            table(all, o)};
}

}  // namespace xtape::apps
