// SPDX-License-Identifier: BSD-3-Clause
#include "saved_settings.hpp"

#include <xtape/nn/io/system.hpp>

#include <algorithm>
#include <map>

#include "apps/data/datasets.hpp"
#include "apps/data/idx.hpp"
#include "apps/text.hpp"
#include "network.hpp"

namespace xtape::apps {
namespace {

using nlohmann::json;
using nn::io::Safetensors;

[[noreturn]] void refuse(const Safetensors& file, const std::string& name, const std::string& expected) {
    bad_file(file.path, name + " " + expected, nn::io::in_quotes(file.metadata.at(name)));
}

std::size_t checked_whole(const Safetensors& file, const std::string& name, const json& value, std::size_t least,
                          std::size_t most) {
    if (value.is_number_unsigned() && value.get<std::size_t>() >= least && value.get<std::size_t>() <= most)
        return value.get<std::size_t>();
    refuse(file, name, "from " + std::to_string(least) + " to " + std::to_string(most));
}

void check_number(const Safetensors& file, const std::string& name, const json& value, double least, double most) {
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most))
        refuse(file, name, formatted("from %g to %g", least, most));
}

void check_choice(const Safetensors& file, const std::string& name, const json& value,
                  const std::vector<std::string>& known) {
    if (!value.is_string() || std::ranges::find(known, value.get<std::string>()) == known.end())
        refuse(file, name, listed(known));
}

void check_numbers(const Safetensors& file, const json& all) {
    const auto whole = [&](const char* name, std::size_t least, std::size_t most) {
        checked_whole(file, name, all[name], least, most);
    };
    whole("epochs", 1, most_epochs), whole("hidden", 1, most_hidden), whole("layers", 1, most_layers);
    whole("batch", 1, most_batch), whole("shard_rows", 1, most_batch), whole("held_out", 0, validation);
    whole("shift", 0, most_shift), whole("truncate", 0, most_truncate), whole("seed", 0, most_seed);
    const auto number = [&](const char* name, double least, double most) {
        check_number(file, name, all[name], least, most);
    };
    number("lr", least_lr, most_rate), number("decay", 0, most_rate), number("clip", 0, most_rate);
    number("warm_up_epochs", 0, most_epochs), number("final_lr", 0, 1), number("momentum", 0, most_part);
    number("dropout", 0, most_part), number("label_smoothing", 0, most_part);
}

void check_each(const Safetensors& file, const json& all) {
    check_numbers(file, all);
    for (const char* name : {"skip_input", "bidirectional"})
        if (!all[name].is_boolean()) refuse(file, name, "true or false");
    for (const auto& [name, known] : {std::pair{"dataset", &dataset_names},
                                      {"init", &inits},
                                      {"optimizer", &optimizers},
                                      {"cell", &cells},
                                      {"scan", &scans}})
        check_choice(file, name, all[name], *known);
}

// Before memory is taken for a network of these settings.
void check_size(const Safetensors& file, const Settings& s) {
    double bytes = 0;
    for (const auto& [name, tensor] : file.tensors) bytes += static_cast<double>(tensor.bytes.size());
    const double least = recurrent_weights(s) * sizeof(float);
    if (bytes < least)
        bad_file(file.path,
                 formatted("tensors of a network of hidden %zu and layers %zu, %.0f bytes or more", s.hidden, s.layers,
                           least),
                 formatted("%.0f", bytes));
}

// Its value, or one that no check takes.
json parsed(const std::string& text) { return json::parse(text, nullptr, false); }

// What a file without one of the newer settings was trained with.
std::map<std::string, json> before_there_were() {
    std::map<std::string, json> all;
    const json before = Settings{.shift = 0};
    for (const char* name : {"shift", "dataset", "init", "skip_input", "truncate", "optimizer", "momentum", "cell",
                             "layers", "bidirectional", "scan", "dropout", "label_smoothing"})
        all[name] = before[name];
    return all;
}

}  // namespace

std::string metadata(const Safetensors& file, const std::string& name, const char* kind) {
    const auto found = file.metadata.find(name);
    if (found == file.metadata.end())
        bad_file(file.path, kind + std::string(" of this program"), "no '" + name + "' in its metadata");
    return found->second;
}

std::size_t whole_number_in(const Safetensors& file, const std::string& name, std::size_t least, std::size_t most) {
    return checked_whole(file, name, parsed(metadata(file, name)), least, most);
}

Settings settings_of(const Safetensors& file) {
    const auto before = before_there_were();
    json all = Settings{};
    for (auto& [name, value] : all.items())
        value = before.contains(name) && !file.metadata.contains(name) ? before.at(name)
                                                                       : parsed(metadata(file, name, "a model"));
    check_each(file, all);
    const Settings settings = all.get<Settings>();
    if (const auto wrong = misfit(settings))
        bad_file(file.path, wrong->setting + " with " + wrong->expected, wrong->found);
    check_size(file, settings);
    return settings;
}

}  // namespace xtape::apps
