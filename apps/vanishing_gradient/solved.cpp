// SPDX-License-Identifier: BSD-3-Clause
// Over which lags a network learns to recall, by what it begins as.
#include <xtape/nn/workers.hpp>

#include "apps/text.hpp"
#include "figure.hpp"
#include "kinds.hpp"
#include "numbers.hpp"
#include "training.hpp"

namespace xtape::apps {
namespace {

// The symbol is the first of lag + 1.
std::vector<std::size_t> lags_of(const Options& o) {
    std::vector<std::size_t> lags{5};
    for (const std::size_t lag : {10u, 15u, 20u, 30u, 40u})
        if (lag < o.steps) lags.push_back(lag);
    return lags;
}

// [kind][lag][seed]
using Found = std::vector<std::vector<std::vector<Learnt>>>;

Found train_all(const Options& o, const std::vector<std::size_t>& lags) {
    const std::size_t n = kinds().size(), n_lags = lags.size();
    Found found(n, std::vector(n_lags, std::vector<Learnt>(o.seeds)));
    nn::run_parallel(n * n_lags * o.seeds, 0, [&](std::size_t i) {
        const std::size_t kind = i % n, at = n_lags - 1 - i / n % n_lags, seed = i / n / n_lags;  // the longest first
        nn::Generator generator(o.seed + seed);
        Network network = kinds()[kind].make({4, o.hidden, 4}, generator);
        found[kind][at][seed] =
            train(network, {.lag = lags[at], .steps = o.training_steps, .seed = o.seed + seed, .until_solved = true});
    });
    return found;
}

std::vector<double> accuracies(const std::vector<Learnt>& of_seeds) {
    std::vector<double> all;
    for (const Learnt& one : of_seeds) all.push_back(one.accuracy);
    return all;
}

// A line for each network that was trained.
std::vector<Column> columns_of(const Found& found, const std::vector<std::size_t>& lags) {
    std::vector<Column> columns{{"kind", {}}, {"lag", {}}, {"seed", {}}, {"accuracy", {}}, {"solved_at", {}}};
    for (std::size_t kind = 0; kind < found.size(); ++kind)
        for (std::size_t at = 0; at < lags.size(); ++at)
            for (std::size_t seed = 0; seed < found[kind][at].size(); ++seed) {
                const Learnt& one = found[kind][at][seed];
                const double values[]{static_cast<double>(kind), static_cast<double>(lags[at]),
                                      static_cast<double>(seed), one.accuracy,
                                      one.solved_at ? static_cast<double>(one.solved_at) : NAN};
                for (std::size_t i = 0; i < columns.size(); ++i) columns[i].values.push_back(values[i]);
            }
    return columns;
}

std::vector<Column> medians(const Found& found, const std::vector<std::size_t>& lags) {
    std::vector<Column> columns{{"lag", {}}};
    for (const std::size_t lag : lags) columns[0].values.push_back(static_cast<double>(lag));
    for (std::size_t kind = 0; kind < found.size(); ++kind) {
        columns.push_back({kinds()[kind].name, {}});
        for (const auto& of_seeds : found[kind]) columns.back().values.push_back(median(accuracies(of_seeds)));
    }
    return columns;
}

std::string table(const Found& found, const std::vector<std::size_t>& lags, const Options& o) {
    std::string out = formatted(
        "sequences right (%%) after at most %zu steps of training, median of %s, and how many "
        "solved it\nlag                  ",
        o.training_steps, counted(o.seeds, "seed").c_str());
    for (const std::size_t lag : lags) out += formatted("%6zu     ", lag);
    for (std::size_t kind = 0; kind < found.size(); ++kind) {
        out += formatted("\n%-21s", kinds()[kind].title.c_str());
        for (const auto& of_seeds : found[kind]) {
            std::size_t solved = 0;
            for (const Learnt& one : of_seeds) solved += one.solved_at != 0;
            out += formatted("%6.0f  %zu/%zu", 100 * median(accuracies(of_seeds)), solved, o.seeds);
        }
    }
    return out + "\n";
}

constexpr const char* seen =
    "A symbol of four is to be recalled after a lag; who guesses has 25 %. What the gradient does at the start "
    "decides\n"
    "what is learnt in a short training: uniform tanh weights, and gates that are half open, fail from lags on over\n"
    "which nothing is left of the gradient. The further the forget bias opens the gate the longer is the lag, and\n"
    "orthogonal weights do as well. An LSTM as such is not better at this; one whose gates begin open is.\n";

constexpr const char* script = R"gp(
set title "recall over a lag: median of ".seeds." (lines), each network (points)"
set xlabel "lag (steps)"
set ylabel "sequences right (%)"
set xrange [2:longest+3]
set yrange [15:103]
set grid
set key outside right center Left reverse spacing 1.4 samplen 2
set arrow from 2,25 to longest+3,25 nohead dt 2 lc rgb "#636363"
set label "chance" at 2.6,28 tc rgb "#636363"
plot for [i=1:6] "solved_median.csv" skip 1 using ($1+0.25*(i-3.5)):(100*column(1+i)) with lines lw 2 \
         dt 2-(i > 2) lc rgb word(colours, i) notitle, \
     for [i=1:6] "solved.csv" skip 1 using ($1 == i-1 ? $2+0.25*(i-3.5) : NaN):(100*$4) with points pt 3+i ps 0.8 \
         lc rgb word(colours, i) notitle, \
     for [i=1:6] NaN with linespoints lw 2 dt 2-(i > 2) pt 3+i ps 0.8 lc rgb word(colours, i) title word(names, i)
)gp";

}  // namespace

Drawn solved_figure(const Options& o) {
    const std::vector<std::size_t> lags = lags_of(o);
    const Found found = train_all(o, lags);
    std::string names;
    for (const Kind& kind : kinds()) names += "'" + kind.title + "' ";
    return {{.name = "solved",
             .heading = "Which networks learn to recall, and over which lags",
             .text = seen,
             .data = {{"solved.csv", csv(columns_of(found, lags))}, {"solved_median.csv", csv(medians(found, lags))}},
             .script = script_head("solved", 860, 460) +
                       formatted("seeds = \"%s\"\nlongest = %zu\n", counted(o.seeds, "seed").c_str(), lags.back()) +
                       "names = \"" + names + "\"\ncolours = \"#000000 #238b45 #d94801 #6baed6 #08519c #88419d\"\n" +
                       script},
            table(found, lags, o)};
}

}  // namespace xtape::apps
