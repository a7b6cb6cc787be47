// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include <xtape/version.hpp>

#include <algorithm>

#include "apps/command_line.hpp"
#include "apps/data/data_folder.hpp"
#include "apps/data/datasets.hpp"
#include "apps/text.hpp"

namespace xtape::apps {
namespace {

template <class T> void add_number(CLI::App& app, const char* group, const char* flag, T& value,
                                   const CLI::Validator& valid, const char* meaning) {
    app.add_option(flag, value, meaning)
        ->check(valid)
        ->type_name(std::is_integral_v<T> ? "N" : "X")
        ->capture_default_str();
    app.get_option(flag)->group(group);
}

void add_training(CLI::App& app, Settings& s, bool& validate) {
    const auto add = [&](const char* flag, auto& value, const CLI::Validator& valid, const char* meaning) {
        add_number(app, "Training", flag, value, valid, meaning);
    };
    add("--epochs", s.epochs, whole_number(1, most_epochs), "Times that the network reads all training images");
    add("--hidden", s.hidden, whole_number(1, most_hidden), "Size of its state");
    add("--batch", s.batch, whole_number(1, most_batch), "Images for one step of the optimiser");
    add("--lr", s.lr, number(least_lr, most_rate),
        formatted("Learning rate at its peak, after the first epoch; for sgd %g", sgd_lr).c_str());
    add("--decay", s.decay, number(0, most_rate),
        "Of input and read-out weights, per step and unit of learning rate; for adamw alone");
    add("--shift", s.shift, whole_number(0, most_shift),
        "Pixels by which training images are moved at random, at most");
    add("--seed", s.seed, whole_number(0, most_seed), "Draws the first weights and the order of the images");
    app.add_flag("--validate", validate,
                 "Test on the last 5000 training images, kept from training: to choose settings")
        ->group("Training");
}

void add_words(CLI::App& app, Settings& s) {
    const auto add_word = [&](const char* flag, std::string& value, const std::vector<std::string>& known,
                              const std::string& meaning) {
        app.add_option(flag, value, meaning + ": " + listed(known))
            ->check(word(known))
            ->type_name("NAME")
            ->capture_default_str()
            ->group("Variants");
    };
    add_word("--dataset", s.dataset, dataset_names, "What to learn, of MNIST or Fashion-MNIST");
    add_word("--optimizer", s.optimizer, optimizers, "Makes the steps");
    add_word("--init", s.init, inits, "How recurrent weights begin, of rnn");
    add_word("--cell", s.cell, cells, "What reads");
    add_word("--scan", s.scan, scans, "What is read at a step");
}

void add_variants(CLI::App& app, Settings& s) {
    add_words(app, s);
    const auto add = [&](const char* flag, auto& value, const CLI::Validator& valid, const char* meaning) {
        add_number(app, "Variants", flag, value, valid, meaning);
    };
    const auto add_flag = [&](const char* flag, bool& value, const char* meaning) {
        app.add_flag(flag, value, meaning)->group("Variants");
    };
    add("--layers", s.layers, whole_number(1, most_layers), "Cells, each of which reads what the one before says");
    add_flag("--bidirectional", s.bidirectional, "Read from both ends, by cells of their own");
    add("--truncate", s.truncate, whole_number(0, most_truncate),
        "Let gradients go back through the last N steps alone, 0 for all");
    add_flag("--skip-input", s.skip_input, "Show the last step's input to the read-out too, beside the state");
    add("--dropout", s.dropout, number(0, most_part), "Part of what a layer says to the next that training leaves out");
    add("--label-smoothing", s.label_smoothing, number(0, most_part), "Part of a label that is spread over all ten");
}

void add_files(CLI::App& app, Options& o) {
    const auto add = [&](const char* flag, auto& value, const char* kind, const char* text, const char* meaning) {
        app.add_option(flag, value, meaning)->check(path())->type_name(kind)->default_str(text)->group("Files");
    };
    add("--data-dir", o.data_dir, "DIR", data_folders, "Folder of the four files, plain or .gz");
    add("--out", o.out, "DIR", "mnist-run", "Folder for all output; one with a training of other settings is refused");
    add("--resume", o.resume, "FILE", "", "Go on from this checkpoint, with its settings");
}

void add_running(CLI::App& app, Options& o) {
    app.add_option("--threads", o.threads, "Threads, 0 for all; the results do not depend on it")
        ->check(whole_number(0, 1024))
        ->type_name("N")
        ->capture_default_str()
        ->group("Running");
    app.add_flag("--quiet", o.quiet, "Print nothing but the result")->group("Running");
    app.set_help_flag("-h,--help", "Print this and stop")->group("Running");  // again: it comes last
    app.set_version_flag("--version", "mnist " XTAPE_VERSION, "Print the version and stop")->group("Running");
}

// What depends on the optimiser, as far as the command line leaves it open.
void fit_to_optimizer(const CLI::App& app, Settings& s) {
    if (s.optimizer == "sgd" && !app.count("--lr")) s.lr = sgd_lr;
    if (s.optimizer == "adamw") return;
    if (app.count("--decay"))
        throw CLI::ValidationError("--decay", "expected --optimizer adamw, which has decay; found " + s.optimizer);
    s.decay = 0;
}

// Of a training that is resumed, the checkpoint has the rest.
void check_together(const Options& o) {
    const auto wrong = misfit(o.settings);
    if (!wrong || !o.resume.empty()) return;
    throw CLI::ValidationError("--" + wrong->setting, "expected " + wrong->expected + "; found " + wrong->found);
}

// The settings whose flags the command line has.
std::vector<std::string> given(const CLI::App& app) {
    std::vector<std::string> names;
    const nlohmann::json all = Settings{};
    for (const auto& [name, value] : all.items()) {
        std::string flag = "--" + name;
        std::ranges::replace(flag, '_', '-');
        const CLI::Option* option = app.get_option_no_throw(flag);
        if (option && option->count()) names.push_back(name);
    }
    return names;
}

}  // namespace

std::variant<Options, Predict, Eval, int> read_options(int argc, const char* const* argv) {
    const auto app =
        command_line("Trains a recurrent network that reads images of MNIST row by row, and tests it.", "mnist");
    app->get_formatter()->column_width(23);  // of the longest flag
    Options options;
    bool validate = false;
    add_training(*app, options.settings, validate);
    add_variants(*app, options.settings);
    add_files(*app, options);
    add_running(*app, options);
    app->callback([&] {
        if (app->get_subcommands().empty()) fit_to_optimizer(*app, options.settings), check_together(options);
    });
    Commands commands;
    add_commands(*app, commands);
    if (const auto code = parse(*app, argc, argv)) return *code;
    if (app->got_subcommand("predict")) return commands.predict;
    if (app->got_subcommand("eval")) return commands.eval;
    options.given = given(*app);
    if (validate) options.settings.held_out = validation, options.given.emplace_back("held_out");
    options.program = argv[0];
    return options;
}

std::string resume_command(const Options& options, const std::filesystem::path& checkpoint) {
    std::string command = quoted(options.program) + " --resume " + quoted(checkpoint.string());
    command += " --out " + quoted(options.out.string());
    if (!options.data_dir.empty()) command += " --data-dir " + quoted(options.data_dir.string());
    if (options.threads) command += " --threads " + std::to_string(options.threads);
    if (options.quiet) command += " --quiet";
    return command;
}

}  // namespace xtape::apps
