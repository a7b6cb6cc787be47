// SPDX-License-Identifier: BSD-3-Clause
// Checkpoints of other programs: one that was saved before the accuracy was counted while training, before images were
// moved, and before there was another data set, optimiser or network to choose; and ones with settings that there are
// not.
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/text.hpp"
#include "checkpoint_files.hpp"
#include "program.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using xtape::apps::quoted;

namespace {

const std::string mnist = XTAPE_MNIST " --quiet --data-dir " XTAPE_TEST_DATA "/mnist-subset --out ";

// The checkpoint as it was before the accuracy was counted.
void make_old(xtape::nn::io::Safetensors& file) {
    auto& log = file.tensors.at("log");
    std::vector<std::byte> shorter;
    for (std::size_t row = 0; row < log.shape[0]; ++row)
        shorter.insert(shorter.end(), log.bytes.begin() + std::ptrdiff_t(row * 64),
                       log.bytes.begin() + std::ptrdiff_t(row * 64 + 56));
    log.bytes = shorter, log.shape[1] = 7;
    file.tensors.erase("progress.epoch_right");
    for (const char* name : {"shift", "dataset", "init", "skip_input", "truncate", "optimizer", "momentum", "cell",
                             "layers", "bidirectional", "scan", "dropout", "label_smoothing"})
        REQUIRE(file.metadata.erase(name) == 1);
}

struct Trained {  // a folder with a checkpoint
    Folder folder;
    Trained() { REQUIRE(run(mnist + quoted(folder.path) + " --hidden 4 --batch 16 --epochs 2").code == 0); }
    void check_refused(const std::string& setting, const std::string& value, const std::string& expected) const {
        const Path changed = folder / "changed";
        write(changed, contents(folder / "checkpoint.safetensors"));
        checkpoint_files::change(changed, [&](auto& file) { file.metadata.at(setting) = value; });
        const Outcome o = run(mnist + quoted(folder.path) + " --resume " + quoted(changed));
        CHECK(o.code == 1);
        CHECK_MESSAGE(one_line(o.err), o.err);
        CHECK_MESSAGE((has(o.err, changed.string()) && has(o.err, expected)), o.err);
    }
};

}  // namespace

TEST_CASE("a training resumed from a checkpoint of before the accuracy was counted has its report") {
    const Folder folder;
    REQUIRE(run(mnist + quoted(folder.path) + " --hidden 4 --batch 16 --epochs 2").code == 0);
    const Path checkpoint = folder / "checkpoint.safetensors", report = folder / "report";
    const Table before(text(folder / "log.csv"));
    checkpoint_files::change(checkpoint, make_old);
    std::filesystem::remove_all(report);
    std::filesystem::remove(folder / "model.safetensors");
    const Outcome o = run(mnist + quoted(folder.path) + " --resume " + quoted(checkpoint));
    CHECK(o.code == 0);
    CHECK(o.err == "");
    const Table after(text(folder / "log.csv")), accuracy(text(report / "accuracy.csv"));
    for (const char* column : {"epoch", "step", "lr", "loss", "epoch_loss", "gradient_norm"})
        CHECK(after[column] == before[column]);
    CHECK(after["seconds"] == before["seconds"]);
    for (const double counted : accuracy["training"]) CHECK(std::isnan(counted));
    const auto settings = nlohmann::json::parse(text(folder / "result.json"))["settings"];
    CHECK(settings["shift"] == 0);
    for (const auto& [name, value] : {std::pair{"dataset", "digits"}, {"init", "orthogonal"}, {"optimizer", "adamw"}})
        CHECK(settings[name] == value);
    CHECK((settings["truncate"] == 0 && settings["skip_input"] == false));
}

TEST_CASE("a checkpoint with a setting that there is not is refused") {
    const Trained trained;
    for (const auto& [setting, value, expected] :
         {std::tuple{"init", "\"zeros\"", "init orthogonal, identity, glorot, normal or uniform; found "},
          {"optimizer", "7", "optimizer adamw, adam or sgd; found '7'"},
          {"dataset", "\"letters\"", "dataset digits or fashion; found "},
          {"skip_input", "2", "skip_input true or false; found '2'"},
          {"bidirectional", "\"no\"", "bidirectional true or false; found "},
          {"cell", "\"elman\"", "cell rnn, lstm or gru; found "},
          {"scan", "7", "scan rows, columns, both, pixels or permuted; found '7'"},
          {"label_smoothing", "\"x\"", "label_smoothing from 0 to 0.99; found "},
          {"hidden", "many", "hidden from 1 to 16384; found 'many'"},
          {"hidden", "16384", "tensors of a network of hidden 16384 and layers 1, 1073741824 bytes or more; found "}})
        trained.check_refused(setting, value, expected);
}

TEST_CASE("a checkpoint whose settings do not go together, or not with its network, is refused") {
    const Trained trained;
    for (const auto& [setting, value, expected] :
         {std::tuple{"skip_input", "true", "readout.u"},
          {"cell", "\"gru\"", "rows.forward.0.wx"},
          {"layers", "2", "rows.forward.0.wx"},
          {"optimizer", "\"sgd\"", "cell.wx.momentum"},
          {"dropout", "0.5", "dropout with --layers 2 or more, for it is between layers; found one layer"}})
        trained.check_refused(setting, value, expected);
}

TEST_CASE("a checkpoint with a number that the command line would not take is refused") {
    const Trained trained;
    const char* part = " from 0 to 0.99; found ";
    for (const auto& [setting, value, expected] :
         {std::tuple{"truncate", "-1", " from 0 to 1000000; found "},
          {"layers", "0", " from 1 to 64; found "},
          {"held_out", "-1", " from 0 to 5000; found "},
          {"seed", "1.5", " from 0 to 18446744073709551615; found "},
          {"seed", "1e300", " from 0 to 18446744073709551615; found "},
          {"seed", "18446744073709551616", " from 0 to 18446744073709551615; found "},
          {"lr", "-1", " from 1e-30 to 1e+30; found "},
          {"lr", "0", " from 1e-30 to 1e+30; found "},
          {"decay", "-0.1", " from 0 to 1e+30; found "},
          {"clip", "-1", " from 0 to 1e+30; found "},
          {"clip", "null", " from 0 to 1e+30; found "},
          {"warm_up_epochs", "1e300", " from 0 to 1e+06; found "},
          {"warm_up_epochs", "-1", " from 0 to 1e+06; found "},
          {"final_lr", "1.5", " from 0 to 1; found "},
          {"momentum", "7", part},
          {"dropout", "1", part}})
        trained.check_refused(setting, value, setting + std::string(expected) + "'" + value + "'");
}
