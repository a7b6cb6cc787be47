// SPDX-License-Identifier: BSD-3-Clause
// What windows and hidden states recall: over lags, and over the length of the window.
#include <algorithm>

#include "apps/text.hpp"
#include "window.hpp"

namespace xtape::apps::memory {
namespace {

struct Named {
    std::string title, column;
    Reads who;
};
std::vector<Named> readers(const Settings& s) {
    std::vector<Named> all;
    for (const std::size_t k : windows_over_lags(s))
        all.push_back({formatted("window, K = %zu", k), formatted("window_%zu", k), {.window = k}});
    all.push_back({"hidden state", "state", {}});
    all.push_back({"hidden state and input", "state_and_input", {.input = true}});
    return all;
}

std::string lag_table(const Settings& s, const Found<Reads>& recall) {
    std::string out = formatted("Sequences right (%%) of %zu steps, median of %s; chance is %zu\nlag %22s", s.steps,
                                counted(s.seeds, "network").c_str(), 100 / symbols, "");
    for (std::size_t lag = 0; lag <= longest_lag(s); ++lag) out += formatted("%4zu", lag);
    for (Named one : readers(s)) {
        out += formatted("\n%-26s", one.title.c_str());
        for (one.who.lag = 0; one.who.lag <= longest_lag(s); ++one.who.lag)
            out += cell(100 * accuracy(recall.at(one.who)).median, 4);
    }
    return out + "\n";
}

// The worst of what a window can see, the best of what it cannot, and the worst of a hidden state.
std::string lag_seen(const Settings& s, const Found<Reads>& recall) {
    double sees = 1, blind = 0, state = 1, input = 1;
    for (const auto& [who, of_seeds] : recall) {
        const Spread a = accuracy(of_seeds);
        if (who.batches) continue;
        if (who.window == 0) (who.input ? input : state) = std::min(who.input ? input : state, a.low);
        if (who.window > who.lag) sees = std::min(sees, a.low);
        if (who.window && who.window <= who.lag) blind = std::max(blind, a.high);
    }
    return formatted(
        "Windows longer than the lag have %.0f %% right or more, and no network with a shorter one more than %.0f %%,\n"
        "however long it is trained: what is needed is not in its input. The hidden state has %.0f %% or more at all\n"
        "lags up to %zu, and %.0f %% with the input shown to the read-out, with the same parameters for each of "
        "them.\n",
        100 * sees, 100 * blind, 100 * state, longest_lag(s), 100 * input);
}

constexpr const char* lag_script = R"gp(
set multiplot layout 1,2
set xlabel "lag d of what is to be recalled (steps)"
set xrange [-0.5:last+0.5]
set xtics step(last)
set grid
set title "median of ".networks."; bars: all of them"
set ylabel "sequences right (%)"
set yrange [0:105]
unset key
set lmargin at screen 0.07
set rmargin at screen 0.37
set arrow from -0.5,chance to last+0.5,chance nohead dt 2 lc rgb "#636363"
set label "chance" at last+0.3,chance-9 right tc rgb "#636363"
plot for [i=1:5] "window_lag.csv" skip 1 using ($1+0.06*(i-3)):(100*column(3*i)):(100*column(3*i-1)) \
             :(100*column(3*i+1)) with yerrorlines pt int(word(points, i)) ps 0.7 lw 1.5 dt i < 5 ? 1 : 2 \
         lc rgb word(colours, i) title word(names, i)
unset arrow
unset label
set title "until 20 batches are 99 % right"
set ylabel "steps of training until solved"
set yrange [0:1.1*most]
set lmargin at screen 0.45
set rmargin at screen 0.74
set key at screen 0.995,0.65 right Left reverse samplen 2 spacing 1.3
plot for [i=1:5] "window_lag.csv" skip 1 using 1:(column(16+i)) \
         with linespoints pt int(word(points, i)) ps 0.7 lw 1.5 dt i < 5 ? 1 : 2 \
         lc rgb word(colours, i) title word(names, i)
unset multiplot
)gp";

std::string context_said(const Settings& s, const Found<Reads>& recall) {
    const auto of = [&](std::size_t k, std::size_t batches, bool input = false) {
        return recall.at({.window = k, .input = input, .lag = one_lag(s), .batches = batches});
    };
    const auto solved = [&](std::size_t k, bool input = false) { return cell(solved_at(of(k, 0, input)).median, 5); };
    const std::size_t enough = one_lag(s) + 1, few = few_batches;
    const auto right = [&](std::size_t k, bool input = false) { return 100 * accuracy(of(k, few, input)).median; };
    return formatted("A lag of %zu. New sequences at each step: solved after", one_lag(s)) +
           formatted(
               "%s steps of training with K = %zu,%s with K = %zu,%s by the\nhidden state,%s with the input shown "
               "to the read-out.\n",
               solved(enough).c_str(), enough, solved(s.steps).c_str(), s.steps, solved(0).c_str(),
               solved(0, true).c_str()) +
           formatted(
               "The same %zu sequences again and again: %.0f %% of new ones are right with K = %zu, %.0f %% with "
               "K = %zu, %.0f %% with the hidden\nstate, %.0f %% with state and input: ",
               few * batch_rows, right(enough), enough, right(s.steps), s.steps, right(0), right(0, true)) +
           (accuracy(of(s.steps, few)).high < accuracy(of(enough, few)).low
                ? "context that is not needed does hurt where examples are few.\n"
                : "context that is not needed does not hurt here.\n");
}

constexpr const char* context_script = R"gp(
set multiplot layout 1,2
set xlabel "length K of the window (steps)"
set xrange [0.5:last+0.5]
set xtics step(last)
set grid
set title "recall over ".lag." steps: accuracy on new sequences"
set ylabel "sequences right (%)"
set yrange [0:105]
set key bottom right Left reverse samplen 2 opaque
set arrow from 0.5,chance to last+0.5,chance nohead dt 2 lc rgb "#636363"
set label "chance" at last+0.3,chance+4 right tc rgb "#636363"
set arrow from lag+0.5, graph 0 to lag+0.5, graph 1 nohead dt 3 lc rgb "#a50f15"
plot "window_context.csv" skip 1 using 1:(100*$3):(100*$2):(100*$4) with yerrorlines pt 7 ps 0.6 lw 1.5 \
         lc rgb "#08519c" title "window, endless sequences", \
     "" skip 1 using 1:(100*$6):(100*$5):(100*$7) with yerrorlines pt 4 ps 0.6 lw 1.5 lc rgb "#4292c6" \
         title "window, ".few." sequences", \
     "" skip 1 using 1:(100*$13) with lines dt 2 lw 2 lc rgb "#d94801" title "hidden state, ".few." sequences", \
     "" skip 1 using 1:(100*$14) with lines dt 3 lw 2 lc rgb "#238b45" title "state and input, ".few." sequences"
unset label
unset arrow
set arrow from lag+0.5, graph 0 to lag+0.5, graph 1 nohead dt 3 lc rgb "#a50f15"
set title "until 20 batches are 99 % right"
set ylabel "steps of training until solved"
set yrange [0:1.1*most]
plot "window_context.csv" skip 1 using 1:9:8:10 with yerrorlines pt 7 ps 0.6 lw 1.5 lc rgb "#08519c" \
         title "window, endless sequences", \
     "" skip 1 using 1:11 with lines lw 2 lc rgb "#d94801" title "hidden state, endless sequences", \
     "" skip 1 using 1:12 with lines lw 2 dt 2 lc rgb "#238b45" title "state and input, endless sequences"
unset multiplot
)gp";

}  // namespace

Picture lag_picture(const Settings& s, const Found<Reads>& recall) {
    std::string header = "lag", names;
    for (const Named& one : readers(s)) header += spread_header(one.column), names += "'" + one.title + "' ";
    for (const Named& one : readers(s)) header += "," + one.column + "_solved";
    std::vector<Row> table;
    for (std::size_t lag = 0; lag <= longest_lag(s); ++lag) {
        Row& row = table.emplace_back(Row{static_cast<double>(lag)});
        const auto of = [&](Reads who) { return who.lag = lag, recall.at(who); };
        for (const Named& one : readers(s)) add(row, accuracy(of(one.who)));
        for (const Named& one : readers(s)) row.push_back(solved_at(of(one.who)).median);
    }
    return {.name = "window_lag",
            .heading = "What is recalled, against the lag",
            .text = lag_table(s, recall) + lag_seen(s, recall),
            .data = {{"window_lag.csv", csv(header, table)}},
            .script = script_head("window_lag", 1080, 440) +
                      formatted("last = %zu\nnetworks = \"%s\"\nchance = %zu\nmost = %.0f\nnames = \"", longest_lag(s),
                                counted(s.seeds, "network").c_str(), 100 / symbols, highest(table, 16, 20, 1)) +
                      names + "\"\ncolours = \"#6baed6 #2171b5 #08306b #d94801 #238b45\"\npoints = \"4 6 8 7 1\"\n" +
                      lag_script};
}

Picture context_picture(const Settings& s, const Found<Reads>& recall) {
    std::vector<Row> table;
    const auto of = [&](std::size_t k, std::size_t batches, bool input = false) {
        return recall.at({.window = k, .input = input, .lag = one_lag(s), .batches = batches});
    };
    for (std::size_t k = 1; k <= s.steps; ++k) {
        Row& row = table.emplace_back(Row{static_cast<double>(k)});
        for (const std::size_t batches : {std::size_t{0}, few_batches}) add(row, accuracy(of(k, batches)));
        add(row, solved_at(of(k, 0)));
        for (const bool input : {false, true}) row.push_back(solved_at(of(0, 0, input)).median);
        for (const bool input : {false, true}) row.push_back(accuracy(of(0, few_batches, input)).median);
    }
    const std::string header = "k" + spread_header("accuracy") + spread_header("accuracy_few") +
                               spread_header("solved") + ",state_solved,state_and_input_solved,state_accuracy_few," +
                               "state_and_input_accuracy_few";
    return {.name = "window_context",
            .heading = "Does more context hurt?",
            .text = context_said(s, recall),
            .data = {{"window_context.csv", csv(header, table)}},
            .script = script_head("window_context", 1000, 460) +
                      formatted("last = %zu\nlag = %zu\nchance = %zu\nfew = %zu\nmost = %.0f\n", s.steps, one_lag(s),
                                100 / symbols, few_batches * batch_rows, highest(table, 7, 11, 1)) +
                      context_script};
}

}  // namespace xtape::apps::memory
