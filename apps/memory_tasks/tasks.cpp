// SPDX-License-Identifier: BSD-3-Clause
// Adding, copy, temporal order and latch, for tanh, LSTM and GRU, over the lag.
#include "tasks.hpp"

#include <algorithm>

#include "apps/text.hpp"
#include "numbers.hpp"

namespace xtape::apps::memory {
namespace {

const std::vector<std::size_t>& sizes(const Settings& s, const Task& task) { return s.quick ? task.quick : task.usual; }

double error(const std::vector<Learnt>& of_seeds) { return 1 - accuracy(of_seeds).median; }

// A line for each network, and the number of its task and cell.
std::string networks_csv(const Found<Plan>& found) {
    std::vector<Row> table;
    for (const auto& [plan, of_seeds] : found)
        for (std::size_t i = 0; i < of_seeds.size(); ++i) {
            const Task& task = memory_tasks()[plan.task];
            const auto lag = static_cast<double>(task.lag(plan.size));
            table.push_back({static_cast<double>(plan.task), static_cast<double>(plan.cell), lag,
                             static_cast<double>(i), of_seeds[i].error, static_cast<double>(of_seeds[i].solved_at)});
        }
    return csv("task,cell,lag,network,error,solved_at", table);
}

// Over lags, for each cell: how many networks solved it, their median error by that of guessing.
std::string task_csv(const Settings& s, const Found<Plan>& found, std::size_t task) {
    std::string header = "lag";
    for (const std::string& name : cell_names) header += "," + name + "_solved," + name + "_error";
    std::vector<Row> table;
    for (const std::size_t size : sizes(s, memory_tasks()[task])) {
        Row& row = table.emplace_back(Row{static_cast<double>(memory_tasks()[task].lag(size))});
        for (std::size_t cell = 0; cell < cell_names.size(); ++cell) {
            const auto& of_seeds = found.at({task, cell, size});
            row.push_back(static_cast<double>(solved(of_seeds)));
            row.push_back(error(of_seeds) / memory_tasks()[task].guessing);
        }
    }
    return csv(header, table);
}

std::string table(const Settings& s, const Found<Plan>& found, std::size_t task) {
    const Task& t = memory_tasks()[task];
    std::string out = formatted("%s, solved (%s) by how many of %zu, and their median %s (guessing: %.3f)\nlag       ",
                                t.title.c_str(), t.goal.c_str(), s.seeds, t.error.c_str(), t.guessing);
    for (const std::size_t size : sizes(s, t)) out += formatted("%12zu", t.lag(size));
    for (std::size_t cell = 0; cell < cell_names.size(); ++cell) {
        out += formatted("\n%-10s", cell_titles[cell].c_str());
        for (const std::size_t size : sizes(s, t)) {
            const auto& of_seeds = found.at({task, cell, size});
            out += formatted("%6zu %5.3f", solved(of_seeds), error(of_seeds));
        }
    }
    return out + "\n";
}

// The longest lag that most networks of a cell bridge.
std::string reach(const Settings& s, const Found<Plan>& found, std::size_t cell) {
    std::vector<std::string> lags;
    for (std::size_t task = 0; task < memory_tasks().size(); ++task) {
        std::size_t longest = 0;
        for (const std::size_t size : sizes(s, memory_tasks()[task]))
            if (2 * solved(found.at({task, cell, size})) > s.seeds)
                longest = std::max(longest, memory_tasks()[task].lag(size));
        lags.push_back(longest ? formatted("%20zu", longest) : formatted("%20s", "none"));
    }
    std::string out = formatted("%-10s", cell_titles[cell].c_str());
    for (const std::string& lag : lags) out += lag;
    return out + "\n";
}

constexpr const char* script = R"gp(
set multiplot layout 2,2
set xlabel "lag, at least (steps)"
set grid
do for [p=1:4] {
    unset key
    if (p == 2) { set key at graph 0.05,0.8 left top Left reverse samplen 2 }
    file = "tasks_".word(files, p).".csv"
    longest = word(lags, p)
    set xrange [0:1.05*longest]
    set title word(titles, p)
    plot for [i=1:3] file skip 1 using ($1+0.006*longest*(i-2)):(scale*column(2*i+which)) with linespoints \
             pt int(word("6 5 8", i)) ps 0.9 lw 1.8 dt i lc rgb word("#000000 #08519c #d94801", i) \
             title word("tanh LSTM GRU", i)
}
unset multiplot
)gp";

// A picture's panels, with what of a task stands in their titles.
std::string panels(const Settings& s, const std::string Task::*what) {
    std::string files, titles, lags;
    for (const Task& task : memory_tasks()) {
        files += task.name + " ", titles += "'" + task.title + ": " + task.*what + "' ";
        lags += formatted("%zu ", task.lag(sizes(s, task).back()));
    }
    return "files = \"" + files + "\"\ntitles = \"" + titles + "\"\nlags = \"" + lags + "\"\n";
}

}  // namespace

Pictures tasks_pictures(const Settings& s) {
    std::vector<Plan> plans;
    for (std::size_t task = 0; task < memory_tasks().size(); ++task)
        for (std::size_t cell = 0; cell < cell_names.size(); ++cell)
            for (const std::size_t size : sizes(s, memory_tasks()[task])) plans.push_back({task, cell, size});
    std::ranges::sort(plans, std::greater(), &Plan::size);  // the longest ones first
    const auto found = train_all(plans, s, [&](const Plan& plan, std::uint64_t seed) { return train(s, plan, seed); });

    std::map<std::string, std::string> data{{"tasks.csv", networks_csv(found)}};
    std::string said = formatted("At most %zu steps of training, %zu units.\n", s.training_steps, s.hidden);
    for (std::size_t task = 0; task < memory_tasks().size(); ++task) {
        data["tasks_" + memory_tasks()[task].name + ".csv"] = task_csv(s, found, task);
        said += table(s, found, task);
    }
    std::string reached = "Longest lag that most networks bridge:\n          ";
    for (const Task& task : memory_tasks()) reached += formatted("%20s", task.title.c_str());
    reached += "\n";
    for (std::size_t cell = 0; cell < cell_names.size(); ++cell) reached += reach(s, found, cell);
    return {
        {.name = "tasks",
         .heading = "Tasks that ask for a memory: who solves them, against the lag",
         .text = said + reached,
         .data = data,
         .script = script_head("tasks", 1000, 720) + panels(s, &Task::goal) +
                   formatted("which = 0\nscale = 1\nset yrange [0:%.2f]\n", 1.08 * static_cast<double>(s.seeds)) +
                   formatted("set ylabel \"networks of %zu that solved it\"\nset ytics 1\n", s.seeds) + script},
        {.name = "tasks_error",
         .heading = "How much is wrong, against the lag",
         .text =
             "The same networks, whose training ends when they solve a task: median error on new sequences, by that of "
             "guessing.\n",
         .data = {},
         .script = script_head("tasks_error", 1000, 720) + panels(s, &Task::error) +
                   "which = 1\nscale = 100\nset yrange [0:120]\nset ylabel \"error, of that of guessing (%)\"\n"
                   "set arrow from graph 0, first 100 to graph 1, first 100 nohead dt 2 lc rgb \"#636363\"\n" +
                   script}};
}

}  // namespace xtape::apps::memory
