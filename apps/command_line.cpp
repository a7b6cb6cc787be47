// SPDX-License-Identifier: BSD-3-Clause
#include "command_line.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <vector>

#include "text.hpp"

namespace xtape::apps {
namespace {

template <class Number> std::optional<Number> parsed(const std::string& text) {
    Number n{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return n;
}

class HelpText : public CLI::Formatter {
    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string type = option->get_type_name();  // "WHICH:{last,every}"
        return option->get_type_size() == 0 ? "" : " " + type.substr(0, type.find(':'));
    }
    std::string make_option_desc(const CLI::Option* option) const override {
        const std::string value = option->get_default_str();
        return option->get_description() + (value.empty() ? "" : " [" + value + "]");
    }
    std::string make_positionals(const CLI::App* app) const override {
        const std::string text = Formatter::make_positionals(app);
        return text.empty() ? text : text + "\n";
    }
    std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override {
        const std::string text = Formatter::make_subcommands(app, mode);
        return text.empty() ? text : "\n" + text;
    }
    std::string make_group(std::string group, bool positional, std::vector<const CLI::Option*> options) const override {
        std::string text = Formatter::make_group(std::move(group), positional, std::move(options));
        if (text.ends_with('\n')) text.pop_back();  // one empty line between groups is enough
        return text;
    }
};

std::string expected_one_of(const std::vector<std::string>& known, const std::string& found) {
    return "expected " + listed(known) + "; found " + quoted(found) + hint(known, found);
}

std::vector<std::string> flags(const CLI::App& app) {
    std::vector<std::string> all;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) all.push_back("--" + name);
    return all;
}

std::vector<std::string> commands(const CLI::App& app) {
    std::vector<std::string> all;
    for (const CLI::App* command : app.get_subcommands({})) all.push_back(command->get_name());
    return all;
}

// The arguments that mean nothing: of a command that takes files, flags alone.
std::vector<std::string> meaningless(const CLI::App& app) {
    std::vector<std::string> words = app.remaining();
    if (!app.get_allow_extras()) return words;
    words.erase(std::ranges::find(words, "--"), words.end());
    std::erase_if(words, [](const std::string& one) { return !one.starts_with('-'); });
    return words;
}

std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<std::string> extra = meaningless(app);
    if (app.get_require_subcommand_min() > 0 && app.get_subcommands().empty())
        return extra.empty() ? "expected " + listed(commands(app)) + "; found nothing"
               : extra.front().starts_with('-')
                   ? "expected " + listed(commands(app)) + " before any flag; found " + extra.front()
                   : expected_one_of(commands(app), extra.front());
    if (extra.empty()) return error.what();
    const std::string& word = extra.front();
    if (!word.starts_with('-')) return "unexpected argument " + word + hint(commands(app), word);
    const std::string flag = word.substr(0, word.find('='));
    return "unknown flag " + flag + hint(flags(app), flag);
}

int say(const char* name, std::string message) {
    std::replace(message.begin(), message.end(), '\n', ' ');
    std::fprintf(stderr, "%s: %s\n", name, message.c_str());
    return 1;
}

// What is wrong, and on a second line how it is meant.
int refuse(const CLI::App& main, const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = main.get_subcommands();
    const bool before = chosen.empty() || (meaningless(*chosen.front()).empty() && !meaningless(main).empty());
    const CLI::App& app = before ? main : *chosen.front();  // what is wrong is before the command, or of it
    say(main.get_name().c_str(), complaint(app, error));
    const std::string name = main.get_name() + (before ? "" : " " + app.get_name());
    std::string usage = CLI::Formatter().make_usage(&app, name);
    usage.pop_back();
    std::fprintf(stderr, "%s; --help lists them\n", usage.c_str());
    return 2;
}

}  // namespace

std::unique_ptr<CLI::App> command_line(const std::string& meaning, const std::string& name) {
    auto app = std::make_unique<CLI::App>(meaning, name);
    app->formatter(std::make_shared<HelpText>());
    app->get_formatter()->column_width(20);
    app->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app->set_help_flag("-h,--help", "Print this and stop");
    return app;
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
    const auto check = [least, most](const std::string& text) {
        const auto n = parsed<std::uint64_t>(text);
        const bool octal = text.size() > 1 && text[0] == '0';  // to CLI11
        if (n && *n >= least && *n <= most && !octal) return std::string();
        return "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most) + "; found " +
               quoted(text);
    };
    return CLI::Validator(check, "");
}

CLI::Validator number(double least, double most) {
    const auto check = [least, most](const std::string& text) {
        const auto x = parsed<double>(text);
        if (x && *x >= least && *x <= most) return std::string();
        return formatted("expected a number from %g to %g; found ", least, most) + quoted(text);
    };
    return CLI::Validator(check, "");
}

CLI::Validator path() {
    const auto check = [](const std::string& text) {
        return text.empty() ? "expected the name of a file or a folder; found ''" : std::string();
    };
    return CLI::Validator(check, "");
}

CLI::Validator word(const std::vector<std::string>& known) {
    const auto check = [known](const std::string& text) {
        if (std::ranges::find(known, text) != known.end()) return std::string();
        return expected_one_of(known, text);
    };
    return CLI::Validator(check, "");
}

// An option that takes more than one value would take "[x]" for a list of them.
void add_files(CLI::App& app, const std::string& name, std::vector<std::string>& files, const std::string& meaning) {
    const auto add = [&files, name](const std::string& file) {
        if (const std::string wrong = path()(file); !wrong.empty()) throw CLI::ValidationError(name, wrong);
        files.push_back(file);
    };
    app.add_option_function<std::string>(name, add, meaning)->type_name("")->required();
    app.allow_extras();
    app.callback([&app, add] {
        if (const auto flags = meaningless(app); !flags.empty()) throw CLI::ExtrasError(flags);
        for (const std::string& file : app.remaining())
            if (file != "--") add(file);
    });
}

std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        return refuse(app, error);
    }
}

int guarded(const char* name, const std::function<int()>& program) {
    try {
        const int code = program();
        if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
        return say(name, std::string("standard output: expected to be written; found ") + std::strerror(errno));
    } catch (const std::bad_alloc&) {
        return say(name, "expected enough memory for these sizes; found none left");
    } catch (const std::exception& error) {
        return say(name, error.what());
    }
}

}  // namespace xtape::apps
