// SPDX-License-Identifier: BSD-3-Clause
// How far back a loss reaches: |dL/dh_t|, or of LSTM |dL/dc_t|: c is what it carries from step to step.
#include <cmath>
#include <numeric>

#include "apps/data/samples.hpp"
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

// For t = 1 ... T, the mean over images of this length, L being the loss of that image alone.
std::vector<double> gradient_lengths(const Network& model, const Digits& digits) {
    std::vector<std::uint32_t> chosen(std::min(most_images, digits.images.count));
    std::iota(chosen.begin(), chosen.end(), 0u);
    const Tape tape;
    const auto [scores, states] = model.read(sequences(digits.images, chosen));
    const auto sum_of_losses = cross_entropy(scores, labels(digits, chosen)) * static_cast<float>(chosen.size());
    std::vector<Variable<float>> wanted;
    for (const auto& state : states) wanted.push_back(state.back());
    const auto gradients = backward(sum_of_losses, wanted);
    std::vector<double> lengths;
    for (const Variable<float>& state : wanted) lengths.push_back(mean_length_of_rows(gradients[state]));
    return lengths;
}

constexpr const char* script = R"gp(
set title "Length of the gradient of an image's loss L by the hidden state ".state."(t) after ".what." t"
set xlabel "time t = ".what." of the image"
set ylabel "mean of |dL/d".state."(t)|"
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

// A line left of the first state that the training's own gradients reach, named where there is more room.
std::string truncation(const Settings& s, std::size_t rows) {
    if (s.truncate == 0 || s.truncate >= rows) return "";
    const double at = static_cast<double>(rows - s.truncate) + 0.5;
    const bool left = rows - s.truncate > rows / 2;
    return formatted("set arrow from first %g, graph 0 to first %g, graph 1 nohead dashtype 2 lc rgb \"#636363\"\n", at,
                     at) +
           formatted("set label \"gradients in training end here\" at first %g, graph 0.95 %s\n",
                     left ? at - 0.2 : at + 0.2, left ? "right" : "left");
}

constexpr const char* explanation =
    "The gradient of the loss by the hidden state after row t says how much a small change of what was remembered "
    "there would still change the loss. Read it from right to left: backward begins at the last row and goes back in "
    "time. A line that falls steeply to the left is the vanishing gradient: what stands in the first rows can hardly "
    "be learned. A line that rises steeply to the left is the exploding one. Training makes most of the line sink, "
    "for images that are read right have a small loss and small gradients; its slope is what to compare.";
constexpr const char* of_tanh =
    " It may rise over the first rows, which are empty or nearly so: states near 0 are where tanh is steepest.";
constexpr const char* of_gates = " Open gates let the gradient pass, closed ones hold it back.";

std::string text(const Settings& s, std::size_t images) {
    std::string out = explanation + std::string(s.cell == "rnn" ? of_tanh : of_gates) + shown_states(s);
    if (s.cell != "rnn")
        out += s.cell == "lstm" ? " The state is the memory c(t), which the gates work on." : "";
    else if (s.init == "orthogonal")
        out += " The recurrent weights begin orthogonal, so before training the line is not steep.";
    else
        out += " The recurrent weights begin " + s.init +
               "; orthogonal ones, the default, keep the line from being steep "
               "before training.";
    if (s.truncate)
        out += formatted(
            " In training, gradients went through the last %zu rows alone: they did not have what is left "
            "of the dashed line.",
            s.truncate);
    return replaced(out, "row", shown_step(s)) + formatted(" Means over %zu images.", images);
}

}  // namespace

Picture gradient_picture(const Training& training, const Digits& tested) {
    const Settings& s = training.settings;
    const Network untrained(s, {tested.images.rows, tested.images.columns});
    const std::vector<double> before = gradient_lengths(untrained, tested);
    const std::vector<double> after = gradient_lengths(training.model, tested);
    std::string csv = "t,before,after\n";
    for (std::size_t t = 0; t < before.size(); ++t) csv += formatted("%zu,%.6g,%.6g\n", t + 1, before[t], after[t]);
    return {
        .name = "gradient",
        .heading = "How far back the loss reaches",
        .text = text(s, std::min(most_images, tested.images.count)),
        .data = {{"gradient.csv", csv}},
        .script = script_head("gradient", 760, 420) + formatted("rows = %zu\n", before.size()) +
                  formatted("what = \"%s\"\nstate = \"%s\"\n", shown_step(s).c_str(), s.cell == "lstm" ? "c" : "h") +
                  truncation(s, before.size()) + script};
}

}  // namespace xtape::apps
