// SPDX-License-Identifier: BSD-3-Clause
// Measures what memory is good for, and what it costs: docs/memory.md.
//     memory_tasks EXPERIMENT [FLAG...]     --help lists them
#include <cstdio>

#include "apps/command_line.hpp"
#include "apps/output/files.hpp"
#include "apps/text.hpp"
#include "experiment.hpp"

namespace xtape::apps::memory {
namespace {

struct Command {
    Settings settings;
    std::filesystem::path out = "memory-run";
};

CLI::Option* add_number(CLI::App& app, const char* flag, auto& value, const char* meaning, std::uint64_t least,
                        std::uint64_t most) {
    return app.add_option(flag, value, meaning)
        ->check(whole_number(least, most))
        ->type_name("N")
        ->capture_default_str();
}

struct Size {
    const char *flag, *meaning;
    std::size_t Settings::*field;
    std::uint64_t least, most;
};
constexpr Size sizes[]{
    {"--hidden", "Hidden units", &Settings::hidden, 1, 256},
    {"--steps", "Steps of a sequence", &Settings::steps, 8, 100},
    {"--seeds", "Networks of each kind, with seeds of their own", &Settings::seeds, 1, 100},
    {"--training-steps", "Steps of training, at most", &Settings::training_steps, 20, 100'000},
    {"--mnist-steps", "Steps of training on MNIST, 0 to leave it out", &Settings::mnist_steps, 0, 100'000}};

// Only what the experiment has, with what it is unless told.
void add_flags(CLI::App& app, Command& c) {
    Settings& s = c.settings;
    for (const Size& size : sizes)
        if (s.*size.field) add_number(app, size.flag, s.*size.field, size.meaning, size.least, size.most);
    add_number(app, "--seed", s.seed, "What weights and sequences are drawn from", 0, UINT32_MAX);
    add_number(app, "--threads", s.threads, "Threads, 0 for all; the results do not depend on it", 0, 1024);
    app.add_flag("--quick", s.quick, "Small sizes, unless given: seconds, to see that it runs");
    app.add_option("--out", c.out, "Folder for all output")->check(path())->type_name("DIR")->capture_default_str();
    if (s.mnist_steps)
        app.add_option("--data-dir", s.data_dir, "Folder of MNIST's four files, plain or .gz")
            ->check(path())
            ->type_name("DIR")
            ->default_str("~/.cache/xtape/mnist");
}

// What was given on the command line stays.
Settings settings(const CLI::App& app, const Command& c, const Experiment& experiment) {
    Settings s = c.settings;
    for (const Size& size : sizes) {
        const CLI::Option* option = app.get_option_no_throw(size.flag);
        if (s.quick && option && option->count() == 0) s.*size.field = experiment.quick.*size.field;
    }
    return s;
}

void make(const Experiment& experiment, const Settings& s, const std::filesystem::path& out) {
    make_folder(out);
    const Pictures pictures = experiment.run(s);
    const std::string trouble = draw(out, pictures);
    for (const Picture& picture : pictures)
        std::printf("%s\n\n%s\nData, script and picture: %s\n\n", picture.heading.c_str(), picture.text.c_str(),
                    (out / picture.name).string().c_str());
    if (!trouble.empty())
        std::fprintf(stderr, "memory_tasks: no picture: expected gnuplot to make it; found %s\n", trouble.c_str());
}

int run(int argc, const char* const* argv) {
    const auto app = command_line("Measures what memory is good for, and what it costs.", "memory_tasks");
    app->get_formatter()->column_width(22);
    app->require_subcommand(1);
    std::vector<Command> commands(experiments().size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        commands[i].settings = experiments()[i].usual;
        add_flags(*app->add_subcommand(experiments()[i].name, experiments()[i].meaning), commands[i]);
    }
    if (const auto code = parse(*app, argc, argv)) return *code;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const CLI::App& chosen = *app->get_subcommand(experiments()[i].name);
        if (chosen) make(experiments()[i], settings(chosen, commands[i], experiments()[i]), commands[i].out);
    }
    return 0;
}

}  // namespace
}  // namespace xtape::apps::memory

int main(int argc, char** argv) {
    return xtape::apps::guarded("memory_tasks", [&] { return xtape::apps::memory::run(argc, argv); });
}
