// SPDX-License-Identifier: BSD-3-Clause
// What the network remembers of one image, step by step.
#include <algorithm>
#include <cmath>

#include "apps/data/samples.hpp"
#include "apps/text.hpp"
#include "images.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t most_units = 256;  // that are drawn

Array<float> first_of(const Digits& digits) {
    const std::uint32_t first[] = {0};
    return sequences(digits.images, first);
}

// The sequence that the network is shown of an image, as an image.
Images as_read(const Settings& s, const Array<float>& image) {
    const Array<float> xs = scanned(image, scans_of(s.scan)[0]);
    Images out{1, xs.shape()[0], xs.shape()[2], std::vector<std::uint8_t>(xs.size())};
    std::transform(xs.begin(), xs.end(), out.pixels.begin(),
                   [](float x) { return static_cast<std::uint8_t>(std::lround(255 * x)); });
    return out;
}

std::string states_csv(const Network& model, const Array<float>& image) {
    const NoGrad constants;
    const auto states = model.read(image).states;
    std::string csv = "t,unit,h\n";
    for (std::size_t t = 0; t < states.size(); ++t) {
        const Array<float>& h = states[t][0].value();
        for (std::size_t unit = 0; unit < h.size(); ++unit)
            csv += formatted("%zu,%zu,%.5f\n", t + 1, unit + 1, double{h.data()[unit]});
    }
    return csv;
}

constexpr const char* script = R"gp(
set yrange [rows+0.5:0.5]
set ytics step(rows)
set tics out
unset key
set tmargin at screen 0.84
set bmargin at screen 0.16
set multiplot title "One image, read ".what." by ".what.", and the state of the hidden units after each ".what

set title "what is read: ".one
set xlabel across
set ylabel "time t = ".what." of the image"
set lmargin at screen 0.08
set rmargin at screen 0.42
set xrange [0.5:columns+0.5]
set xtics step(columns)
set palette defined (0 "white", 1 "black")
set cbrange [0:255]
unset colorbox
plot "hidden_image.csv" skip 1 using ($4>0 ? $3 : NaN):2:(0.52):(0.52):4 with boxxyerror fs solid noborder lc palette

set title "what is remembered: h(t); the answer at the end: ".answer
set xlabel "hidden unit"
unset ylabel
set lmargin at screen 0.47
set rmargin at screen 0.88
set xrange [0.5:units+0.5]
set xtics step(units)
set palette defined (-1 "#2166ac", 0 "white", 1 "#b2182b")
set cbrange [-1:1]
set colorbox
set cblabel "h(t) of the unit"
plot "hidden.csv" skip 1 using 2:1:(0.52):(0.52):3 with boxxyerror fs solid noborder lc palette
unset multiplot
)gp";

constexpr const char* explanation =
    "On the left is the first image that the network was tested on, on the right its hidden state after each row of "
    "it: both have the same axis of time, downwards. A column is one hidden unit, red near 1, blue near -1; the "
    "order of units has no meaning. Of the states, the last one alone is shown to the read-out, so what decides the "
    "answer must have been carried down to there. Look for units that change with what is drawn, and for those "
    "that keep their colour over many rows, empty ones too: these are the memory.";

// What lies across the axis of time.
std::string across(const Settings& s) {
    const std::string step = shown_step(s);
    return step == "row" ? "column of the image" : step == "column" ? "row of the image" : "";
}

}  // namespace

Picture hidden_picture(const Run& run, const Evaluation& e, const Digits& tested) {
    const Training& training = run.training;
    const Dataset& dataset = run.dataset();
    const std::size_t units = training.settings.hidden, drawn = std::min(units, most_units);
    const Settings& s = training.settings;
    const Array<float> image = first_of(tested);
    const Images read = as_read(s, image);
    std::string text = explanation + shown_states(s);
    if (s.skip_input) text += " The read-out sees the last row itself, too.";
    text = replaced(text, "row", shown_step(s));
    if (drawn < units) text += formatted(" The first %zu of %zu units are drawn.", drawn, units);
    return {.name = "hidden",
            .heading = "What the network remembers while it reads",
            .text = text,
            .data = {{"hidden.csv", states_csv(training.model, image)},
                     {"hidden_image.csv", pixels_header + pixels_csv(read, 0, 1)}},
            .script = script_head("hidden", 1000, 500) +
                      formatted("rows = %zu\ncolumns = %zu\nunits = %zu\none = \"%s\"\nanswer = \"%s\"\n", read.rows,
                                read.columns, drawn, dataset.one(tested.labels[0]).c_str(),
                                dataset.classes[e.answers[0].digit].c_str()) +
                      formatted("what = \"%s\"\nacross = \"%s\"\n", shown_step(s).c_str(), across(s).c_str()) + script};
}

}  // namespace xtape::apps
