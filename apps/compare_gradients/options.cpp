// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include "apps/command_line.hpp"

namespace xtape::apps {
namespace {

const std::vector<std::string> formats{"text", "markdown", "csv", "json", "latex"};

std::vector<std::string> names_of_mistakes() {
    std::vector<std::string> all;
    for (const Mistake& mistake : mistakes) all.push_back(mistake.name);
    return all;
}

std::string footer() {
    std::string text = "\nMistakes:\n";
    for (const Mistake& m : mistakes) {
        const std::string name = m.name, model = model_names[std::size_t(m.model)];
        text += "  " + name + std::string(18 - name.size(), ' ') + model + std::string(5 - model.size(), ' ') +
                m.meaning + "\n";
    }
    return text;
}

std::size_t place(const std::vector<std::string>& words, const std::string& word) {
    return std::size_t(std::ranges::find(words, word) - words.begin());
}

void add_sizes(CLI::App& app, Problem& p) {
    const auto add = [&](const char* flag, auto& value, const char* meaning, std::uint64_t least, std::uint64_t most) {
        app.add_option(flag, value, meaning)->check(whole_number(least, most))->type_name("N")->capture_default_str();
    };
    add("--batch", p.batch, "Sequences", 1, 100'000);
    add("--steps", p.steps, "Time steps", 1, 100'000);
    add("--inputs", p.inputs, "Numbers that each step reads", 1, 100'000);
    add("--hidden", p.hidden, "Size of the state", 1, 16'384);
    add("--classes", p.classes, "Classes to tell apart", 1, 100'000);
    add("--every", p.every, "Truncated: steps after which their losses are propagated back", 1, 100'000);
    add("--depth", p.depth, "Truncated: steps that they go back", 1, 100'000);
    add("--seed", p.seed, "What weights and sequences are drawn from", 0, UINT64_MAX);
    app.add_option("--scale", p.scale, "Factor of all weights and inputs, which else leave the gates half open")
        ->check(number(0, 1e300))
        ->type_name("X")
        ->capture_default_str();
    app.add_flag("--force", p.force, "Leave nothing out for being slow or large");
}

// A mistake is one of a model's.
void check_mistake(const CLI::App& app, Options& options) {
    const Mistake* mistake = options.mistake();
    if (!mistake) return;
    if (app.count("--model") > 0 && options.problem.model != mistake->model)
        throw CLI::ValidationError("--mutate", std::string(mistake->name) + " is a mistake of --model " +
                                                   model_names[std::size_t(mistake->model)] + "; found --model " +
                                                   model_names[std::size_t(options.problem.model)]);
    options.problem.model = mistake->model;
}

}  // namespace

const Mistake* Options::mistake() const {
    for (const Mistake& one : mistakes)
        if (planted.name == one.name) return &one;
    return nullptr;
}

std::optional<int> read(int argc, const char* const* argv, Options& options) {
    const auto app = command_line(
        "Compares gradients of recurrent networks, computed in all ways there are, in double.", "compare_gradients");
    app->footer(footer());
    std::string model = model_names[0], format = formats[0], loss = "last";
    const auto add = [&](const char* flag, std::string& value, const char* meaning, const auto& words) {
        app->add_option(flag, value, meaning)->check(word(words))->type_name("WHICH")->capture_default_str();
    };
    add("--model", model, "rnn, lstm, gru, bidirectional, attention or truncated", model_names);
    add("--loss", loss, "Steps that have a loss: last or every", std::vector<std::string>{"last", "every"});
    add_sizes(*app, options.problem);
    add("--format", format, "text, markdown, csv, json or latex", formats);
    app->add_flag("--map", options.map, "Show what the weights at each step did to each loss");
    app->add_option("--mutate", options.planted.name, "Plant a mistake, and show where it is found")
        ->check(word(names_of_mistakes()))
        ->type_name("NAME");
    app->add_option("--export", options.file, "Write all arrays there, for NumPy")
        ->check([](const std::string& file) { return file.empty() ? "expected a file's name; found ''" : ""; })
        ->type_name("FILE.npz");
    app->callback([&] {
        options.problem.model = Model(place(model_names, model));
        options.problem.every_step = loss == "every";
        options.format = Format(place(formats, format));
        check_mistake(*app, options);
    });
    return parse(*app, argc, argv);
}

}  // namespace xtape::apps
