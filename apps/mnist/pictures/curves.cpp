// SPDX-License-Identifier: BSD-3-Clause
// Loss and accuracy over the epochs, as log.csv has them.
#include "apps/text.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

// Draws some lines of a log when there are more than a picture can show.
std::string every(std::size_t lines) { return formatted("every %zu", lines / 2000 + 1); }

std::string epochs_axis(const Settings& settings) {
    return "set xlabel \"epochs of training\"\n" +
           formatted("set xrange [0:%g]\n", 1.02 * static_cast<double>(settings.epochs)) + "set grid\n";
}

// What the log says at the end of each epoch.
std::vector<LogRow> epoch_ends(const Training& training) {
    std::vector<LogRow> ends;
    for (const LogRow& row : training.progress.log)
        if (row.step == static_cast<double>(training.steps_per_epoch())) ends.push_back(row);
    return ends;
}

}  // namespace

Picture loss_picture(const Training& training) {
    const std::size_t steps = training.steps_per_epoch();
    std::string csv = "epochs,epoch,step,loss,epoch_loss\n";
    for (const LogRow& r : training.progress.log)
        csv += formatted("%.6f,%.0f,%.0f,%.6f,%.6f\n", r.epoch - 1 + r.step / static_cast<double>(steps), r.epoch,
                         r.step, r.loss, r.epoch_loss);
    const std::string plotted = every(training.progress.log.size());
    return {.name = "loss",
            .heading = "Loss while training",
            .text =
                "The loss of an image is -log of the probability that the network gives to the right digit: 2.3 "
                "for one who guesses among ten, 0 for one who is right and sure. The line has a point for every 50 "
                "steps of the optimiser, the dots are means of whole epochs. Look for a line that falls fast at "
                "first and then ever more slowly; a line that jumps up or stays where it began asks for a lower "
                "learning rate.",
            .data = {{"loss.csv", csv}},
            .script =
                script_head("loss", 760, 420) + epochs_axis(training.settings) +
                "set title \"Loss on the training images, while training\"\n"
                "set ylabel \"cross entropy, mean per image (nats)\"\n"
                "set logscale y\nset format y \"%g\"\n"
                "plot \"loss.csv\" " +
                plotted +
                " skip 1 using 1:4 with linespoints pt 7 ps 0.2 lw 1.5 lc rgb \"#6baed6\" title \"mean of 50 steps\", "
                "\\\n     \"\" " +
                formatted("skip 1 using ($3==%zu ? $1 : NaN):5 with points pt 7 ps 0.7 lc rgb \"#08519c\" ", steps) +
                "title \"mean of the epoch\"\n"};
}

Picture accuracy_picture(const Run& run, const Evaluation& e) {
    const std::vector<LogRow> ends = epoch_ends(run.training);
    const Interval w = wilson(e.correct, e.total);
    std::string csv = "epoch,training,tested,tested_low,tested_high\n";
    for (const LogRow& r : ends)
        csv += formatted("%.0f,%.6f,", r.epoch, r.epoch_accuracy) +
               (&r == &ends.back() ? formatted("%.6f,%.6f,%.6f\n", e.accuracy(), w.low, w.high) : ",,\n");
    const std::string which = tested_on(run);
    return {.name = "accuracy",
            .heading = "Accuracy",
            .text =
                "The line is counted while training: each image is asked once in an epoch, of the network as it is "
                "at that step. The dot is the finished network's accuracy on the " +
                which +
                " images, which "
                "training never sees; its bar is the 95 % interval. Look at how far the dot is below the end of "
                "the line: that is what the network knows by heart and not by rule.",
            .data = {{"accuracy.csv", csv}},
            .script = script_head("accuracy", 760, 420) + epochs_axis(run.training.settings) +
                      "set title \"Accuracy on training and " + which +
                      " images\"\nset ylabel \"images read right (%)\"\nset key bottom right\n"
                      "set yrange [*:100]\n"
                      "plot \"accuracy.csv\" " +
                      every(ends.size()) +
                      " skip 1 using 1:(100*$2) with linespoints pt 7 ps 0.4 lw 1.5 lc rgb \"#3182bd\" "
                      "title \"training images, while training\", \\\n"
                      "     \"\" skip 1 using 1:(100*$3):(100*$4):(100*$5) with yerrorbars pt 7 ps 0.6 lw 1.5 "
                      "lc rgb \"#d94801\" title \"" +
                      which + " images, at the end\"\n"};
}

}  // namespace xtape::apps
