// SPDX-License-Identifier: BSD-3-Clause
// What the network remembers of one digit, row by row.
#include "../samples.hpp"
#include "apps/text.hpp"
#include "images.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t most_units = 256;  // that are drawn

std::vector<Variable<float>> states(const nn::RNN<float>& model, const Digits& tested) {
    const NoGrad constants;
    const std::uint32_t first[] = {0};
    return nn::unroll(model.cell, Variable<float>(sequences(tested.images, first)), model.cell.initial(1)).states;
}

std::string states_csv(const std::vector<Variable<float>>& states) {
    std::string csv = "t,unit,h\n";
    for (std::size_t t = 0; t < states.size(); ++t)
        for (std::size_t unit = 0; unit < states[t].value().size(); ++unit)
            csv += formatted("%zu,%zu,%.5f\n", t + 1, unit + 1, double{states[t].value().data()[unit]});
    return csv;
}

std::string script(const Images& images, std::size_t units, std::size_t digit, std::size_t answer) {
    const double bottom = static_cast<double>(images.rows) + 0.5, right = static_cast<double>(images.columns) + 0.5;
    return script_head("hidden", 1000, 500) + formatted("set yrange [%g:0.5]\nset tics out\nunset key\n", bottom) +
           "set tmargin at screen 0.82\nset bmargin at screen 0.14\nset multiplot title "
           "\"One image, read row by row, and the state of the hidden units after each row\"\n" +
           formatted("set title \"what is read: a %zu\"\nset xlabel \"column of the image\"\n", digit) +
           "set ylabel \"time t = row of the image\"\nset lmargin at screen 0.08\nset rmargin at screen 0.42\n" +
           digit_palette + formatted("set xrange [0.5:%g]\n", right) + "plot \"hidden_image.csv\" " + draw_digit +
           "\nset palette defined (-1 \"#2166ac\", 0 \"white\", 1 \"#b2182b\")\nset cbrange [-1:1]\nset colorbox\n"
           "set cblabel \"h(t) of the unit\"\nset lmargin at screen 0.47\nset rmargin at screen 0.88\n" +
           formatted("set title \"what is remembered: h(t); the answer at the end: %zu\"\n", answer) +
           formatted("set xlabel \"hidden unit\"\nunset ylabel\nset xrange [0.5:%g]\n",
                     static_cast<double>(std::min(units, most_units)) + 0.5) +
           "plot \"hidden.csv\" skip 1 using 2:1:(0.52):(0.52):3 with boxxyerror fs solid noborder lc palette\n"
           "unset multiplot\n";
}

}  // namespace

Picture hidden_picture(const Training& training, const Evaluation& e, const Digits& tested) {
    const std::size_t units = training.settings.hidden;
    return {.name = "hidden",
            .heading = "What the network remembers while it reads",
            .text =
                "On the left is the first image that the network was tested on, on the right its hidden state "
                "after each row of it: both have the same axis of time, downwards. A column is one hidden unit, "
                "red near 1, blue near -1; the order of units has no meaning. Only the last row is shown to the "
                "read-out, so all that decides the answer must have been carried down to there. Look for units "
                "that change with the strokes, and for those that keep their colour over many rows, empty ones "
                "too: these are the memory." +
                (units > most_units ? formatted(" The first %zu of %zu units are drawn.", most_units, units) : ""),
            .data = {{"hidden.csv", states_csv(states(training.model, tested))},
                     {"hidden_image.csv", pixels_header + pixels_csv(tested.images, 0, 1)}},
            .script = script(tested.images, units, tested.labels[0], e.answers[0].digit)};
}

}  // namespace xtape::apps
