// SPDX-License-Identifier: BSD-3-Clause
#include "output.hpp"

#include <xtape/nn/io/file.hpp>

#include <unistd.h>

#include "apps/output/files.hpp"
#include "apps/text.hpp"
#include "saved_model.hpp"

namespace xtape::apps {
namespace {

namespace fs = std::filesystem;

// What is there must be a file that may be written, or something else that takes a line, as a terminal does.
void check_target(const Path& path) {
    std::error_code unreadable;
    const bool exists = fs::exists(path, unreadable);
    if (unreadable) bad_file(path, "a folder that may be entered", unreadable.message());
    if (!exists) return;
    if (!fs::is_regular_file(path)) return write_text(path, "\n");
    if (::access(path.c_str(), W_OK) != 0) bad_file(path, "a file that may be written", "a write-protected one");
}

// Throws unless files can be made there.
template <class Write> void try_in(const Path& folder, Write write) {
    const Path trial = folder / ("write-test-" + std::to_string(::getpid()));
    write(trial);
    fs::remove(trial);
}

// The folder of an earlier report, whose files may be written over.
void check_report(const Path& folder) {
    make_folder(folder);
    for (const auto& entry : fs::directory_iterator(folder))
        for (const char* kind : {".svg", ".gp", ".csv", ".html"})
            if (entry.path().extension() == kind) check_target(entry.path());
    try_in(folder, [](const Path& trial) { write_text(trial, "\n"); });
}

[[noreturn]] void would_be_lost(const Path& path, const std::string& found) {
    bad_file(path, "a folder without another training", found + "; try another folder: --out");
}
SavedModel found_in(const Path& path) {
    try {
        return read_model(path);
    } catch (const std::runtime_error&) {
        would_be_lost(path, "a file of that name that is not read as a model");
    }
}

// A training of the same settings and data gives the same model again. Any other would be lost.
void check_replaced(const Path& path, const Settings& settings, const Sums& data) {
    if (!fs::is_regular_file(path)) return;
    const SavedModel model = found_in(path);
    const nlohmann::json ours = settings, theirs = model.settings;
    for (const auto& [name, value] : theirs.items())
        if (ours[name] != value) would_be_lost(path, name + " " + value.dump() + ", not " + ours[name].dump());
    for (const auto& [name, sum] : data)
        if (const auto said = model.file.metadata.find(name); said != model.file.metadata.end() && said->second != sum)
            would_be_lost(path, "one of other data, by their " + name);
}

}  // namespace

Output::Output(Path folder, const Training& training, const Sums& data) : folder_(std::move(folder)), data_(data) {
    make_folder(folder_);
    for (const Path& path : {checkpoint(), model(), log(), result()}) check_target(path);
    for (const Path& path : {checkpoint(), model()}) check_replaced(path, training.settings, data_);
    if (std::error_code none; fs::exists(report(), none)) check_report(report());
    try_in(folder_,
           [&](const Path& trial) { nn::io::write_safetensors(trial, checkpoint_file(training, data_), Where{}); });
}

void Output::save_checkpoint(const Training& training) const {
    nn::io::write_safetensors(checkpoint(), checkpoint_file(training, data_), Where{});
    std::string csv = "epoch,step,lr,loss,epoch_loss,gradient_norm,seconds,epoch_accuracy\n";
    for (const LogRow& r : training.progress.log)
        csv += formatted("%.0f,%.0f,%.6g,%.6f,%.6f,%.4f,%.3f,%.6f\n", r.epoch, r.step, r.lr, r.loss, r.epoch_loss,
                         r.gradient_norm, r.seconds, r.epoch_accuracy);
    write_text(log(), csv);
}

void Output::save_model(const Training& training) const {
    nn::io::write_safetensors(model(), model_file(training), Where{});
}

void Output::save_result(const nlohmann::ordered_json& facts) const { write_text(result(), facts.dump(2) + "\n"); }

}  // namespace xtape::apps
