// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <xtape/autodiff/blas.hpp>
#include <xtape/version.hpp>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

std::string settings_lines(const Settings& s) {
    return formatted("training  %zu epochs in batches of %zu, seed %llu\n", s.epochs, s.batch,
                     static_cast<unsigned long long>(s.seed)) +
           formatted(
               "          lr %g (rises over %g %s, then falls to %g %%), decay %g, clip %g\n"
               "          images move by up to %zu %s\n",
               s.lr, s.warm_up_epochs, s.warm_up_epochs == 1 ? "epoch" : "epochs", 100 * s.final_lr, s.decay, s.clip,
               s.shift, s.shift == 1 ? "pixel" : "pixels");
}

std::string checksums(const Sums& data) {
    std::string out;
    for (const auto& [name, sum] : data) {
        if (!out.empty()) out += out.find('\n') == std::string::npos && out.size() > 40 ? "\n          " : "  ";
        out += name.substr(0, name.rfind("-idx")) + " " + sum.substr(0, 12);
    }
    return out;
}

}  // namespace

std::string confusion_table(const Evaluation& e) {
    std::string out = "Digits (rows) and what the network read (columns):\n\n      ";
    for (int answer = 0; answer < 10; ++answer) out += formatted("%6d", answer);
    out += "   right\n";
    for (std::size_t digit = 0; digit < 10; ++digit) {
        out += formatted("%6zu", digit);
        std::size_t all = 0;
        for (const std::size_t n : e.confusion[digit]) {
            all += n;
            out += n ? formatted("%6zu", n) : "     .";
        }
        const double right = static_cast<double>(e.confusion[digit][digit]) / static_cast<double>(all);
        out += all ? formatted("%6.1f %%\n", 100 * right) : "       -\n";
    }
    return out;
}

std::string outcome(const Evaluation& e, bool held_out) {
    const Interval w = wilson(e.correct, e.total);
    const char* which = held_out ? "held-out training" : "test";
    return formatted("%.2f %% of the %s %s images are right (%s; 95 %% interval %.2f to %.2f %%)", 100 * e.accuracy(),
                     grouped(static_cast<double>(e.total)).c_str(), which,
                     grouped(static_cast<double>(e.correct)).c_str(), 100 * w.low, 100 * w.high);
}

double Run::images_per_second() const {
    const double seconds = training.progress.seconds;
    return seconds > 0 ? static_cast<double>(training.images_done()) / seconds : 0;
}

std::string opening(const Run& run) {
    const Settings& s = run.training.settings;
    const auto images = [](std::size_t n) { return grouped(static_cast<double>(n)); };
    const Progress& p = run.training.progress;
    std::string out = "xtape " XTAPE_VERSION ": a recurrent network learns MNIST\n\n";
    out += "data      " + run.folder.string() + ": " + images(run.training.images()) + " images to train on, " +
           images(run.test_images) + (s.held_out ? " held-out ones" : "") + " to test on\n";
    out += "SHA-256   " + checksums(run.data) + "\n";
    out += formatted("network   %zu rows of %zu pixels -> %zu tanh units -> 10 digits, %s parameters\n",
                     run.training.rows(), run.training.model.cell.wx.value().shape()[0], s.hidden,
                     images(nn::count(run.training.model)).c_str());
    out += settings_lines(s);
    out += formatted("runs on   %zu %s, BLAS kernels %s%s\n", run.threads, run.threads == 1 ? "thread" : "threads",
                     blas().core.c_str(), blas().mended ? " (set by xtape: OpenBLAS did not know the processor)" : "");
    if (run.training.steps_done() > 0)
        out += formatted("resumes   %s after %zu epochs and %zu steps\n", run.options.resume.c_str(), p.epoch, p.step);
    return out + "output    " + (run.options.out / "").string() + "\n\n";
}

std::string closing(const Run& run, const Evaluation& e) {
    const double seconds = run.training.progress.seconds;
    return "\n" + confusion_table(e) + "\n" + outcome(e, run.training.settings.held_out > 0) + "\n" +
           formatted("%zu epochs in %.1f s, ", run.training.settings.epochs, seconds) +
           grouped(run.images_per_second()) + " images/s\n" + "A report with pictures is " +
           (run.options.out / "report/index.html").string() + "\n" + "Results, log, model and checkpoint are in " +
           (run.options.out / "").string() + "\n";
}

nlohmann::ordered_json result(const Run& run, const Evaluation& e) {
    const Interval w = wilson(e.correct, e.total);
    const Settings& s = run.training.settings;
    return {{"correct", e.correct},
            {"total", e.total},
            {"accuracy", e.accuracy()},
            {"wilson_low", w.low},
            {"wilson_high", w.high},
            {"train_seconds", run.training.progress.seconds},
            {"images_per_second", run.images_per_second()},
            {"epochs", s.epochs},
            {"seed", s.seed},
            {"threads", run.threads},
            {"parameters", nn::count(run.training.model)},
            {"blas_core", blas().core},
            {"version", XTAPE_VERSION},
            {"data_sha256", nlohmann::ordered_json(run.data)},
            {"settings", nlohmann::ordered_json(nlohmann::json(s))}};
}

}  // namespace xtape::apps
