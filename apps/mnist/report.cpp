// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <xtape/autodiff/blas.hpp>
#include <xtape/version.hpp>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

std::string settings_lines(const Settings& s) {
    const bool falls = static_cast<double>(s.epochs) > s.warm_up_epochs;
    return "training  " + counted(s.epochs, "epoch") +
           formatted(" in batches of %zu, seed %llu\n", s.batch, static_cast<unsigned long long>(s.seed)) +
           formatted(
               "          %s, lr %g (rises over %g %s%s), clip %g\n"
               "          images move by up to %s%s\n",
               optimizer_text(s).c_str(), s.lr, s.warm_up_epochs, s.warm_up_epochs == 1 ? "epoch" : "epochs",
               falls ? formatted(", then falls to %g %%", 100 * s.final_lr).c_str() : "", s.clip,
               counted(s.shift, "pixel").c_str(),
               s.label_smoothing > 0 ? formatted(", labels are smoothed by %g", s.label_smoothing).c_str() : "");
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

std::string confusion_table(const Dataset& dataset, const Evaluation& e) {
    const bool named = dataset.named();
    std::string out =
        dataset.items + " (rows) and what the network read (columns):\n\n      " + std::string(named ? 12 : 0, ' ');
    for (int answer = 0; answer < 10; ++answer) out += formatted("%6d", answer);
    out += "   right\n";
    for (std::size_t label = 0; label < 10; ++label) {
        if (named) out += formatted("%11s ", dataset.classes[label].c_str());
        out += formatted("%6zu", label);
        std::size_t all = 0;
        for (const std::size_t n : e.confusion[label]) {
            all += n;
            out += n ? formatted("%6zu", n) : "     .";
        }
        const double right = static_cast<double>(e.confusion[label][label]) / static_cast<double>(all);
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

std::string scan_text(const Settings& s, const ImageSize& size) {
    if (s.scan == "both") return formatted("%zu rows and %zu columns", size.rows, size.columns);
    const auto [count, inputs] = steps_of(s.scan, size.rows, size.columns);
    if (s.scan == "rows" || s.scan == "columns")
        return formatted("%zu %s of %zu pixels", count, s.scan.c_str(), inputs);
    return formatted("%zu means of 2 x 2 pixels%s", count, s.scan == "permuted" ? ", permuted" : "");
}

std::string units_text(const Settings& s, const std::string& of_rnn) {
    const std::string kind = s.cell == "rnn" ? of_rnn : s.cell == "lstm" ? "LSTM" : "GRU";
    return (s.layers > 1 ? formatted("%zu layers of ", s.layers) : "") + formatted("%zu ", s.hidden) + kind + " units" +
           (s.bidirectional ? " each way" : "") + (s.dropout > 0 ? formatted(", dropout %g", s.dropout) : "");
}

std::string network_text(const Settings& s, const ImageSize& size) {
    std::size_t longest = 0;
    for (const std::string& scan : scans_of(s.scan))
        longest = std::max(longest, steps_of(scan, size.rows, size.columns).count);
    const std::string step = step_name(s.scan), ends = s.scan == "both" ? "states" : "state";
    return "init " + s.init + ", read-out of the " + ends + (s.skip_input ? " and the last " + step : "") +
           ", gradients through " +
           (s.truncate && s.truncate < longest ? formatted("the last %zu %ss", s.truncate, step.c_str())
                                               : "all " + step + "s");
}

std::string optimizer_text(const Settings& s) {
    if (s.optimizer == "sgd") return formatted("sgd, momentum %g", s.momentum);
    return s.optimizer == "adamw" ? formatted("adamw, decay %g", s.decay) : s.optimizer;
}

std::string opening(const Run& run) {
    const Settings& s = run.training.settings;
    const auto images = [](std::size_t n) { return grouped(static_cast<double>(n)); };
    const Progress& p = run.training.progress;
    std::string out = "xtape " XTAPE_VERSION ": a recurrent network learns " + run.dataset().title + "\n\n";
    out += "data      " + run.folder.string() + ": " + images(run.training.images()) + " images to train on, " +
           images(run.test_images) + (s.held_out ? " held-out ones" : "") + " to test on\n";
    out += "SHA-256   " + checksums(run.data) + "\n";
    out += formatted("network   %s -> %s -> 10 %ss, %s parameters\n          %s\n",
                     scan_text(s, run.training.image_size()).c_str(), units_text(s).c_str(), run.dataset().item.c_str(),
                     images(nn::count(run.training.model)).c_str(), network_text(s, run.training.image_size()).c_str());
    out += settings_lines(s);
    out += formatted("runs on   %s, BLAS kernels %s%s\n", counted(run.threads, "thread").c_str(), blas().core.c_str(),
                     blas().mended ? " (set by xtape: OpenBLAS did not know the processor)" : "");
    if (run.training.steps_done() > 0)
        out += "resumes   " + run.options.resume.string() + " after " + counted(p.epoch, "epoch") + " and " +
               counted(p.step, "step") + "\n";
    return out + "output    " + (run.options.out / "").string() + "\n\n";
}

std::string closing(const Run& run, const Evaluation& e) {
    const double seconds = run.training.progress.seconds;
    return "\n" + confusion_table(run.dataset(), e) + "\n" + outcome(e, run.training.settings.held_out > 0) + "\n" +
           counted(run.training.settings.epochs, "epoch") + formatted(" in %.1f s, ", seconds) +
           grouped(run.images_per_second()) + " images/s\n";
}

std::string places(const Options& options) {
    return "A report with pictures is " + (options.out / "report/index.html").string() +
           "\nResults, log, model and checkpoint are in " + (options.out / "").string() + "\n";
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
