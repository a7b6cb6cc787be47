// SPDX-License-Identifier: BSD-3-Clause
// A checkpoint that was saved before the accuracy was counted while training, and before images were moved.
#include <zlib.h>
#include <xtape/nn/io/safetensors.hpp>

#include <cmath>

#include "apps/text.hpp"
#include "program.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using xtape::apps::quoted;

namespace {

const std::string mnist = XTAPE_MNIST " --quiet --data-dir " XTAPE_TEST_DATA "/mnist-subset --out ";

// The checkpoint as it was before the accuracy was counted.
void make_old(const Path& path) {
    auto file = xtape::nn::io::read_safetensors(path);
    auto& log = file.tensors.at("log");
    std::vector<std::byte> shorter;
    for (std::size_t row = 0; row < log.shape[0]; ++row)
        shorter.insert(shorter.end(), log.bytes.begin() + std::ptrdiff_t(row * 64),
                       log.bytes.begin() + std::ptrdiff_t(row * 64 + 56));
    log.bytes = shorter, log.shape[1] = 7;
    file.tensors.erase("progress.epoch_right");
    file.metadata.erase("shift");
    file.metadata.erase("crc32");
    uLong crc = crc32_z(0, nullptr, 0);
    const auto add = [&](const void* p, std::size_t n) { crc = crc32_z(crc, static_cast<const Bytef*>(p), n); };
    for (const auto& [name, value] : file.metadata)
        add(name.c_str(), name.size() + 1), add(value.c_str(), value.size() + 1);
    for (const auto& [name, tensor] : file.tensors) {
        const std::string shape = xtape::text(tensor.shape);
        add(name.c_str(), name.size() + 1), add(shape.c_str(), shape.size() + 1);
        add(tensor.bytes.data(), tensor.bytes.size());
    }
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08lx", crc);
    file.metadata["crc32"] = digits;
    xtape::nn::io::write_safetensors(path, file);
}

}  // namespace

TEST_CASE("a training resumed from a checkpoint of before the accuracy was counted has its report") {
    const Folder folder;
    REQUIRE(run(mnist + quoted(folder.path) + " --hidden 4 --batch 16 --epochs 2").code == 0);
    const Path checkpoint = folder / "checkpoint.safetensors", report = folder / "report";
    const Table before(text(folder / "log.csv"));
    make_old(checkpoint);
    std::filesystem::remove_all(report);
    const Outcome o = run(mnist + quoted(folder.path) + " --resume " + quoted(checkpoint));
    CHECK(o.code == 0);
    CHECK(o.err == "");
    const Table after(text(folder / "log.csv")), accuracy(text(report / "accuracy.csv"));
    for (const char* column : {"epoch", "step", "lr", "loss", "epoch_loss", "gradient_norm"})
        CHECK(after[column] == before[column]);
    CHECK(after["seconds"] == before["seconds"]);
    for (const double counted : accuracy["training"]) CHECK(std::isnan(counted));
}
