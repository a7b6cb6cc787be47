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

}  // namespace

TEST_CASE("a training resumed from a checkpoint of before the accuracy was counted has its report") {
    const Folder folder;
    REQUIRE(run(mnist + quoted(folder.path) + " --hidden 4 --batch 16 --epochs 2").code == 0);
    const Path checkpoint = folder / "checkpoint.safetensors", report = folder / "report";
    const Table before(text(folder / "log.csv"));
    checkpoint_files::change(checkpoint, make_old);
    std::filesystem::remove_all(report);
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
    const Folder folder;
    REQUIRE(run(mnist + quoted(folder.path) + " --hidden 4 --batch 16 --epochs 2").code == 0);
    const Path whole = folder / "checkpoint.safetensors", changed = folder / "changed";
    for (const auto& [setting, value, expected] :
         {std::tuple{"init", "\"zeros\"", "init orthogonal, identity, glorot, normal or uniform; found "},
          {"optimizer", "7", "optimizer adamw, adam or sgd; found 7"},
          {"dataset", "\"letters\"", "dataset digits or fashion; found "},
          {"truncate", "-1", "truncate from 0 to 1000000; found -1"},
          {"skip_input", "2", "settings that can be read; found "},
          {"skip_input", "true", "readout.u"},
          {"cell", "\"elman\"", "cell rnn, lstm or gru; found "},
          {"cell", "\"gru\"", "rows.forward.0.wx"},
          {"scan", "7", "scan rows, columns, both, pixels or permuted; found 7"},
          {"layers", "0", "layers from 1 to 64; found 0"},
          {"layers", "2", "rows.forward.0.wx"},
          {"dropout", "0.5", "dropout with --layers 2 or more, for it is between layers; found one layer"},
          {"dropout", "1", "dropout from 0 to 0.99; found 1"},
          {"label_smoothing", "\"x\"", "label_smoothing from 0 to 0.99; found "},
          {"hidden", "16384", "tensors of a network of hidden 16384 and layers 1, 1073741824 bytes or more; found "},
          {"optimizer", "\"sgd\"", "cell.wx.momentum"}}) {
        write(changed, contents(whole));
        checkpoint_files::change(changed,
                                 [name = setting, text = value](auto& file) { file.metadata.at(name) = text; });
        const Outcome o = run(mnist + quoted(folder.path) + " --resume " + quoted(changed));
        CHECK(o.code == 1);
        CHECK_MESSAGE(one_line(o.err), o.err);
        CHECK_MESSAGE((has(o.err, changed.string()) && has(o.err, expected)), o.err);
    }
}
