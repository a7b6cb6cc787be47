// SPDX-License-Identifier: BSD-3-Clause
// How far back a loss reaches: |dL/dh_t|.
#include <cmath>
#include <numeric>

#include "../samples.hpp"
#include "apps/text.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t most_images = 256;

double mean_length_of_rows(const Array<float>& m) {
    const std::size_t rows = m.shape()[0], columns = m.shape()[1];
    double total = 0;
    for (std::size_t b = 0; b < rows; ++b) {
        double squares = 0;
        for (std::size_t k = 0; k < columns; ++k) squares += double{m(b, k)} * double{m(b, k)};
        total += std::sqrt(squares);
    }
    return total / static_cast<double>(rows);
}

// For t = 1 ... T, the mean over images of |dL/dh_t|, L being the loss of that image alone.
std::vector<double> gradient_lengths(const nn::RNN<float>& model, const Digits& digits) {
    std::vector<std::uint32_t> chosen(std::min(most_images, digits.images.count));
    std::iota(chosen.begin(), chosen.end(), 0u);
    const Tape tape;
    const Variable<float> xs = sequences(digits.images, chosen);
    const auto h = nn::unroll(model.cell, xs, model.cell.initial(chosen.size()));
    const auto sum_of_losses =
        cross_entropy(model.readout(h.last), labels(digits, chosen)) * static_cast<float>(chosen.size());
    const auto gradients = backward(sum_of_losses, h.states);
    std::vector<double> lengths;
    for (const Variable<float>& state : h.states) lengths.push_back(mean_length_of_rows(gradients[state]));
    return lengths;
}

constexpr const char* script = R"gp(
set title "Length of the gradient of an image's loss L by the hidden state h(t) after row t"
set xlabel "time t = row of the image"
set ylabel "mean of |dL/dh(t)|"
set xrange [0.5:rows+0.5]
set xtics step(rows)
set logscale y
set format y "%g"
set grid
set key bottom right
plot "gradient.csv" skip 1 using 1:2 \
         with linespoints pt 6 ps 0.6 lw 1.5 lc rgb "#969696" title "before training", \
     "" skip 1 using 1:3 with linespoints pt 7 ps 0.6 lw 1.5 lc rgb "#08519c" title "after training"
)gp";

constexpr const char* explanation =
    "The gradient of the loss by the hidden state after row t says how much a small change of what was remembered "
    "there would still change the loss. Read it from right to left: backward begins at the last row and goes back in "
    "time. A line that falls steeply to the left is the vanishing gradient: what stands in the first rows can hardly "
    "be learned. A line that rises steeply to the left is the exploding one. The recurrent weights begin orthogonal, "
    "so before training the line is not steep. Training makes most of the line sink, for images that are read right "
    "have a small loss and small gradients; its slope is what to compare. It may rise over the first rows, which are "
    "empty: states near 0 are where tanh is steepest.";

}  // namespace

Picture gradient_picture(const Training& training, const Digits& tested) {
    const Settings& s = training.settings;
    const nn::RNN<float> untrained({tested.images.columns, s.hidden, 10}, s.seed);
    const std::vector<double> before = gradient_lengths(untrained, tested);
    const std::vector<double> after = gradient_lengths(training.model, tested);
    std::string csv = "t,before,after\n";
    for (std::size_t t = 0; t < before.size(); ++t) csv += formatted("%zu,%.6g,%.6g\n", t + 1, before[t], after[t]);
    return {.name = "gradient",
            .heading = "How far back the loss reaches",
            .text = explanation + formatted(" Means over %zu images.", std::min(most_images, tested.images.count)),
            .data = {{"gradient.csv", csv}},
            .script = script_head("gradient", 760, 420) + formatted("rows = %zu\n", before.size()) + script};
}

}  // namespace xtape::apps
