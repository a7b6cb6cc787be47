// SPDX-License-Identifier: BSD-3-Clause
// Which digit is taken for which.
#include <algorithm>

#include "apps/text.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr const char* script = R"gp(
set title "Digits and answers: numbers of images"
set xlabel "answer of the network"
set ylabel "digit in the image, by its label"
set xrange [-0.5:9.5]
set yrange [9.5:-0.5]
set xtics 1
set ytics 1
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
    "A row is a digit, a column an answer, a number how many images there were of that digit with that answer. Right "
    "answers are on the diagonal, blue. Everything else is a mistake, the more of them the darker the orange. Look "
    "for dark cells and ask what the two digits have in common, and whether the mistake goes both ways: 4 and 9, 3 "
    "and 5, 2 and 7 are the usual pairs.";

}  // namespace

Picture confusion_picture(const Evaluation& e) {
    std::string csv = "digit,answer,count\n";
    std::size_t most_wrong = 1;
    for (std::size_t digit = 0; digit < 10; ++digit)
        for (std::size_t answer = 0; answer < 10; ++answer) {
            const std::size_t count = e.confusion[digit][answer];
            csv += formatted("%zu,%zu,%zu\n", digit, answer, count);
            if (answer != digit) most_wrong = std::max(most_wrong, count);
        }
    return {.name = "confusion",
            .heading = "Which digit is taken for which",
            .text = explanation,
            .data = {{"confusion.csv", csv}},
            .script = script_head("confusion", 640, 600) + formatted("most_wrong = %zu\n", most_wrong) + script};
}

}  // namespace xtape::apps
