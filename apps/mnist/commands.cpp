// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include "apps/command_line.hpp"
#include "apps/data/data_folder.hpp"

namespace xtape::apps {
namespace {

CLI::App& add_command(CLI::App& app, const char* name, const char* meaning, std::filesystem::path& model) {
    CLI::App* command = app.add_subcommand(name, meaning);
    for (CLI::Option* option : app.get_options())
        if (option != app.get_help_ptr()) command->excludes(option);
    command->add_option("--model", model, "What a training saved: model.safetensors")
        ->check(path())
        ->type_name("FILE")
        ->required();
    return *command;
}

}  // namespace

void add_commands(CLI::App& app, Commands& commands) {
    app.require_subcommand(0, 1);
    auto& [predict, eval] = commands;
    CLI::App& predicts = add_command(app, "predict", "Classify what image files show", predict.model);
    add_files(predicts, "IMAGE...", predict.images, "PNG, PGM or IDX files; any size, dark on light or light on dark");
    predicts.add_flag("--quiet", predict.quiet, "Print one line for each image, without bars");

    CLI::App& evaluates = add_command(app, "eval", "Test a saved network on all test images", eval.model);
    evaluates.add_option("--data-dir", eval.data_dir, "Folder of the test's two files, plain or .gz")
        ->check(path())
        ->type_name("DIR")
        ->default_str(data_folders);
    evaluates.add_flag("--quiet", eval.quiet, "Print how many are right, and nothing else");
}

}  // namespace xtape::apps
