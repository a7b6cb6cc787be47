// SPDX-License-Identifier: BSD-3-Clause
// Loss and accuracy over the epochs, as log.csv has them.
#include "apps/text.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

// Of logs with more lines than a picture can show, some are drawn.
std::string variables(const Training& training, std::size_t lines) {
    return formatted("epochs = %zu\nsteps = %zu\nevery_line = %zu\n", training.settings.epochs,
                     training.steps_per_epoch(), lines / 2000 + 1);
}

constexpr const char* loss_script = R"gp(
set title "Loss on the training images, while training"
set xlabel "epochs of training"
set ylabel "cross entropy, mean per image (nats)"
set xrange [0:1.02*epochs]
set xtics step(epochs)
set logscale y
set format y "%g"
set grid
set key below
plot "loss.csv" every every_line skip 1 using 1:4 \
         with linespoints pt 7 ps 0.2 lw 1.5 lc rgb "#6baed6" title "mean of 50 steps", \
     "" skip 1 using ($3==steps ? $1 : NaN):5 with points pt 7 ps 0.7 lc rgb "#08519c" title "mean of the epoch"
)gp";

constexpr const char* loss_text =
    "The loss of an image is -log of the probability that the network gives to the right answer: 2.3 for one who "
    "guesses among ten, 0 for one who is right and sure. The line has a point for every 50 steps of the optimiser, "
    "the dots are means of whole epochs. Look for a line that falls fast at first and then ever more slowly; a line "
    "that jumps up or stays where it began asks for a lower learning rate.";

constexpr const char* accuracy_script = R"gp(
set title "Accuracy on training and ".tested." images"
set xlabel "epochs of training"
set ylabel "images read right (%)"
set xrange [0:1.02*epochs]
set xtics step(epochs)
set yrange [*:100]
set grid
set key below
plot "accuracy.csv" every every_line skip 1 using 1:(100*$2) \
         with linespoints pt 7 ps 0.4 lw 1.5 lc rgb "#3182bd" title "training images, while training", \
     "" skip 1 using 1:(100*$3):(100*$4):(100*$5) \
         with yerrorbars pt 7 ps 0.6 lw 1.5 lc rgb "#d94801" title tested." images, at the end", \
     "" skip 1 using 1:(100*$3):(sprintf("%.2f %%", 100*$3)) with labels right offset -1,-1.2 notitle
)gp";

constexpr const char* accuracy_text =
    "The line is counted while training: each image is asked once in an epoch, of the network as it is at that step. "
    "The dot is the finished network's accuracy on images that training never sees; its bar is the 95 % interval. "
    "In the first epochs the dot is above the line, for the line has answers of a network that knew less. After many, "
    "how far it is below the end of the line is what the network knows by heart and not by rule.";

}  // namespace

Picture loss_picture(const Training& training) {
    const std::vector<LogRow>& log = training.progress.log;
    const auto steps = static_cast<double>(training.steps_per_epoch());
    std::string csv = "epochs,epoch,step,loss,epoch_loss\n";
    for (const LogRow& r : log)
        csv += formatted("%.6f,%.0f,%.0f,%.6f,%.6f\n", r.epoch - 1 + r.step / steps, r.epoch, r.step, r.loss,
                         r.epoch_loss);
    return {.name = "loss",
            .heading = "Loss while training",
            .text = loss_text,
            .data = {{"loss.csv", csv}},
            .script = script_head("loss", 760, 420) + variables(training, log.size()) + loss_script};
}

Picture accuracy_picture(const Run& run, const Evaluation& e) {
    const Training& training = run.training;
    const Interval w = wilson(e.correct, e.total);
    std::string csv = "epoch,training,tested,tested_low,tested_high\n";
    for (const LogRow& r : training.progress.log)
        if (r.step == static_cast<double>(training.steps_per_epoch()))
            csv += formatted("%.0f,%.6f,", r.epoch, r.epoch_accuracy) +
                   (&r == &training.progress.log.back() ? formatted("%.6f,%.6f,%.6f\n", e.accuracy(), w.low, w.high)
                                                        : ",,\n");
    return {.name = "accuracy",
            .heading = "Accuracy",
            .text = accuracy_text,
            .data = {{"accuracy.csv", csv}},
            .script = script_head("accuracy", 760, 420) + variables(training, training.settings.epochs) +
                      "tested = \"" + tested_on(run) + "\"\n" + accuracy_script};
}

}  // namespace xtape::apps
