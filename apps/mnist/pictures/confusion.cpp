// SPDX-License-Identifier: BSD-3-Clause
// Which class is taken for which.
#include <algorithm>

#include "apps/text.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr const char* script = R"gp(
set title items." and answers: numbers of images"
set xlabel "answer of the network"
set ylabel item." in the image, by its label"
set xrange [-0.5:9.5]
set yrange [9.5:-0.5]
set tics scale 0
set size square
unset key
set palette defined (0 "white", 1 "#fd8d3c")
set cbrange [0:most_wrong]
unset colorbox
plot "confusion.csv" skip 1 using ($1==$2 ? NaN : $2):1:(0.5):(0.5):3 with boxxyerror fs solid noborder lc palette, \
     "" skip 1 using ($1==$2 ? $2 : NaN):1:(0.5):(0.5) with boxxyerror fs solid noborder lc rgb "#c6dbef", \
     "" skip 1 using ($3>0 ? $2 : NaN):1:3 with labels
)gp";

constexpr const char* explanation =
    "A row is a class, a column an answer, a number how many images there were of that class with that answer. Right "
    "answers are on the diagonal, blue. Everything else is a mistake, the more of them the darker the orange. Look "
    "for dark cells and ask what the two classes have in common, and whether the mistake goes both ways. Usual pairs: ";

// ("T-shirt/top" 0, "Trouser" 1, ...)
std::string tics(const Dataset& dataset) {
    std::string out;
    for (std::size_t label = 0; label < 10; ++label)
        out += (label ? ", \"" : "(\"") + dataset.classes[label] + formatted("\" %zu", label);
    return out + ")";
}

// Long names stand upright below the picture, which they make larger.
std::string layout(const Dataset& dataset) {
    const bool named = dataset.named();
    return script_head("confusion", named ? 760 : 640, named ? 720 : 600) +
           formatted("item = \"%s\"\nitems = \"%s\"\n", dataset.item.c_str(), dataset.items.c_str()) + "set xtics " +
           (named ? "rotate by 45 right " : "") + tics(dataset) + "\nset ytics " + tics(dataset) + "\n";
}

}  // namespace

Picture confusion_picture(const Dataset& dataset, const Evaluation& e) {
    std::string csv = "digit,answer,count\n";
    std::size_t most_wrong = 1;
    for (std::size_t label = 0; label < 10; ++label)
        for (std::size_t answer = 0; answer < 10; ++answer) {
            const std::size_t count = e.confusion[label][answer];
            csv += formatted("%zu,%zu,%zu\n", label, answer, count);
            if (answer != label) most_wrong = std::max(most_wrong, count);
        }
    return {.name = "confusion",
            .heading = "Which " + dataset.item + " is taken for which",
            .text = explanation + dataset.alike + ".",
            .data = {{"confusion.csv", csv}},
            .script = layout(dataset) + formatted("most_wrong = %zu\n", most_wrong) + script};
}

}  // namespace xtape::apps
