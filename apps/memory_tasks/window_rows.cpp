// SPDX-License-Identifier: BSD-3-Clause
// Digits, by who sees the last K rows of them, or reads all rows.
#include "apps/text.hpp"
#include "window.hpp"

namespace xtape::apps::memory {
namespace {

std::string said(const Settings& s, const Rows& rows) {
    std::string out = formatted(
        "Digits right (%%) after %zu steps of %zu images, and the step at which the last 2000 were 90 %% right, median "
        "of %s\n",
        s.mnist_steps, image_rows, counted(s.seeds, "network").c_str());
    const auto line = [&](const std::string& name, const Reads& who) {
        const auto& learnt = rows.found.at(who);
        out += formatted("%-24s %6.2f %s\n", name.c_str(), 100 * accuracy(learnt).median,
                         cell(solved_at(learnt).median, 6).c_str());
    };
    for (const std::size_t k : rows.windows) line(formatted("window, K = %zu", k), {.window = k});
    line("hidden state", {});
    line("hidden state and input", {.input = true});
    return out;
}

constexpr const char* script = R"gp(
set multiplot layout 1,2
set xlabel "rows that are seen: the last K of ".last
set xrange [0:last+1]
set grid
set title "digits of MNIST after ".steps." steps of training"
set ylabel "test images right (%)"
set yrange [0:105]
set key bottom right Left reverse samplen 2 opaque
plot "window_rows.csv" skip 1 using 1:(100*$3):(100*$2):(100*$4) with yerrorlines pt 7 ps 0.6 lw 1.5 \
         lc rgb "#08519c" title "window", \
     "" skip 1 using 1:(100*$9) with lines lw 2 lc rgb "#d94801" title "hidden state", \
     "" skip 1 using 1:(100*$15) with lines lw 2 dt 2 lc rgb "#238b45" title "hidden state and input"
set title "until the last 2000 images are 90 % right"
set ylabel "steps of training"
unset key
set yrange [0:1.05*steps]
plot "window_rows.csv" skip 1 using 1:6:5:7 with yerrorlines pt 7 ps 0.6 lw 1.5 lc rgb "#08519c" title "window", \
     "" skip 1 using 1:12 with lines lw 2 lc rgb "#d94801" title "hidden state", \
     "" skip 1 using 1:18 with lines lw 2 dt 2 lc rgb "#238b45" title "hidden state and input"
unset multiplot
)gp";

}  // namespace

Picture rows_picture(const Settings& s, const Rows& rows) {
    std::string header = "k";
    for (const char* who : {"", "state_", "state_and_input_"})
        for (const char* what : {"accuracy", "solved"}) header += spread_header(std::string(who) + what);
    std::vector<Row> table;
    for (const std::size_t k : rows.windows) {
        Row& row = table.emplace_back(Row{static_cast<double>(k)});
        for (const Reads& who : {Reads{.window = k}, {}, {.input = true}})
            add(row, accuracy(rows.found.at(who))), add(row, solved_at(rows.found.at(who)));
    }
    return {.name = "window_rows",
            .heading = "Digits of MNIST, by the last K rows and by all of them",
            .text = said(s, rows),
            .data = {{"window_rows.csv", csv(header, table)}},
            .script = script_head("window_rows", 1000, 460) +
                      formatted("last = %zu\nsteps = %zu\n", rows.steps, s.mnist_steps) + script};
}

}  // namespace xtape::apps::memory
