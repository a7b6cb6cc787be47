// SPDX-License-Identifier: BSD-3-Clause
// Which step's use of the weights the loss at which step answers for.
#include "credit.hpp"

#include <algorithm>
#include <cmath>

#include "apps/text.hpp"
#include "figure.hpp"
#include "numbers.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t batch = 8, inputs = 8, classes = 4, near = 5;

template <class C> std::vector<std::vector<Array<double>>> terms(const C& cell, const nn::Readout<double>& readout,
                                                                 const Array<double>& xs, const Indices& labels) {
    const std::size_t steps = xs.shape()[0], rows = xs.shape()[1];
    const std::vector<C> cells(steps, cell);
    const auto one = [&](const V& x, const auto& state, std::ptrdiff_t t, Where where) {
        return cells[static_cast<std::size_t>(t)](x, state, where);
    };
    const Tape tape;
    const auto states = nn::unroll(one, V(xs), cell.initial(rows)).states;
    std::vector<std::vector<Array<double>>> all(steps);
    std::vector<V> weights;
    for (std::size_t s = 0; s < steps; ++s) {
        weights.push_back(cells[s].wh);
        const auto first = labels.begin() + static_cast<std::ptrdiff_t>(s * rows);
        const V loss =
            cross_entropy(readout(nn::output(states[s])), Indices(first, first + static_cast<std::ptrdiff_t>(rows)));
        const auto gradients = backward(loss, weights);
        for (const V& w : weights) all[s].push_back(gradients[w]);
    }
    return all;
}

// Lengths of the terms, each relative to the largest of the same loss: [s][t]
using Map = std::vector<std::vector<double>>;
Map credit_map(const Network& network, const Array<double>& xs, const Indices& labels) {
    Map map;
    for (const auto& of_loss : credit_terms(network, xs, labels)) {
        std::vector<double> lengths;
        for (const Array<double>& term : of_loss) lengths.push_back(norm(term));
        const double most = std::ranges::max(lengths);
        for (double& x : lengths) x = most > 0 ? x / most : 0;  // h_0 = 0: the first step has no term
        map.push_back(std::move(lengths));
    }
    return map;
}

// Of the last loss, the part of the summed lengths that steps have which lie more than `near` back.
double part_of_far(const Map& map) {
    double all = 0, far = 0;
    const std::vector<double>& last = map.back();
    for (std::size_t t = 0; t < last.size(); ++t) {
        all += last[t];
        if (t + 1 + near < last.size()) far += last[t];
    }
    return far / all;
}

// s and t of every place of a map, and what is there: what comes after a loss has no part in it.
std::vector<Column> places(std::size_t steps) {
    std::vector<Column> columns{{"s", {}}, {"t", {}}};
    for (std::size_t s = 1; s <= steps; ++s)
        for (std::size_t t = 1; t <= steps; ++t) {
            columns[0].values.push_back(static_cast<double>(s));
            columns[1].values.push_back(static_cast<double>(t));
        }
    return columns;
}
Column column(const std::string& name, const Map& map) {
    Column column{name, {}};
    for (std::size_t s = 0; s < map.size(); ++s)
        for (std::size_t t = 0; t < map.size(); ++t) column.values.push_back(t <= s ? map[s][t] : 0);
    return column;
}

constexpr const char* seen =
    "Each row is one loss, and bright is what its gradient consists of. With U(-1/sqrt H, 1/sqrt H), and with an LSTM\n"
    "whose forget gates are half open, that is a band along the diagonal: whatever lies further back is multiplied\n"
    "by so little that training cannot see it. Orthogonal weights and open forget gates fill the triangle.\n";

constexpr const char* script = R"gp(
titles = "'tanh, U(-1/\U+221AH, 1/\U+221AH)' 'tanh, orthogonal, small W_{xh}' " . \
         "'LSTM, forget bias 0' 'LSTM, forget bias 3'"
set multiplot layout 2,2
set xlabel "step t, at which the weights are used"
set ylabel "step s of the loss"
set cblabel "|G[s,t]|, relative"
set logscale cb
set cbrange [1e-6:1]
set format cb "10^{%T}"
set palette defined (0 "#ffffff", 1 "#fee391", 2 "#fe9929", 3 "#cc4c02", 4 "#4d1a00")
set xrange [0.5:steps+0.5]
set yrange [0.5:steps+0.5]
set xtics step(steps)
set ytics step(steps)
do for [i=1:4] {
    set title word(titles, i)
    plot "credit.csv" skip 1 using 2:1:(column(2+i) < 1e-6 ? 1e-6 : column(2+i)) with image notitle
}
unset multiplot
)gp";

}  // namespace

std::vector<std::vector<Array<double>>> credit_terms(const Network& network, const Array<double>& xs,
                                                     const Indices& labels) {
    return std::visit([&](const auto& cell) { return terms(cell, network.readout, xs, labels); }, network.cell);
}

Drawn credit_figure(const Options& o) {
    nn::Generator generator(o.seed);
    const nn::RNNSizes sizes{inputs, o.hidden, classes};
    const Array<double> xs = normal_inputs({o.steps, batch, inputs}, generator);
    Indices labels;
    for (std::size_t i = 0; i < o.steps * batch; ++i)
        labels.push_back(static_cast<std::int64_t>(generator() % classes));
    const std::vector<std::pair<std::string, Network>> networks{
        {"tanh_uniform", uniform_tanh(sizes, generator)},
        {"tanh_orthogonal", orthogonal_tanh(sizes, generator, 1, 0.1)},
        {"lstm_0", uniform_lstm(sizes, generator, 0)},
        {"lstm_3", uniform_lstm(sizes, generator, 3)}};

    std::vector<Column> columns = places(o.steps);
    std::string said =
        formatted("network            of the last loss's terms, the part more than %zu steps back\n", near);
    for (const auto& [name, network] : networks) {
        const Map map = credit_map(network, xs, labels);
        columns.push_back(column(name, map));
        said += formatted("%-18s %.2e\n", name.c_str(), part_of_far(map));
    }
    return {{.name = "credit",
             .heading = "What the weights at step t have to do with the loss at step s",
             .text = seen,
             .data = {{"credit.csv", csv(columns)}},
             .script = script_head("credit", 980, 800) + formatted("steps = %zu\n", o.steps) + script},
            said};
}

}  // namespace xtape::apps
