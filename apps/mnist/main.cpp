// SPDX-License-Identifier: BSD-3-Clause
// Trains a recurrent network that reads MNIST row by row, and tests it: docs/experiments.md has the accuracies.
//     apps/mnist.sh [FLAG...]                 --help lists the flags
//     apps/mnist.sh predict --model FILE IMAGE...
//     apps/mnist.sh eval --model FILE
#include <algorithm>
#include <cstdio>
#include <thread>

#include "apps/command_line.hpp"
#include "apps/data/data_folder.hpp"
#include "apps/data/datasets.hpp"
#include "apps/data/samples.hpp"
#include "apps/interrupt.hpp"
#include "display.hpp"
#include "eval.hpp"
#include "output.hpp"
#include "pictures/pictures.hpp"
#include "predict.hpp"
#include "report.hpp"

namespace xtape::apps {
namespace {

// A checkpoint brings its settings; the command line may repeat them, but not contradict.
Settings agreed(const Options& options, const Checkpoint& checkpoint) {
    const nlohmann::json asked = options.settings, found = checkpoint.settings;
    for (const std::string& name : options.given)
        if (asked[name] != found[name])
            bad_file(options.resume, name + " " + asked[name].dump() + ", as the command line says",
                     found[name].dump() + ": leave the flag out to go on with it");
    return checkpoint.settings;
}

// Tests are on the last training images then, and the test set stays unseen.
void hold_out(Mnist& mnist, std::size_t held_out, const Path& folder) {
    const std::size_t n = mnist.train.images.count;
    if (held_out == 0) return;
    if (n <= held_out)
        bad_file(folder, "more than " + std::to_string(held_out) + " training images to hold so many out",
                 std::to_string(n));
    mnist.test = part(mnist.train, n - held_out, n);
    mnist.train = part(mnist.train, 0, n - held_out);
}

// Trains to the end, or to the end of the step in which a signal comes: false then.
bool train(Training& training, const Output& output, const Run& run) {
    Display display(training, run.options.quiet);
    while (!training.done()) {
        const bool epoch_ended = training.step(run.threads);
        if (epoch_ended)
            display.epoch();
        else
            display.step();
        if (epoch_ended || interrupted()) output.save_checkpoint(training);
        if (interrupted()) return false;
    }
    return true;
}

int stopped(const Options& options, const Output& output) {
    std::fprintf(stderr, "Stopped, and saved %s. To go on:\n  %s\n", output.checkpoint().c_str(),
                 resume_command(options, output.checkpoint()).c_str());
    return 128 + interrupted();
}

// What the training came to is said first: its report may fail.
void finish(const Run& run, const Output& output, const Digits& tested) {
    release_interrupts();  // all of this can be had again from the checkpoint
    const Evaluation evaluation = evaluate(run.training.model, tested, run.threads);
    output.save_model(run.training);
    output.save_result(result(run, evaluation));
    std::fputs(closing(run, evaluation).c_str(), stdout);
    std::fflush(stdout);
    write_pictures(output.report(), run, evaluation, tested);
    std::fputs(places(run.options).c_str(), stdout);
}

int run(const Options& options) {
    catch_interrupts();
    std::optional<Checkpoint> checkpoint;
    if (!options.resume.empty()) checkpoint = read_checkpoint(options.resume);
    const Settings settings = checkpoint ? agreed(options, *checkpoint) : options.settings;

    const Path folder = data_folder(options.data_dir, settings.dataset);
    Mnist mnist = load_mnist(folder);
    hold_out(mnist, settings.held_out, folder);
    Training training(settings, mnist.train);
    if (checkpoint) restore(training, *checkpoint, mnist.sha256);
    const Output output(options.out, training, mnist.sha256);

    const std::size_t threads = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    const Run facts{options, training, mnist.sha256, folder, threads, mnist.test.images.count};
    if (!options.quiet) std::fputs(opening(facts).c_str(), stdout);
    if (checkpoint) output.save_checkpoint(training);  // the folder may be another one
    if (!train(training, output, facts)) return stopped(options, output);

    finish(facts, output, mnist.test);
    return 0;
}

int run(const Predict& command) { return predict(command); }
int run(const Eval& command) { return eval(command); }
int run(int code) { return code; }

}  // namespace
}  // namespace xtape::apps

int main(int argc, char** argv) {
    using namespace xtape::apps;
    return guarded("mnist",
                   [&] { return std::visit([](const auto& what) { return run(what); }, read_options(argc, argv)); });
}
