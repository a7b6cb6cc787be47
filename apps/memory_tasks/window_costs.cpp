// SPDX-License-Identifier: BSD-3-Clause
// What a window costs, over its length: parameters and time.
#include <algorithm>
#include <limits>

#include "apps/text.hpp"
#include "window.hpp"

namespace xtape::apps::memory {
namespace {

std::size_t parameters(const Reads& who, const nn::RNNSizes& sizes) {
    if (who.window > 0) return nn::count(Window(who.window, sizes, nn::Generator(0)));
    return nn::count(nn::RNN<float>(sizes, 0, {.skip = who.input}));
}

std::string parameters_said(const char* what, const nn::RNNSizes& sizes, std::size_t steps) {
    const auto of = [&](std::size_t k) { return parameters({.window = k}, sizes); };
    const std::size_t slope = of(2) - of(1), state = parameters({}, sizes);
    std::size_t passed = 1;
    while (passed < steps && of(passed) <= state) ++passed;
    std::string out = formatted("%s: a window of K steps has %zu + %zu K parameters, a hidden state %zu, or %zu with ",
                                what, of(1) - slope, slope, state, parameters({.input = true}, sizes));
    out += "the input shown\nto the read-out, however long the sequence is. ";
    return out + (of(passed) > state ? formatted("The window is the larger one from K = %zu on.\n", passed)
                                     : formatted("No window up to K = %zu is larger.\n", steps));
}

double milliseconds(const std::vector<Learnt>& of_seeds) {
    std::vector<double> all;
    for (const Learnt& one : of_seeds) all.push_back(1e3 * one.seconds);
    return spread(std::move(all)).median;
}

// Nothing where there is no such window.
void add_times(Row& row, const Found<Reads>& found, std::size_t k, std::size_t lag) {
    for (const Reads& who : {Reads{.window = k, .lag = lag}, {.lag = lag}, {.input = true, .lag = lag}})
        row.push_back(found.contains(who) ? milliseconds(found.at(who)) : std::numeric_limits<double>::quiet_NaN());
}

std::string times_said(const std::string& what, const Found<Reads>& found, const std::vector<std::size_t>& windows,
                       std::size_t lag) {
    const auto of = [&](std::size_t k) { return milliseconds(found.at({.window = k, .lag = lag})); };
    const double shortest = of(windows.front()), longest = of(windows.back()), state = of(0);
    return formatted(
        "%s: %.3f ms for K = %zu, %.3f ms for K = %zu; %.3f ms for the hidden state, %.1f times as much.\n",
        what.c_str(), shortest, windows.front(), longest, windows.back(), state, state / longest);
}

constexpr const char* columns =
    "k,recall_window,recall_state,recall_state_and_input,rows_window,rows_state,"
    "rows_state_and_input";

// Both pictures have a panel for each task, whose longest windows these are.
std::string script(const std::string& name, const char* what, const std::string& longest) {
    return script_head(name, 860, 400) + formatted("name = \"%s\"\nset ylabel \"%s\"\n", name.c_str(), what) +
           "last = \"" + longest + "\"\n" + R"gp(set multiplot layout 1,2
set xlabel "length K of the window (steps)"
set yrange [0:*]
set grid
set key at graph 0.03,0.85 left top Left reverse samplen 2
tasks = "'recall of one of 4 symbols' 'digits of MNIST, row by row'"
do for [p=1:words(last)] {
    set title word(tasks, p)
    set xrange [0:word(last, p)+1]
    plot name.".csv" skip 1 using 1:3*p-1 with points pt 7 ps 0.6 lc rgb "#08519c" title "window", \
         "" skip 1 using 1:3*p with lines lw 2 lc rgb "#d94801" title "hidden state", \
         "" skip 1 using 1:3*p+1 with lines lw 2 dt 2 lc rgb "#238b45" title "hidden state and input"
}
unset multiplot
)gp";
}

}  // namespace

Picture parameters_picture(const Settings& s, const Rows& rows) {
    const auto add = [](Row& row, const nn::RNNSizes& sizes, std::size_t k, std::size_t steps) {
        for (const Reads& who : {Reads{.window = k}, {}, {.input = true}})
            row.push_back(k <= steps ? static_cast<double>(parameters(who, sizes))
                                     : std::numeric_limits<double>::quiet_NaN());
    };
    std::vector<Row> table;
    for (std::size_t k = 1; k <= std::max(s.steps, rows.steps); ++k) {
        Row& row = table.emplace_back(Row{static_cast<double>(k)});
        add(row, recall_sizes(s), k, s.steps);
        add(row, rows.sizes, k, rows.steps);
    }
    return {.name = "window_parameters",
            .heading = "Parameters against the length of the window",
            .text = parameters_said("Recall", recall_sizes(s), s.steps) +
                    parameters_said("Rows of MNIST", rows.sizes, rows.steps),
            .data = {{"window_parameters.csv", csv(columns, table)}},
            .script = script("window_parameters", "parameters", formatted("%zu %zu", s.steps, rows.steps))};
}

Picture time_picture(const Settings& s, const Found<Reads>& recall, const Rows& rows) {
    std::vector<std::size_t> all;
    for (std::size_t k = 1; k <= s.steps; ++k) all.push_back(k);
    std::vector<Row> table;
    for (std::size_t k = 1; k <= std::max(s.steps, rows.steps); ++k) {
        Row& row = table.emplace_back(Row{static_cast<double>(k)});
        add_times(row, k <= s.steps ? recall : Found<Reads>(), k, one_lag(s));
        add_times(row, rows.found.contains({.window = k}) ? rows.found : Found<Reads>(), k, 0);
    }
    std::string said =
        "Processor time of one core for a step of training, median of the seeds.\n" +
        times_said(formatted("Recall, %zu sequences of %zu steps", batch_rows, s.steps), recall, all, one_lag(s));
    if (!rows.windows.empty())
        said += times_said(formatted("MNIST, %zu images", image_rows), rows.found, rows.windows, 0);
    return {
        .name = "window_time",
        .heading = "Time of training against the length of the window",
        .text = said,
        .data = {{"window_time.csv", csv(columns, table)}},
        .script = script("window_time", "processor time of a step of training (ms)",
                         rows.found.empty() ? formatted("%zu", s.steps) : formatted("%zu %zu", s.steps, rows.steps))};
}

}  // namespace xtape::apps::memory
