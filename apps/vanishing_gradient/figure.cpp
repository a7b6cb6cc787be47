// SPDX-License-Identifier: BSD-3-Clause
#include "figure.hpp"

#include <algorithm>
#include <cmath>

#include "apps/text.hpp"

namespace xtape::apps {

const std::vector<Figure>& figures() {
    static const std::vector<Figure> all{
        {"init",
         "How much of a gradient is left after 28 rows of MNIST, by first weights, beside numbers known before",
         {.hidden = 128, .seeds = 5, .scan = "rows"},
         {.hidden = 128, .seeds = 1, .scan = "rows"},
         init_figure},
        {"lag",
         "|dL/dh_t| over the lag for recurrent weights of several gains, with bounds and mean field theory",
         {.hidden = 64, .steps = 100},
         {.hidden = 32, .steps = 40},
         lag_figure},
        {"credit",
         "What the weights at step t have to do with the loss at step s, for all s and t",
         {.hidden = 32, .steps = 30},
         {.hidden = 8, .steps = 8},
         credit_figure},
        {"solved",
         "Which networks learn to recall over which lags; takes a minute",
         {.hidden = 32, .steps = 41, .seeds = 5, .training_steps = 600},
         {.hidden = 16, .steps = 6, .seeds = 1, .training_steps = 200},
         solved_figure},
        {"spectrum",
         "All singular values of the Jacobian of a state by an earlier one, and their bound",
         {.hidden = 64, .steps = 30},
         {.hidden = 16, .steps = 12},
         spectrum_figure},
        {"cliff",
         "A loss with a cliff, steps with and without clipping on it, and norms of gradients in a training",
         {.hidden = 32, .training_steps = 400},
         {.hidden = 16, .training_steps = 50},
         cliff_figure},
        {"truncation",
         "What is lost of a gradient that goes back k steps alone, with its bound, and what that costs",
         {.hidden = 32, .steps = 30, .seeds = 5, .training_steps = 800},
         {.hidden = 16, .steps = 20, .seeds = 1, .training_steps = 60},
         truncation_figure},
        {"training",
         "The gradient's profile before and after training on a task that needs memory",
         {.hidden = 32, .steps = 11, .training_steps = 2500},
         {.hidden = 16, .steps = 6, .training_steps = 60},
         training_figure},
        {"memory",
         "Why memory cells help: dL/dc_t, dL/dh_t and the product of forget gates, before and after training",
         {.hidden = 32, .steps = 11, .training_steps = 2500},
         {.hidden = 16, .steps = 6, .training_steps = 60},
         memory_figure}};
    return all;
}

Column counted(const std::string& name, std::size_t first, std::size_t last) {
    Column column{name, {}};
    for (std::size_t i = first; i <= last; ++i) column.values.push_back(static_cast<double>(i));
    return column;
}

std::string csv(const std::vector<Column>& columns) {
    const auto cell = [](const std::vector<double>& values, std::size_t i) -> std::string {
        if (i >= values.size() || std::isnan(values[i])) return "";
        return formatted("%.7g", std::abs(values[i]) < 1e-300 ? 0 : values[i]);
    };
    std::string out;
    std::size_t rows = 0;
    for (const Column& column : columns) {
        out += (out.empty() ? "" : ",") + column.name;
        rows = std::max(rows, column.values.size());
    }
    for (std::size_t i = 0; i < rows; ++i)
        for (const Column& column : columns) out += (&column == &columns.front() ? "\n" : ",") + cell(column.values, i);
    return out + "\n";
}

std::string range_of(const std::vector<Column>& columns) {
    double least = 0, most = 0;
    for (std::size_t i = 1; i < columns.size(); ++i)
        for (const double x : columns[i].values) {
            if (!(x > 0)) continue;
            least = std::min(least, std::floor(std::log10(x)));
            most = std::max(most, std::ceil(std::log10(x)));
        }
    return formatted("set yrange [1e%.0f:1e%.0f]\n", std::max(least, -300.0), most);
}

}  // namespace xtape::apps
