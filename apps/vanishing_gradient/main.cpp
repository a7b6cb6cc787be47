// SPDX-License-Identifier: BSD-3-Clause
// Shows how gradients of recurrent networks vanish and explode, and why memory cells help: docs/vanishing.md.
//     vanishing_gradient FIGURE [FLAG...]     FIGURE all for all of them; --help lists them
#include <cstdio>

#include "apps/command_line.hpp"
#include "apps/output/files.hpp"
#include "apps/text.hpp"
#include "figure.hpp"

namespace xtape::apps {
namespace {

struct Command {
    Options options;
    std::filesystem::path out = "vanishing-run";
    bool quick = false;
};

// Only what a figure has, with what it is unless told; `all` has none of these.
void add_sizes(CLI::App& app, Options& o) {
    const auto add = [&](const char* flag, std::size_t& value, const char* meaning, std::uint64_t least,
                         std::uint64_t most) {
        if (value == 0) return;
        app.add_option(flag, value, meaning)->check(whole_number(least, most))->type_name("N")->capture_default_str();
    };
    add("--hidden", o.hidden, "Hidden units", 2, 512);
    add("--steps", o.steps, "Steps of a sequence", 6, 2000);
    add("--seeds", o.seeds, "Networks of each kind, with seeds of their own", 1, 100);
    add("--training-steps", o.training_steps, "Steps of training, at most", 1, 100'000);
    if (o.scan.empty()) return;
    app.add_option("--scan", o.scan, "What is read at a step: rows or pixels")
        ->check(word({"rows", "pixels"}))
        ->type_name("WHAT")
        ->capture_default_str();
}

void add_common(CLI::App& app, Command& c, bool reads_mnist) {
    app.add_option("--seed", c.options.seed, "What weights and sequences are drawn from")
        ->check(whole_number(0, UINT32_MAX))
        ->type_name("N")
        ->capture_default_str();
    app.add_flag("--quick", c.quick, "Small sizes, unless given: seconds, to see that it runs");
    app.add_option("--out", c.out, "Folder for all output")->check(path())->type_name("DIR")->capture_default_str();
    if (reads_mnist)
        app.add_option("--data-dir", c.options.data_dir, "Folder of MNIST's four files, plain or .gz")
            ->check(path())
            ->type_name("DIR")
            ->default_str("~/.cache/xtape/mnist");
}

// What was given on the command line stays.
Options settings(const CLI::App& app, const Command& c, const Figure& figure) {
    Options o = c.options;
    const auto set = [&](const char* flag, auto Options::*field) {
        const CLI::Option* option = app.get_option_no_throw(flag);
        if (!option || option->count() == 0) o.*field = (c.quick ? figure.quick : figure.usual).*field;
    };
    set("--hidden", &Options::hidden);
    set("--steps", &Options::steps);
    set("--seeds", &Options::seeds);
    set("--training-steps", &Options::training_steps);
    set("--scan", &Options::scan);
    return o;
}

void make(const Figure& figure, const Options& options, bool quick, const std::filesystem::path& out) {
    const Drawn drawn = figure.make(options);
    std::printf("%s\n\n%s\nWhat the usual settings show%s:\n%s\n", drawn.picture.heading.c_str(), drawn.said.c_str(),
                quick ? ", for which these are too small" : "", drawn.picture.text.c_str());
    const std::string trouble = draw(out, {drawn.picture}), name = (out / figure.name).string();
    std::printf("Data, script and picture: %s.csv, .gp%s\n", name.c_str(), trouble.empty() ? ", .svg" : "");
    if (!trouble.empty())
        std::fprintf(stderr,
                     "vanishing_gradient: no picture: expected gnuplot to make it; found %s; try gnuplot -d %s\n",
                     trouble.c_str(), quoted(name + ".gp").c_str());
}

// A command for each figure, in their order, and one for all.
void add_commands(CLI::App& app, std::vector<Command>& commands) {
    for (const Figure& figure : figures()) {
        CLI::App* sub = app.add_subcommand(figure.name, figure.meaning);
        Command& command = commands[static_cast<std::size_t>(&figure - figures().data())];
        command.options = figure.usual;
        add_sizes(*sub, command.options);
        add_common(*sub, command, !figure.usual.scan.empty());
    }
    add_common(*app.add_subcommand("all", "All of these"), commands.back(), true);
    app.require_subcommand(1);
}

int run(int argc, const char* const* argv) {
    const auto app =
        command_line("Shows how gradients of recurrent networks vanish and explode, and why memory cells help.",
                     "vanishing_gradient");
    app->get_formatter()->column_width(22);
    std::vector<Command> commands(figures().size() + 1);
    add_commands(*app, commands);
    if (const auto code = parse(*app, argc, argv)) return *code;
    const bool all = app->got_subcommand("all");
    for (std::size_t i = 0; i < figures().size(); ++i) {
        const Figure& figure = figures()[i];
        const CLI::App* chosen = app->get_subcommand(all ? "all" : figure.name);
        if (!*chosen) continue;
        const Command& command = all ? commands.back() : commands[i];
        make_folder(command.out);
        if (all && i) std::printf("\n");
        make(figure, settings(*chosen, command, figure), command.quick, command.out);
    }
    return 0;
}

}  // namespace
}  // namespace xtape::apps

int main(int argc, char** argv) {
    return xtape::apps::guarded("vanishing_gradient", [&] { return xtape::apps::run(argc, argv); });
}
