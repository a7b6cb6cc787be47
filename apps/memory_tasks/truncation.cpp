// SPDX-License-Identifier: BSD-3-Clause
// Gradients through the last k steps alone: over which lags a network learns to recall with them.
#include <algorithm>

#include "apps/data/tasks.hpp"
#include "apps/text.hpp"
#include "bias.hpp"
#include "networks.hpp"
#include "numbers.hpp"
#include "trainings.hpp"

namespace xtape::apps::memory {
namespace {

constexpr std::size_t symbols = 4;

struct Depth {
    bool written;  // random weights write what is to be recalled into the state from the start
    std::size_t lag, depth;
    auto operator<=>(const Depth&) const = default;
};

// Delayed recall whose symbol that counts comes in inputs of its own, the first ones, and all others beside them.
Classification<float> marked_recall(std::size_t steps, std::size_t lag, std::size_t batch, std::uint64_t seed) {
    auto task = delayed_recall<float>(steps, lag, symbols, batch, seed);
    Array<float> xs = zeros<float>({steps, batch, 2 * symbols});
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t b = 0; b < batch; ++b)
            for (std::size_t i = 0; i < symbols; ++i)
                xs(t, b, i + (t + lag + 1 == steps ? 0 : symbols)) = task.xs(t, b, i);
    task.xs = std::move(xs);
    return task;
}

Learnt train(const Settings& s, const Depth& plan, std::uint64_t seed) {
    nn::RNN<float> model({2 * symbols, s.hidden, symbols}, seed);
    if (!plan.written) std::fill_n(model.cell.wx.edit().begin(), symbols * s.hidden, 0.0f);
    return learn(
        model, {.steps = s.training_steps},
        [&](std::size_t step) { return marked_recall(s.steps, plan.lag, step ? 32 : 512, (seed << 32) + step); },
        [&](const nn::RNN<float>& m, const Classification<float>& batch) {
            return classified(m.truncated(batch.xs, plan.depth), batch.labels);
        });
}

std::string matrix(const Settings& s, const Found<Depth>& found, bool written) {
    std::string out = written ? "input weights that are random at first" : "input weights of that symbol 0 at first";
    out = "Sequences right (%), " + out + ", median of " + counted(s.seeds, "network") + "\n   k ";
    for (std::size_t k = 1; k <= s.steps; ++k) out += formatted("%4zu", k);
    for (std::size_t lag = 0; lag + 1 < s.steps; ++lag) {
        out += formatted("\nlag %zu%s", lag, lag < 10 ? " " : "");
        for (std::size_t k = 1; k <= s.steps; ++k) out += cell(100 * accuracy(found.at({written, lag, k})).median, 4);
    }
    return out + "\n";
}

// The best of the networks whose gradients do not reach the symbol, and the worst of the others.
std::string seen(const Found<Depth>& found, bool written) {
    constexpr double chance = 1.0 / symbols;
    double short_of = 0, reaches = 1;
    for (const auto& [plan, of_seeds] : found) {
        if (plan.written != written) continue;
        if (plan.depth <= plan.lag)
            short_of = std::max(short_of, accuracy(of_seeds).high);
        else
            reaches = std::min(reaches, accuracy(of_seeds).low);
    }
    std::string out = formatted("k <= lag: at most %.0f %% right, chance is %.0f; k > lag: at least %.0f %%. ",
                                100 * short_of, 100 * chance, 100 * reaches);
    if (short_of > 2 * chance) return out + "Gradients through k steps can do with more than they reach.\n";
    return out + (reaches > 2 * chance ? "Gradients through k steps learn what is up to k - 1 steps back.\n"
                                       : "Some that could learn it did not: train them longer.\n");
}

constexpr const char* script = R"gp(
set multiplot layout 1,2
set xlabel "depth k of the gradients in training (steps)"
set ylabel "lag d of what is to be recalled (steps)"
set xrange [0.5:last+0.5]
set yrange [-0.5:last-1.5]
set xtics 1 scale 0
set ytics 1 scale 0
set palette defined (25 "white", 60 "#9ecae1", 100 "#08519c") maxcolors 15
set cbrange [25:100]
set cblabel "sequences right (%)"
unset key
do for [d=1:last-2] {
    set arrow from d-0.5, d-0.5 to d+0.5, d-0.5 nohead front lw 2.5 lc rgb "#d94801"
    set arrow from d+0.5, d-0.5 to d+0.5, d+0.5 nohead front lw 2.5 lc rgb "#d94801"
}
do for [p=1:2] {
    set lmargin at screen p == 1 ? 0.06 : 0.52
    set rmargin at screen p == 1 ? 0.44 : 0.90
    if (p == 1) { unset colorbox } else { set colorbox }
    set title word(titles, p)
    plot "truncation.csv" skip 1 using ($1 == p-1 ? $3 : NaN):2:(0.5):(0.5):(100*$5) with boxxyerror \
             fs solid noborder lc palette, \
         "" skip 1 using ($1 == p-1 && $5 < 0.995 ? $3 : NaN):2:(sprintf("%.0f", 100*$5)):($5 > 0.75 ? 0xffffff : 0) \
             with labels font ",9" tc rgb variable
}
unset multiplot
)gp";

Picture depths_picture(const Settings& s, const Found<Depth>& found) {
    std::vector<Row> table;
    for (const auto& [plan, of_seeds] : found) {
        Row& row = table.emplace_back(
            Row{static_cast<double>(plan.written), static_cast<double>(plan.lag), static_cast<double>(plan.depth)});
        add(row, accuracy(of_seeds));
    }
    return {.name = "truncation",
            .heading = "Which lags are learnt with gradients through the last k steps alone",
            .text = matrix(s, found, false) + seen(found, false) + matrix(s, found, true) + seen(found, true),
            .data = {{"truncation.csv", csv("written,lag,depth" + spread_header("accuracy"), table)}},
            .script = script_head("truncation", 1080, 460) + formatted("last = %zu\n", s.steps) +
                      "titles = \"'writing it must be learnt' 'random weights write it'\"\n" + script};
}

}  // namespace

Pictures truncation_pictures(const Settings& s) {
    std::vector<Depth> plans;
    for (const bool written : {false, true})
        for (std::size_t lag = 0; lag + 1 < s.steps; ++lag)
            for (std::size_t depth = 1; depth <= s.steps; ++depth) plans.push_back({written, lag, depth});
    const auto found = train_all(plans, s, [&](const Depth& plan, std::uint64_t seed) { return train(s, plan, seed); });
    Settings longer = s;
    longer.steps = 3 * s.steps;
    return {depths_picture(s, found), bias_picture(longer)};
}

}  // namespace xtape::apps::memory
