// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include "apps/command_line.hpp"

namespace xtape::apps {
namespace {

CLI::App& add_command(CLI::App& app, const char* name, const char* meaning, std::filesystem::path& model) {
    CLI::App* command = app.add_subcommand(name, meaning);
    for (CLI::Option* option : app.get_options())
        if (option != app.get_help_ptr()) command->excludes(option);
    command->add_option("--model", model, "What a training saved: model.safetensors")->type_name("FILE")->required();
    return *command;
}

}  // namespace

void add_commands(CLI::App& app, Commands& commands) {
    app.require_subcommand(0, 1);
    auto& [predict, eval] = commands;
    CLI::App& predicts = add_command(app, "predict", "Classify digits in image files", predict.model);
    predicts.add_option("IMAGE", predict.images, "PNG, PGM or IDX files; any size, dark on light or light on dark")
        ->type_name("")
        ->required()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    predicts.add_flag("--quiet", predict.quiet, "Print one line for each image, without bars");

    CLI::App& evaluates = add_command(app, "eval", "Test a saved network on all test images", eval.model);
    evaluates.add_option("--data-dir", eval.data_dir, "Folder of MNIST's four files, plain or .gz")
        ->type_name("DIR")
        ->default_str("~/.cache/xtape/mnist");
}

}  // namespace xtape::apps
