// SPDX-License-Identifier: BSD-3-Clause
// The plain case: L = r . h_T of tanh units, whose recurrent weights are a gain times an orthogonal matrix.
#include <algorithm>
#include <cmath>

#include "apps/text.hpp"
#include "figure.hpp"
#include "networks.hpp"
#include "numbers.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t batch = 16, inputs = 8;
constexpr double gains[] = {0.5, 0.8, 0.9, 1, 1.1, 1.5};

// Over the lag k = 0, 1, ...: |dL/dh_{T-k}| / |dL/dh_T|, what theory makes of the states, and the bound.
struct Line {
    std::string name;
    std::vector<double> length, theory, bound;
    double factor() const { return std::pow(length.back(), 1 / static_cast<double>(length.size() - 1)); }
};

// The factor of a step in mean field theory: gain times the root of the mean of tanh'^2; a gain is the deviation of
// what a matrix makes of a random vector of length 1, |W|_F / sqrt H.
std::vector<double> mean_field(const std::vector<Array<double>>& slopes, double gain) {
    std::vector<double> theory{1};
    for (std::size_t k = 1; k < slopes.size(); ++k) {
        const Array<double>& slope = slopes[slopes.size() - k];
        theory.push_back(theory.back() * gain * norm(slope) / std::sqrt(static_cast<double>(slope.size())));
    }
    return theory;
}

Line line(const std::string& name, const Network& network, const Array<double>& xs) {
    const Tape tape;
    const Reading reading = read(network, xs);
    Line line{name, gradient_norms(sum(reading.scores), reading.h), {}, {}};
    std::ranges::reverse(line.length);
    const double last = line.length[0];
    for (double& x : line.length) x /= last;
    const Array<double>& wh = std::get<nn::RNNCell<double>>(network.cell).wh.value();
    line.theory =
        mean_field(own_factors(network, xs, reading), norm(wh) / std::sqrt(static_cast<double>(wh.shape()[0])));
    const double sigma = singular_values(wh)[0];
    for (std::size_t k = 0; k < line.length.size(); ++k) line.bound.push_back(std::pow(sigma, static_cast<double>(k)));
    return line;
}

std::string table(const std::vector<Line>& lines, double radius) {
    std::string out = "recurrent weights        factor per step   mean field   sigma_1   what is left after " +
                      formatted("%zu steps\n", lines[0].length.size() - 1);
    for (const Line& l : lines)
        out += formatted("%-24s %15.3f %12.3f %9.3f   %.1e\n", l.name.c_str(), l.factor(),
                         std::pow(l.theory.back(), 1 / static_cast<double>(l.theory.size() - 1)), l.bound[1],
                         l.length.back());
    return out + formatted("\nThe spectral radius of the last one is %.3f.\n", radius);
}

constexpr const char* seen =
    "On a logarithmic scale the lines are straight: what is multiplied at each step back is W_hh and tanh', which is\n"
    "at most 1. So a gain below 1 vanishes for certain, below the dotted bound sigma_1^k. A gain above 1 may explode,\n"
    "but need not: larger states are on flatter parts of tanh. U(-1/sqrt H, 1/sqrt H) has a bound that grows, for its\n"
    "largest singular value is above 1. Its gradient vanishes nevertheless: a step back multiplies it by about the\n"
    "spectral radius.\n";

constexpr const char* script = R"gp(
set multiplot layout 1,2
set xlabel "lag k = T - t (steps)"
set ylabel "|dL/dh_{T-k}| / |dL/dh_T|"
set logscale y
set format y "10^{%T}"
set grid
set xrange [0:steps]
set key bottom left Left reverse samplen 2 spacing 1.1
set title "W_{hh} = gain x orthogonal: measured (points), mean field\n(lines) and the bound gain^k (dotted)"
set yrange [1e-16:1e9]
plot for [i=1:6] "lag.csv" skip 1 using 1:3*i-1 every every_point with points pt 4+i ps 0.7 lc rgb word(colours, i) \
         title "gain ".word(gains, i), \
     for [i=1:6] "" skip 1 using 1:3*i with lines lw 1.5 lc rgb word(colours, i) notitle, \
     for [i=1:6] "" skip 1 using 1:3*i+1 with lines lw 1.5 dt 3 lc rgb word(colours, i) notitle
set title "all weights U(-1/\U+221AH, 1/\U+221AH), as PyTorch's"
set yrange [*:*]
plot "lag.csv" skip 1 using 1:20 every every_point with points pt 6 ps 0.7 lc rgb "#08519c" title "measured", \
     "" skip 1 using 1:21 with lines lw 1.5 lc rgb "#08519c" title "mean field", \
     "" skip 1 using 1:23 with lines lw 1.5 dt 2 lc rgb "#d94801" title "\U+03C1^k, the spectral radius", \
     "" skip 1 using 1:22 with lines lw 1.5 dt 3 lc rgb "black" title "bound \U+03C3_1^{ k}"
unset multiplot
)gp";

std::vector<Column> columns_of(const std::vector<Line>& lines, double radius) {
    std::vector<Column> columns{counted("lag", 0, lines[0].length.size() - 1)};
    for (const Line& l : lines) {
        const std::string of = &l == &lines.back() ? "uniform" : formatted("%g", gains[&l - lines.data()]);
        columns.push_back({"length_" + of, l.length});
        columns.push_back({"theory_" + of, l.theory});
        columns.push_back({"bound_" + of, l.bound});
    }
    columns.push_back({"radius_uniform", {}});
    for (const double k : columns[0].values) columns.back().values.push_back(std::pow(radius, k));
    return columns;
}

}  // namespace

Drawn lag_figure(const Options& o) {
    nn::Generator generator(o.seed);
    const nn::RNNSizes sizes{inputs, o.hidden, 1};
    const Array<double> xs = normal_inputs({o.steps, batch, inputs}, generator);
    std::vector<Line> lines;
    for (const double gain : gains)
        lines.push_back(line(formatted("%g x orthogonal", gain), orthogonal_tanh(sizes, generator, gain, 0.1), xs));
    const Network uniform = uniform_tanh(sizes, generator);
    lines.push_back(line("U(-1/sqrt H, 1/sqrt H)", uniform, xs));

    const double radius = spectral_radius(std::get<nn::RNNCell<double>>(uniform.cell).wh.value());
    const std::string settings = formatted("steps = %zu\nevery_point = %zu\n", o.steps - 1, o.steps / 25 + 1) +
                                 "gains = \"0.5 0.8 0.9 1 1.1 1.5\"\n"
                                 "colours = \"#000000 #08519c #4292c6 #238b45 #d94801 #a50f15\"\n";
    return {{.name = "lag",
             .heading = "How gradients vanish and explode",
             .text = seen,
             .data = {{"lag.csv", csv(columns_of(lines, radius))}},
             .script = script_head("lag", 1080, 480) + settings + script},
            table(lines, radius)};
}

}  // namespace xtape::apps
