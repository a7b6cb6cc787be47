// SPDX-License-Identifier: BSD-3-Clause
// Truncated backpropagation through time: what is lost of a gradient, and what cannot be learnt.
#include <xtape/nn/workers.hpp>

#include <algorithm>
#include <cmath>

#include "apps/text.hpp"
#include "figure.hpp"
#include "numbers.hpp"
#include "training.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t batch = 16, inputs = 8, classes = 4, lag = 6, deepest = 10, units = 8;
constexpr double gains[] = {0.6, 0.8, 1};

Array<double> wh_gradient(const Network& network, const Array<double>& xs, const Indices& labels, std::size_t depth) {
    const Tape tape;
    const V wh = std::get<nn::RNNCell<double>>(network.cell).wh;
    return backward(cross_entropy(read(network, xs, depth).scores, labels), {wh})[wh];
}

// Over k = 1 ... T: |g_k - g| / |g| for g = dL/dW_hh, L of the last step, and its bound,
//     |g_k - g| <= sum over j >= k of |H_{T-1-j}| sigma_1^j |dL/dh_T|
struct Bias {
    std::vector<double> measured, bound;
};
Bias bias(const Network& network, const Array<double>& xs, const Indices& labels) {
    const std::size_t steps = xs.shape()[0];
    const Array<double> full = wh_gradient(network, xs, labels, steps);
    const double sigma = singular_values(std::get<nn::RNNCell<double>>(network.cell).wh.value())[0];
    const Tape tape;
    const Reading reading = read(network, xs);
    const double last = gradient_norms(cross_entropy(reading.scores, labels), reading.h).back();
    Bias b;
    for (std::size_t k = 1; k <= steps; ++k) {
        b.measured.push_back(norm(wh_gradient(network, xs, labels, k) - full) / norm(full));
        double bound = 0;
        for (std::size_t j = k; j + 1 < steps; ++j)
            bound += norm(reading.h[steps - 2 - j].value()) * std::pow(sigma, static_cast<double>(j)) * last;
        b.bound.push_back(bound / norm(full));
    }
    return b;
}

// Over k = 1 ... deepest: accuracies of networks that recall a symbol from `lag` steps ago. They have few units: of
// many, untrained, enough would carry the symbol by chance for the read-out to find it.
std::vector<std::vector<double>> accuracies(const Options& o) {
    std::vector<std::vector<double>> of_seed(o.seeds, std::vector<double>(deepest));
    nn::run_parallel(o.seeds * deepest, 0, [&](std::size_t i) {
        const std::uint64_t seed = o.seed + i / deepest;
        nn::Generator generator(seed);
        Network network = uniform_tanh({4, units, 4}, generator);
        const Lesson lesson{.lag = lag, .steps = o.training_steps, .depth = i % deepest + 1, .seed = seed};
        of_seed[i / deepest][i % deepest] = train(network, lesson).accuracy;
    });
    return of_seed;
}

constexpr const char* seen =
    "With sigma_1 below 1 the error falls as sigma_1^k, below a bound that can be known beforehand: few steps are\n"
    "enough. At sigma_1 = 1 it falls slowly, for there are ever fewer steps that are left out. But a small error of\n"
    "the gradient is not a small loss: gradients through k steps reach a lag of k - 1, and recall over 6 steps is\n"
    "learnt from k = 7 on. What is above chance before that passes on unasked: weights that learnt to carry a symbol\n"
    "over k - 1 steps, or did not learn at all, may carry something of it further.\n";

constexpr const char* script = R"gp(
set multiplot layout 1,2
set title "error of dL/dW_{hh} (points), its bound (dotted)\nand \U+03C3_1^{ k} (lines)"
set xlabel "depth k of the gradient (steps)"
set ylabel "|g_k - g| / |g|"
set logscale y
set format y "10^{%T}"
set yrange [1e-9:1e3]
set xrange [0:steps]
set grid
set key bottom left samplen 2
plot for [i=1:3] "truncation.csv" skip 1 using 1:2*i with points pt 4+i ps 0.7 lc rgb word(colours, i) \
         title "\U+03C3_1 = ".word(gains, i), \
     for [i=1:3] "" skip 1 using 1:2*i+1 with lines dt 3 lw 1.5 lc rgb word(colours, i) notitle, \
     for [i=1:3] "" skip 1 using 1:(word(gains, i)**$1) with lines lw 1.5 lc rgb word(colours, i) notitle
unset logscale y
set format y "%g"
set title "recall of a symbol from 6 steps ago"
set xlabel "depth k of the gradients in training (steps)"
set ylabel "sequences right (%)"
set yrange [0:105]
set xrange [0.5:10.5]
set xtics 1
set key top left
set arrow from 0.5,25 to 10.5,25 nohead dt 2 lc rgb "#636363"
set label "chance" at 9.2,29 tc rgb "#636363"
set arrow from 6.5, graph 0 to 6.5, graph 1 nohead dt 3 lc rgb "#a50f15"
set label "reaches lag k - 1" at 6.6,60 tc rgb "#a50f15"
plot for [i=1:seeds] "truncation_recall.csv" skip 1 using 1:(100*column(1+i)) with linespoints pt 6 ps 0.8 lw 1.2 \
         lc rgb "#08519c" title i == 1 ? "networks of different seeds" : ""
unset multiplot
)gp";

// Of gradients cut off after k steps, what is drawn and what is said.
std::string biases(const Options& o, std::vector<Column>& columns) {
    nn::Generator generator(o.seed);
    const Array<double> xs = normal_inputs({o.steps, batch, inputs}, generator);
    Indices labels;
    for (std::size_t i = 0; i < batch; ++i) labels.push_back(static_cast<std::int64_t>(i % classes));
    const std::size_t some = o.steps / 4, half = o.steps / 2;
    std::string said = formatted("sigma_1   |g_k - g| / |g| at k = 1 %7zu %8zu   bound at %zu\n", some, half, half);
    for (const double gain : gains) {
        const Bias b = bias(orthogonal_tanh({inputs, o.hidden, classes}, generator, gain), xs, labels);
        columns.push_back({formatted("error_%g", gain), b.measured});
        columns.push_back({formatted("bound_%g", gain), b.bound});
        said += formatted("%7g %26.1e %8.1e %8.1e %10.1e\n", gain, b.measured[0], b.measured[some - 1],
                          b.measured[half - 1], b.bound[half - 1]);
    }
    return said;
}

// Of networks that are trained by them
std::string recalls(const Options& o, std::vector<Column>& columns) {
    const auto found = accuracies(o);
    for (std::size_t i = 0; i < o.seeds; ++i) columns.push_back({formatted("accuracy_%zu", o.seed + i), found[i]});
    std::string depths = "k      ", right = "right %";
    for (std::size_t k = 1; k <= deepest; ++k) {
        std::vector<double> of_seeds;
        for (const auto& one : found) of_seeds.push_back(one[k - 1]);
        depths += formatted("%5zu", k);
        right += formatted("%5.0f", 100 * median(of_seeds));
    }
    return formatted("\nrecall over %zu steps, trained with gradients through k steps, median of %s\n", lag,
                     counted(o.seeds, "seed").c_str()) +
           depths + "\n" + right + "\n";
}

}  // namespace

Drawn truncation_figure(const Options& o) {
    std::vector<Column> columns{counted("k", 1, o.steps)}, recall{counted("k", 1, deepest)};
    const std::string said = biases(o, columns) + recalls(o, recall);
    return {
        {.name = "truncation",
         .heading = "Gradients through the last k steps alone",
         .text = seen,
         .data = {{"truncation.csv", csv(columns)}, {"truncation_recall.csv", csv(recall)}},
         .script = script_head("truncation", 1080, 460) + formatted("steps = %zu\nseeds = %zu\n", o.steps, o.seeds) +
                   "gains = \"0.6 0.8 1\"\ncolours = \"#08519c #238b45 #d94801\"\n" + script},
        said};
}

}  // namespace xtape::apps
