// SPDX-License-Identifier: BSD-3-Clause
// Trains a recurrent network that reads MNIST row by row, and tests it: docs/experiments.md has the accuracies.
//     apps/mnist.sh [FLAG...]                 --help lists the flags
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "apps/command_line.hpp"
#include "apps/data/datasets.hpp"
#include "apps/interrupt.hpp"
#include "display.hpp"
#include "output.hpp"
#include "pictures/pictures.hpp"
#include "report.hpp"
#include "samples.hpp"

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

// The folder that apps/mnist.sh fills, or Debian's package of fashion does, unless another one is asked for.
Path data_folder(const Options& options, const std::string& name) {
    if (!options.data_dir.empty()) return options.data_dir;
    const bool fetched = name == "digits";
    const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
    const Path base = cache && *cache ? Path(cache) : Path(home ? home : "") / ".cache";
    const Path folder = fetched ? base / "xtape" / "mnist" : Path("/usr/share/datasets/fashion-mnist");
    std::error_code unreadable;
    if (!std::filesystem::exists(folder, unreadable))
        bad_file(folder, dataset(name).title + "'s four files",
                 std::string("no such folder; run apps/mnist.sh") +
                     (fetched ? ", which fetches them" : " --dataset fashion, which installs them") +
                     ", or pass --data-dir DIR");
    return folder;
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
        display.step();
        if (epoch_ended) display.epoch();
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

int run(const Options& options) {
    catch_interrupts();
    std::optional<Checkpoint> checkpoint;
    if (!options.resume.empty()) checkpoint = read_checkpoint(options.resume);
    const Settings settings = checkpoint ? agreed(options, *checkpoint) : options.settings;

    const Path folder = data_folder(options, settings.dataset);
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

    const Evaluation evaluation = evaluate(training.model, mnist.test, threads);
    output.save_model(training);
    output.save_result(result(facts, evaluation));
    write_pictures(output.report(), facts, evaluation, mnist.test);
    std::fputs(closing(facts, evaluation).c_str(), stdout);
    return 0;
}

}  // namespace
}  // namespace xtape::apps

int main(int argc, char** argv) {
    using namespace xtape::apps;
    return guarded("mnist", [&] {
        const std::variant<Options, int> read = read_options(argc, argv);
        return std::holds_alternative<int>(read) ? std::get<int>(read) : run(std::get<Options>(read));
    });
}
