// SPDX-License-Identifier: BSD-3-Clause
// A saved network is tested as at the end of its training. One was saved by an older version of the program.
#include "apps/text.hpp"
#include "mnist_by_hand.hpp"
#include "program.hpp"

using namespace idx_files;
using namespace program;
using xtape::apps::formatted;
using xtape::apps::quoted;

namespace {

const Path model = XTAPE_TEST_DATA "/mnist-model-0.1.0.safetensors";
const Path data_dir = XTAPE_TEST_DATA "/mnist-subset";
const std::string data = " --data-dir " + data_dir.string();

std::string evaluated(const Path& file) {
    const Outcome o = run(XTAPE_MNIST " eval --model " + file.string() + data);
    CHECK(o.code == 0);
    CHECK(o.err == "");
    return o.out;
}

// From the confusion matrix to the accuracy
std::string result(const std::string& out) {
    const std::size_t begin = out.find("Digits (rows)"), end = out.find("%)\n");
    REQUIRE(begin < end);
    return out.substr(begin, end - begin);
}

std::string counted_by_hand() {
    const by_hand::Network network(model, 64);
    const xtape::apps::Digits tested = xtape::apps::load_mnist(data_dir).test;
    std::size_t counts[10][10]{};
    for (std::size_t i = 0; i < tested.images.count; ++i) ++counts[tested.labels[i]][network.read(tested, i).answer()];
    std::string table;
    for (int digit = 0; digit < 10; ++digit) {
        table += formatted("%6d", digit);
        std::size_t all = 0;
        for (const std::size_t n : counts[digit]) all += n, table += n ? formatted("%6zu", n) : "     .";
        table += formatted("%6.1f %%\n", 100 * double(counts[digit][digit]) / double(all));
    }
    return table;
}

}  // namespace

TEST_CASE("a model of an older version is tested, and the confusion matrix is the one counted by hand") {
    const std::string out = evaluated(model);
    CHECK(out.starts_with("model     " + model.string() + ": 64 tanh units\n"));
    CHECK(has(out, "data      " + data_dir.string() + ": 200 images to test on\n"));
    CHECK(has(out, counted_by_hand()));
    // 196 of 200, and by Wilson's formula (196 + z^2 / 2 +- z sqrt(196 * 4 / 200 + z^2 / 4)) / (200 + z^2)
    CHECK(out.ends_with("98.00 % of the 200 test images are right (196; 95 % interval 94.97 to 99.22 %)\n"));
}

TEST_CASE("a quiet test says how many are right, on one line") {
    const Outcome o = run(XTAPE_MNIST " eval --quiet --model " + model.string() + data);
    CHECK(o.code == 0);
    CHECK(o.err == "");
    CHECK(o.out == "98.00 % of the 200 test images are right (196; 95 % interval 94.97 to 99.22 %)\n");
}

TEST_CASE("the test needs no images to train on, and no name drives the terminal") {
    const Folder folder;
    const Path test = folder / "the test\n\x1b[2J";
    std::filesystem::create_directory(test);
    for (const char* name : {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"})
        std::filesystem::copy_file(data_dir / name, test / name);
    const Outcome o = run(XTAPE_MNIST " eval --model " + model.string() + " --data-dir " + quoted(test));
    CHECK(o.code == 0);
    CHECK(has(o.out, "data      " + folder.path.string() + "/the test\\x0a\\x1b[2J: 200 images to test on\n"));
    CHECK(result(o.out) == result(evaluated(model)));
}

TEST_CASE("saved models are the files that their page describes") {
    const std::string sums = "grep -E '^[0-9a-f]{64}  ' README.md";
    const Outcome o = run("cd " XTAPE_TEST_DATA " && " + sums + " | sha256sum --check --strict");
    CHECK_MESSAGE(o.code == 0, o.out);
    CHECK(o.out == "fashion-model-0.1.0.safetensors: OK\nmnist-model-0.1.0.safetensors: OK\n");
}

TEST_CASE("a model that was saved before images were moved is tested") {
    const Folder folder;
    auto file = xtape::nn::io::read_safetensors(model);
    REQUIRE(file.metadata.erase("shift") == 1);
    xtape::nn::io::write_safetensors(folder / "older", file);
    CHECK(result(evaluated(folder / "older")) == result(evaluated(model)));
}

TEST_CASE("what was said at the end of a training is said again, of model and checkpoint, of any size") {
    for (const int hidden : {1, 20}) {
        const Folder folder;
        const Outcome trained = run(XTAPE_MNIST " --quiet --epochs 1 --batch 16 --hidden " + std::to_string(hidden) +
                                    data + " --out " + folder.path.string());
        REQUIRE(trained.code == 0);
        CHECK(result(evaluated(folder / "model.safetensors")) == result(trained.out));
        CHECK(result(evaluated(folder / "checkpoint.safetensors")) == result(trained.out));
    }
}
