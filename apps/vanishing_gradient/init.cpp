// SPDX-License-Identifier: BSD-3-Clause
// How much of a gradient is left after all rows, or pixels, of MNIST's images, by first weights.
#include <algorithm>
#include <cmath>

#include <xtape/nn/workers.hpp>

#include "apps/text.hpp"
#include "figure.hpp"
#include "initials.hpp"
#include "numbers.hpp"
#include "scans.hpp"

namespace xtape::apps {
namespace {

// Of tanh and ReLU networks, and of those with gates.
struct Batches {
    Scans plain, gated;
};

struct Measured {
    double sigma = NAN, radius = NAN;       // of recurrent weights of tanh units
    double own = 0, ratio = 0, factor = 0;  // own: the mean of tanh', f or z
    std::vector<double> lengths;
};

// Of an LSTM the state is the pair of h and c.
Measured measure(const Network& network, const Scans& batch) {
    const Tape tape;
    const Reading reading = read(network, batch.xs);
    const V loss = cross_entropy(reading.scores, batch.labels);
    Measured m{.lengths = gradient_norms(loss, reading.h)};
    if (!reading.c.empty()) {
        const std::vector<double> of_c = gradient_norms(loss, reading.c);
        for (std::size_t t = 0; t < of_c.size(); ++t) m.lengths[t] = std::hypot(m.lengths[t], of_c[t]);
    }
    double total = 0;
    const std::vector<Array<double>> own = own_factors(network, batch.xs, reading);
    for (const Array<double>& a : own) total += mean(V(a)).item();
    m.own = total / static_cast<double>(own.size());
    m.ratio = m.lengths.front() / m.lengths.back();
    m.factor = factor_per_step(m.lengths);
    if (const auto* cell = std::get_if<nn::RNNCell<double>>(&network.cell)) {
        m.sigma = singular_values(cell->wh.value())[0];
        m.radius = spectral_radius(cell->wh.value());
    }
    return m;
}

struct Range {
    double low, high;
};
Range range(const std::vector<Measured>& all, double Measured::*what) {
    const auto [low, high] = std::ranges::minmax(all, {}, what);
    return {low.*what, high.*what};
}

// Of all seeds the one whose ratio is in the middle, and what they differ by.
struct Summary {
    Measured middle;
    Range ratio, factor;
};
Summary summary(std::vector<Measured> all) {
    std::ranges::sort(all, {}, &Measured::ratio);
    return {all[all.size() / 2], range(all, &Measured::ratio), range(all, &Measured::factor)};
}

std::vector<Summary> measure_all(const Options& o, const Batches& batches) {
    const nn::RNNSizes sizes{batches.plain.xs.shape()[2], o.hidden, 10};
    const std::size_t n = initials().size();
    std::vector<std::vector<Measured>> found(n, std::vector<Measured>(o.seeds));
    nn::run_parallel(n * o.seeds, 0, [&](std::size_t i) {
        nn::Generator generator(o.seed + i / n);
        const Network network = initials()[i % n].make(sizes, generator);
        const bool plain = std::holds_alternative<nn::RNNCell<double>>(network.cell);
        found[i % n][i / n] = measure(network, plain ? batches.plain : batches.gated);
    });
    std::vector<Summary> all;
    for (std::vector<Measured>& of_seeds : found) all.push_back(summary(std::move(of_seeds)));
    return all;
}

constexpr std::size_t tanh_uniform = 0, lstm_0 = 9;  // rows of the table

const Known& known(const Initial& initial, const Options& o) {
    return o.scan == "rows" ? initial.rows : initial.pixels;
}

// A table, for the screen with blanks, for a file with commas.
std::string table(const std::vector<Summary>& all, const Options& o, std::size_t steps) {
    std::string out = formatted(
        "%-30s sigma_1  radius  tanh',f,z  ratio over %3zu steps    %-18sknown  "
        "per step  known\n",
        "first weights", steps, ("(of " + counted(o.seeds, "seed") + ")").c_str());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& [m, ratio, factor] = all[i];
        const Known& k = known(initials()[i], o);
        const std::string matrix =
            std::isnan(m.sigma) ? std::string(15, ' ') : formatted("%7.2f %7.2f", m.sigma, m.radius);
        out += formatted("%-30s %s %10.2f   %18.1e   %8.1e - %8.1e  %8.1e  %8.3f  %5.3f\n", initials()[i].name.c_str(),
                         matrix.c_str(), m.own, m.ratio, ratio.low, ratio.high, k.ratio, m.factor, k.factor);
    }
    const double gates = all[lstm_0].middle.ratio, tanh = all[tanh_uniform].middle.ratio;
    return out +
           formatted("\nAn untrained LSTM with forget bias 0 keeps %.1e, a tanh network with uniform weights %.1e.\n",
                     gates, tanh);
}

std::string table_csv(const std::vector<Summary>& all, const Options& o) {
    std::string out =
        "sigma,radius,own,ratio,ratio_low,ratio_high,ratio_known,factor,factor_low,factor_high,"
        "factor_known,first_weights\n";
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& [m, ratio, factor] = all[i];
        const Known& k = known(initials()[i], o);
        const std::string matrix = std::isnan(m.sigma) ? "," : formatted("%.4f,%.4f", m.sigma, m.radius);
        out += formatted("%s,%.4f,%.4g,%.4g,%.4g,%.4g,%.4f,%.4f,%.4f,%.4f,\"%s\"\n", matrix.c_str(), m.own, m.ratio,
                         ratio.low, ratio.high, k.ratio, m.factor, factor.low, factor.high, k.factor,
                         initials()[i].name.c_str());
    }
    return out;
}

constexpr const char* seen =
    "The ratio is |dL/dstate_1| / |dL/dstate_T|, the state of an LSTM being h and c. It differs from seed to seed; "
    "what\n"
    "was known before is from another program. An untrained LSTM with forget bias 0 vanishes as fast as a tanh "
    "network\n"
    "with U(-1/sqrt H, 1/sqrt H): its gates are half open, and half of what is carried is lost at each step. The gate\n"
    "helps once it is open, by a bias or by training. Saturation is the other half: orthogonal weights with small\n"
    "input weights keep nearly all of a gradient, with Glorot's they keep a tenth, for tanh' is then smaller.\n"
    "Of a ReLU network nothing is left above the first ink of an image: its states are 0 there, and relu'(0) = 0.\n";

constexpr const char* script = R"gp(
set title "What is left of the gradient at earlier ".what.", before any training"
set xlabel "time t (".what." read)"
set ylabel "|dL/dstate_t| / |dL/dstate_T|"
set xrange [0:1.02*steps]
set logscale y
set format y "10^{%T}"
set grid
set key outside right center Left reverse spacing 1.3 samplen 2
plot for [i=1:7] "init.csv" skip 1 using 1:i+1 with lines lw 2 dt 1+(i > 4) lc rgb word(colours, i) \
         title word(names, i), \
     for [i=1:7] "init_known.csv" skip 1 using 1:i+1 with points pt 6 ps 1.4 lw 2 lc rgb word(colours, i) notitle, \
     NaN with points pt 6 ps 1.4 lw 2 lc rgb "black" title "known before, other seeds"
)gp";

// Seven of all rows are drawn.
constexpr std::size_t drawn[]{6, 4, 3, tanh_uniform, 11, 10, lstm_0};
constexpr const char* drawn_names =
    "names = \"'tanh, 1.5 x orthogonal' 'tanh, orthogonal, W_{xh} x 0.1' 'tanh, Glorot and orthogonal' "
    "'tanh, uniform' 'LSTM, forget bias 2' 'LSTM, forget bias 1' 'LSTM, forget bias 0'\"\n"
    "colours = \"#a50f15 #238b45 #4292c6 #000000 #41ab5d #6baed6 #d94801\"\n";

std::string lines_csv(const std::vector<Summary>& all, std::size_t steps) {
    std::vector<Column> columns{counted("t", 1, steps)};
    for (const std::size_t i : drawn) {
        columns.push_back({formatted("initial_%zu", i), all[i].middle.lengths});
        for (double& x : columns.back().values) x /= all[i].middle.lengths.back();
    }
    return csv(columns);
}

std::string known_csv(const Options& o) {
    std::vector<Column> columns{{"t", {1}}};
    for (const std::size_t i : drawn) {
        const double ratio = known(initials()[i], o).ratio;
        columns.push_back({formatted("initial_%zu", i), {ratio > 0 ? ratio : NAN}});
    }
    return csv(columns);
}

std::string counts(const Batches& batches) {
    const std::size_t plain = batches.plain.labels.size(), gated = batches.gated.labels.size();
    return plain == gated ? formatted("%zu", plain) : formatted("%zu (gates: %zu)", plain, gated);
}

}  // namespace

Drawn init_figure(const Options& o) {
    const Batches batches{scans(o, false), scans(o, true)};
    const std::size_t steps = batches.plain.xs.shape()[0];
    const std::vector<Summary> all = measure_all(o, batches);
    return {{.name = "init",
             .heading = formatted("What first weights leave of a gradient: %s images of MNIST, %zu units",
                                  counts(batches).c_str(), o.hidden),
             .text = seen,
             .data = {{"init.csv", lines_csv(all, steps)},
                      {"init_known.csv", known_csv(o)},
                      {"init_table.csv", table_csv(all, o)}},
             .script = script_head("init", 920, 440) +
                       formatted("steps = %zu\nwhat = \"%s\"\n", steps, o.scan.c_str()) + drawn_names + script},
            table(all, o, steps)};
}

}  // namespace xtape::apps
