// SPDX-License-Identifier: BSD-3-Clause
// Not only the longest direction of a gradient vanishes: all singular values of dh_T/dh_{T-k}.
#include "spectrum.hpp"

#include <cmath>
#include <limits>

#include "apps/text.hpp"
#include "figure.hpp"
#include "numbers.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t inputs = 8;
constexpr double resolved = 1e-14;  // of the largest singular value: what is smaller is rounding

struct Spectrum {
    std::string name;
    double sigma;                             // of W_hh
    std::vector<std::vector<double>> values;  // for each k, the largest first
};

Spectrum spectrum(const std::string& name, const Network& network, const Array<double>& xs,
                  const std::vector<std::size_t>& lags) {
    const auto& cell = std::get<nn::RNNCell<double>>(network.cell);
    Spectrum s{name, singular_values(cell.wh.value())[0], {}};
    for (const std::size_t k : lags) {
        s.values.push_back(singular_values(jacobian(cell, xs, k)));
        for (double& x : s.values.back())
            if (x < resolved * s.values.back()[0]) x = std::numeric_limits<double>::quiet_NaN();
    }
    return s;
}

std::string table(const std::vector<Spectrum>& all, const std::vector<std::size_t>& lags) {
    std::string out = "recurrent weights        k   bound sigma_1^k    largest     median  above 0.1\n";
    for (const Spectrum& s : all)
        for (std::size_t i = 0; i < lags.size(); ++i) {
            const std::vector<double>& values = s.values[i];
            const double middle = values[values.size() / 2];
            std::size_t kept = 0;
            for (const double x : values) kept += x > 0.1;
            out += formatted("%-22s %3zu %17.1e %10.1e %10s %7zu of %zu\n", s.name.c_str(), lags[i],
                             std::pow(s.sigma, static_cast<double>(lags[i])), values[0],
                             std::isnan(middle) ? "rounding" : formatted("%.1e", middle).c_str(), kept, values.size());
        }
    return out;
}

constexpr const char* seen =
    "A singular value is what becomes of one direction of a change of the state over k steps. With orthogonal weights\n"
    "and small inputs all stay near 1. With U(-1/sqrt H, 1/sqrt H) all vanish, most of them much faster than the\n"
    "largest. With N(0, 1/H) the largest stays, and may even grow, while most directions are forgotten: the norm of\n"
    "a gradient does not tell. What is smaller than 1e-14 of the largest is rounding, and left out.\n";

constexpr const char* script = R"gp(
set multiplot layout 1,3
set xlabel "number of the singular value"
set ylabel "singular value of dh_T/dh_{T-k}"
set logscale y
set format y "10^{%T}"
set yrange [1e-14:1e18]
set xrange [0:hidden+1]
set grid
set key top right samplen 2
do for [p=0:2] {
    set title word(titles, p+1)
    plot for [i=1:4] "spectrum.csv" skip 1 using 1:1+8*p+i with linespoints pt 4+i ps 0.4 lw 1.5 \
             lc rgb word(colours, i) title "k = ".word(lags, i), \
         for [i=1:4] "" skip 1 using 1:5+8*p+i with lines dt 3 lw 1.5 lc rgb word(colours, i) notitle, \
         NaN with lines dt 3 lw 1.5 lc rgb "black" title "bound \U+03C3_1^{ k}"
}
unset multiplot
)gp";

std::vector<Column> columns_of(const std::vector<Spectrum>& all, const std::vector<std::size_t>& lags) {
    const std::size_t hidden = all[0].values[0].size();
    std::vector<Column> columns{counted("number", 1, hidden)};
    const char* names[]{"uniform", "normal", "orthogonal"};
    for (std::size_t p = 0; p < all.size(); ++p) {
        for (std::size_t i = 0; i < lags.size(); ++i)
            columns.push_back({formatted("%s_%zu", names[p], lags[i]), all[p].values[i]});
        for (const std::size_t k : lags)
            columns.push_back({formatted("%s_bound_%zu", names[p], k),
                               std::vector<double>(hidden, std::pow(all[p].sigma, static_cast<double>(k)))});
    }
    return columns;
}

}  // namespace

Array<double> jacobian(const nn::RNNCell<double>& cell, const Array<double>& xs, std::size_t k) {
    const std::size_t steps = xs.shape()[0], hidden = cell.b.value().size();
    const auto end = static_cast<std::ptrdiff_t>(steps), cut = end - static_cast<std::ptrdiff_t>(k);
    const V before = nn::unroll(cell, slice(V(xs), 0, 0, cut), cell.initial(1)).last;
    const Tape tape;
    const V first = variable(broadcast_to(before, {hidden, hidden}).value());
    const V rest = broadcast_to(slice(V(xs), 0, cut, end), {k, hidden, xs.shape()[2]});
    return backward(nn::unroll(cell, rest, first).last, {first}, Array<double>(xt::eye<double>(hidden)))[first];
}

Drawn spectrum_figure(const Options& o) {
    nn::Generator generator(o.seed);
    const nn::RNNSizes sizes{inputs, o.hidden, 1};
    const Array<double> xs = normal_inputs({o.steps, 1, inputs}, generator);
    const std::vector<std::size_t> lags{1, o.steps / 6 + 1, o.steps / 3 + 1, o.steps - 1};
    const double scale = 1 / std::sqrt(static_cast<double>(o.hidden));
    const Network normal = tanh_network(sizes, generator, nn::glorot<double>(inputs, o.hidden, generator, 0.1),
                                        nn::normal<double>(o.hidden, o.hidden, generator, scale));
    const std::vector<Spectrum> all{spectrum("U(-1/sqrt H, 1/sqrt H)", uniform_tanh(sizes, generator), xs, lags),
                                    spectrum("N(0, 1/H)", normal, xs, lags),
                                    spectrum("orthogonal", orthogonal_tanh(sizes, generator, 1, 0.1), xs, lags)};

    std::string words;
    for (const std::size_t k : lags) words += formatted("%zu ", k);
    return {
        {.name = "spectrum",
         .heading = "What becomes of every direction of a change of the state",
         .text = seen,
         .data = {{"spectrum.csv", csv(columns_of(all, lags))}},
         .script = script_head("spectrum", 1200, 460) + formatted("hidden = %zu\n", o.hidden) + "lags = \"" + words +
                   "\"\ntitles = \"'U(-1/\\U+221AH, 1/\\U+221AH)' 'N(0, 1/H), small W_{xh}' "
                   "'orthogonal, small W_{xh}'\"\ncolours = \"#000000 #08519c #238b45 #d94801\"\n" +
                   script},
        table(all, lags)};
}

}  // namespace xtape::apps
