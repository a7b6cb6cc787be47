// SPDX-License-Identifier: BSD-3-Clause
// Labels that need what comes before and after: reading one way, both ways, and one way with answers that come later.
#include "both_ways.hpp"

#include <algorithm>

#include "apps/text.hpp"
#include "numbers.hpp"

namespace xtape::apps::memory {
namespace {

const std::vector<std::string> names{"forward", "backward", "both", "late"};
const std::vector<std::string> titles{"forward", "backward", "both ways", "forward, d steps late"};

std::size_t longest(const Settings& s) { return s.steps / 3; }

std::vector<Learnt> learnt(const std::vector<Sides>& of_seeds) {
    std::vector<Learnt> all;
    for (const Sides& one : of_seeds) all.push_back(one.learnt);
    return all;
}

double median(const std::vector<Sides>& of_seeds, double Sides::*side) {
    std::vector<double> all;
    for (const Sides& one : of_seeds) all.push_back(one.*side);
    return spread(std::move(all)).median;
}

std::string said(const Settings& s, const Found<Reading, Sides>& found) {
    std::string out =
        formatted("Answers right (%%), median of %s; chance is 25\nd %35s", counted(s.seeds, "network").c_str(), "");
    for (std::size_t d = 1; d <= longest(s); ++d) out += formatted("%5zu", d);
    out += "    the bit before, after\n";
    double one = 0, both = 1;
    for (const Way way : ways) {
        const auto w = static_cast<std::size_t>(way);
        const auto& sides = found.at({way, longest(s)});
        out += formatted("%-23s%5zu parameters  ", titles[w].c_str(), sides[0].parameters);
        for (std::size_t d = 1; d <= longest(s); ++d) {
            const Spread a = accuracy(learnt(found.at({way, d})));
            out += cell(100 * a.median, d > 1 ? 5 : 3);
            if (way == Way::both) both = std::min(both, a.low);
            if (way == Way::forward || way == Way::backward) one = std::max(one, a.high);
        }
        out += formatted("%12.0f %9.0f\n", 100 * median(sides, &Sides::before), 100 * median(sides, &Sides::after));
    }
    return out + formatted(
                     "The best network that reads one way has %.0f %% right, the worst that reads both ways "
                     "%.0f %%.\n",
                     100 * one, 100 * both);
}

constexpr const char* script = R"gp(
set multiplot layout 1,2
set grid
set title "both bits right: median of ".networks."; bars: all"
set xlabel "distance d of both bits (steps)"
set ylabel "answers right (%)"
set xrange [0.5:last+0.5]
set xtics 1
set yrange [0:105]
set key at graph 0.98, 0.9 right samplen 2 opaque
set arrow from 0.5,25 to last+0.5,25 nohead dt 2 lc rgb "#636363"
set label "chance" at 0.7,21 tc rgb "#636363"
plot for [i=1:4] "both_ways.csv" skip 1 using ($1+0.05*(i-2.5)):(100*column(5*i-2)):(100*column(5*i-3)) \
             :(100*column(5*i-1)) with yerrorlines pt int(word(points, i)) ps 0.8 lw 1.5 lc rgb word(colours, i) \
             title word(titles, i)
unset arrow
unset label
unset key
set title "each bit alone, d = ".last
unset xlabel
set ylabel "right (%)"
set xrange [0.4:4.6]
set xtics ("forward" 1, "backward" 2, "both ways" 3, "late" 4)
set style fill solid 0.9 border lc rgb "black"
set boxwidth 0.36
set key top left samplen 1.5 horizontal
set yrange [0:120]
set ytics 0,20,100
plot "both_ways_sides.csv" skip 1 using ($1+0.8):(100*$2) with boxes lc rgb "#4292c6" title "d steps before", \
     "" skip 1 using ($1+1.2):(100*$3) with boxes lc rgb "#fdae6b" title "d steps after", \
     "" skip 1 using ($1+0.8):(100*$2+4):(sprintf("%.0f", 100*$2)) with labels font ",10" notitle, \
     "" skip 1 using ($1+1.2):(100*$3+4):(sprintf("%.0f", 100*$3)) with labels font ",10" notitle
unset multiplot
)gp";

}  // namespace

Pictures both_ways_pictures(const Settings& s) {
    std::vector<Reading> plans;
    for (const Way way : ways)
        for (std::size_t d = 1; d <= longest(s); ++d) plans.push_back({way, d});
    const auto found = train_all(plans, s, [&](const Reading& p, std::uint64_t seed) { return train(s, p, seed); });

    std::string header = "d", shown;
    for (std::size_t w = 0; w < names.size(); ++w) {
        header += spread_header(names[w]) + "," + names[w] + "_before," + names[w] + "_after";
        shown += "'" + titles[w] + "' ";
    }
    std::vector<Row> over_distances, sides;
    for (std::size_t d = 1; d <= longest(s); ++d) {
        Row& row = over_distances.emplace_back(Row{static_cast<double>(d)});
        for (const Way way : ways) {
            const auto& of_seeds = found.at({way, d});
            const double before = median(of_seeds, &Sides::before), after = median(of_seeds, &Sides::after);
            add(row, accuracy(learnt(of_seeds)));
            row.insert(row.end(), {before, after});
            if (d == longest(s)) sides.push_back({static_cast<double>(way), before, after});
        }
    }
    return {{.name = "both_ways",
             .heading = "Answers that need what comes before and after: one way against both ways",
             .text = said(s, found),
             .data = {{"both_ways.csv", csv(header, over_distances)},
                      {"both_ways_sides.csv", csv("way,before,after", sides)}},
             .script = script_head("both_ways", 1000, 440) +
                       formatted("last = %zu\nnetworks = \"%s\"\ntitles = \"%s\"\n", longest(s),
                                 counted(s.seeds, "network").c_str(), shown.c_str()) +
                       "colours = \"#000000 #88419d #08519c #d94801\"\npoints = \"4 6 7 8\"\n" + script}};
}

}  // namespace xtape::apps::memory
