// SPDX-License-Identifier: BSD-3-Clause
// The program as its users meet it. XTAPE_MNIST is its path, XTAPE_TEST_DATA the folder of the small set of digits.
#include <xtape/nn/io/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "stops.hpp"

using namespace idx_files;
using namespace program;
using nlohmann::json;

namespace {

const std::string data_dir = XTAPE_TEST_DATA "/mnist-subset";
const std::string data = " --data-dir " + data_dir;
const std::string small = " --hidden 8 --batch 16 --epochs 3 --quiet" + data;

std::string mnist(const Path& out, const std::string& flags) {
    return XTAPE_MNIST " --out " + out.string() + " " + flags;
}

json result_in(const Path& folder) { return json::parse(text(folder / "result.json")); }

std::vector<std::string> names_in(const Path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

// All columns but the last but one, which is time.
std::string without_seconds(const std::string& csv) {
    return std::regex_replace(csv, std::regex("[^,\n]*,([^,\n]*\n)"), "$1");
}

}  // namespace

TEST_CASE("a training learns, and all its output is in one folder") {
    const Folder folder;
    const Path out = folder / "deep" / "run";
    const Outcome o = run(mnist(out, "--hidden 32 --batch 16 --epochs 5 --lr 0.01" + data));
    CHECK(o.code == 0);
    CHECK(o.err == "");
    CHECK(o.out.ends_with("Results, log, model and checkpoint are in " + out.string() + "/\n"));
    for (const char* part : {"BLAS kernels", "SHA-256   t10k-images cefe86a05637", "epoch 5/5", "95 % interval"})
        CHECK_MESSAGE(has(o.out, part), part);
    CHECK(names_in(out) ==
          std::vector<std::string>{"checkpoint.safetensors", "log.csv", "model.safetensors", "report", "result.json"});
    CHECK(result_in(out)["accuracy"].get<double>() > 0.5);  // 0.65 measured; by chance it is 0.1
}

TEST_CASE("result.json has the facts, flat") {
    const Folder folder;
    REQUIRE(run(mnist(folder.path, "--seed 7 --threads 2" + small)).code == 0);
    const json r = result_in(folder.path);
    CHECK(r["total"] == 200);
    CHECK(r["accuracy"] == r["correct"].get<double>() / 200);
    for (const char* bound : {"wilson_low", "wilson_high"}) {  // (p - w)^2 = z^2 w (1 - w) / n
        const double w = r[bound], d = r["accuracy"].get<double>() - w;
        CHECK(d * d == doctest::Approx(1.959964 * 1.959964 * w * (1 - w) / 200));
    }
    CHECK(r["wilson_low"] < r["accuracy"]);
    CHECK(r["wilson_high"] > r["accuracy"]);
    CHECK(r["train_seconds"] > 0);
    CHECK(r["images_per_second"].get<double>() == doctest::Approx(2400 / r["train_seconds"].get<double>()));
    CHECK(json({r["epochs"], r["seed"], r["threads"], r["parameters"]}) ==
          json({3, 7, 2, 28 * 8 + 8 * 8 + 8 + 80 + 10}));
    CHECK(r["blas_core"].is_string());
    CHECK(r["version"].is_string());
    CHECK(r["data_sha256"].size() == 4);
    CHECK(has(r["data_sha256"]["train-images-idx3-ubyte"], "8d4f434d3df15ec1a651be25c03bc495db239e273a2b645a7ae0f4e6"));
    CHECK(r["settings"]["hidden"] == 8);
}

TEST_CASE("the model has named tensors and its settings, the log a line for every epoch") {
    const Folder folder;
    REQUIRE(run(mnist(folder.path, small)).code == 0);
    const auto model = xtape::nn::io::read_safetensors(folder / "model.safetensors");
    CHECK(model.tensors.size() == 5);
    CHECK(model.get<float>("cell.wx", {28, 8}).size() == 28 * 8);
    CHECK(model.get<float>("cell.wh", {8, 8}).size() == 64);
    CHECK(model.get<float>("cell.b", {8}).size() == 8);
    CHECK(model.get<float>("readout.v", {8, 10}).size() == 80);
    CHECK(model.get<float>("readout.c", {10}).size() == 10);
    CHECK(model.metadata.at("hidden") == "8");
    const std::string log = text(folder / "log.csv");
    CHECK(log.starts_with("epoch,step,lr,loss,epoch_loss,gradient_norm,seconds,epoch_accuracy\n1,50,"));
    CHECK(has(log, "\n3,50,"));
}

TEST_CASE("a run says what it learns and how, and names the classes of fashion") {
    const Folder folder;
    const std::string flags = "--hidden 8 --epochs 1" + data;
    const Outcome digits = run(mnist(folder / "digits", flags));
    for (const char* part : {"learns MNIST\n", "\n1 epoch in ", "training  1 epoch in batches",
                             "10 digits, 386 parameters", "init orthogonal, read-out of the state, ",
                             "gradients through all rows", "adamw, decay 0.1, lr 0.002", "\nDigits (rows)"})
        CHECK_MESSAGE(has(digits.out, part), part);
    CHECK(has(digits.out, "(rises over 1 epoch), clip 1"));
    const Outcome fashion = run(mnist(folder / "fashion", flags + " --dataset fashion --skip-input --truncate 2 "
                                                                  "--init glorot --optimizer sgd"));
    for (const char* part : {"learns Fashion-MNIST\n", "10 articles, 666 parameters", "\nArticles (rows)",
                             "init glorot, read-out of the state and the last row, gradients through the last 2 rows",
                             "sgd, momentum 0.9, lr 0.03 ", "\nT-shirt/top      0", "\n Ankle boot      9"})
        CHECK_MESSAGE(has(fashion.out, part), part);
}

TEST_CASE("a run says how the rate falls after its rise, and that 40 steps back are all of 28 rows") {
    const Folder folder;
    const Outcome o = run(mnist(folder.path, "--hidden 4 --epochs 2 --truncate 40" + data));
    CHECK(has(o.out, "(rises over 1 epoch, then falls to 1 %), clip 1"));
    CHECK(has(o.out, "gradients through all rows"));
}

TEST_CASE("a training of other settings is not written over, the same one may run again") {
    const Folder folder;
    const Path checkpoint = folder / "checkpoint.safetensors", model = folder / "model.safetensors";
    REQUIRE(run(mnist(folder.path, small)).code == 0);
    const Bytes trained = contents(model);
    const std::string other = mnist(folder.path, "--seed 2" + small);
    refused(other, 1,
            {checkpoint.string() + ": expected a folder without another training; found seed 1, not 2; ",
             "try another folder: --out"});
    std::ofstream(checkpoint) << "no model";
    refused(mnist(folder.path, small), 1,
            {checkpoint.string(), "that is not read as a model; try another folder: --out"});
    std::filesystem::remove(checkpoint);
    refused(other, 1, {model.string() + ": expected a folder without another training"});
    CHECK(contents(model) == trained);
    CHECK(run(mnist(folder.path, small)).code == 0);
    CHECK(contents(model) == trained);
}

TEST_CASE("the same seed gives the same bits on any number of threads, another seed others") {
    const Folder folder;
    REQUIRE(run(mnist(folder / "one", "--batch 64 --threads 1 --hidden 8 --epochs 2" + data)).code == 0);
    REQUIRE(run(mnist(folder / "two", "--batch 64 --threads 2 --hidden 8 --epochs 2" + data)).code == 0);
    REQUIRE(run(mnist(folder / "other", "--batch 64 --seed 2 --hidden 8 --epochs 2" + data)).code == 0);
    CHECK(contents(folder / "one/model.safetensors") == contents(folder / "two/model.safetensors"));
    CHECK(without_seconds(text(folder / "one/log.csv")) == without_seconds(text(folder / "two/log.csv")));
    CHECK(contents(folder / "one/model.safetensors") != contents(folder / "other/model.safetensors"));
    CHECK(result_in(folder / "one")["correct"] == result_in(folder / "two")["correct"]);
}

TEST_CASE("a training that is stopped again and again ends with the bits of one that is not") {
    const Folder folder;
    const std::string flags = "--hidden 8 --batch 16 --epochs 8 --seed 3" + data;
    REQUIRE(run(mnist(folder / "whole", flags)).code == 0);
    const Path out = folder / "parts";
    CHECK(stops::train(XTAPE_MNIST, out, flags, data_dir) > 0);
    CHECK(contents(out / "model.safetensors") == contents(folder / "whole/model.safetensors"));
    CHECK(without_seconds(text(out / "log.csv")) == without_seconds(text(folder / "whole/log.csv")));
    for (const char* csv : {"loss", "accuracy", "hidden", "gradient", "mistakes", "confusion"}) {
        const Path file = Path("report") / (std::string(csv) + ".csv");
        CHECK_MESSAGE(contents(out / file) == contents(folder / "whole" / file), csv);
    }
    CHECK(result_in(out)["correct"] == result_in(folder / "whole")["correct"]);
}

TEST_CASE("the command that a stopped training prints goes on with it") {
    const Folder folder;
    const Path out = folder / "with space";
    const std::string command =
        XTAPE_MNIST " --out '" + out.string() + "' --hidden 8 --batch 16 --epochs 100000 --threads 1" + data;
    const Outcome o = run("timeout --signal=INT 3 " + command + "; test $? = 124");
    INFO(o.out, o.err);
    REQUIRE(o.code == 0);
    REQUIRE(has(o.err, "Stopped, and saved " + out.string() + "/checkpoint.safetensors. To go on:\n"));
    const std::string printed = o.err.substr(o.err.find("\n  ") + 3);
    CHECK(has(printed, " --threads 1"));
    const Outcome again = run("timeout --signal=INT 3 " + printed);
    CHECK(has(again.out, "resumes   " + out.string()));
    CHECK(has(again.err, "Stopped, and saved"));
}

TEST_CASE("on a terminal a line moves") {
    const Folder folder;
    const std::string command = mnist(folder / "out", "--hidden 8 --epochs 3" + data);
    const Outcome o = run("TERM=xterm script -qec '" + command + "' /dev/null");
    CHECK(o.code == 0);
    CHECK(has(o.out, "\repoch 1/3 "));
    CHECK(has(o.out, " left\x1b[K"));
    CHECK_FALSE(has(run(command).out, "\r"));
    // Each step is an epoch's last, so what would be drawn is one that there is not.
    const std::string steps = mnist(folder / "steps", "--hidden 8 --epochs 3 --batch 800" + data);
    const Outcome whole = run("TERM=xterm script -qec '" + steps + "' /dev/null");
    CHECK(has(whole.out, "epoch 3/3"));
    CHECK_FALSE(has(whole.out, "step 0/1"));
}
