// SPDX-License-Identifier: BSD-3-Clause
// What predict and eval refuse: one line that names the file, what was expected and what was found.
#include <cstring>
#include <limits>

#include "picture_files.hpp"
#include "program.hpp"
#include "xtape/nn/io/safetensors.hpp"

using namespace idx_files;
using namespace picture_files;
using namespace program;
using xtape::nn::io::read_safetensors;
using xtape::nn::io::Safetensors;

namespace {

const Path saved = XTAPE_TEST_DATA "/mnist-model-0.1.0.safetensors";
const Path data_dir = XTAPE_TEST_DATA "/mnist-subset";
const Path images = data_dir / "t10k-images-idx3-ubyte.gz";

std::string predict(const Path& model, const Path& image) {
    return XTAPE_MNIST " predict --model " + model.string() + " " + image.string();
}
std::string eval(const Path& model) {
    return XTAPE_MNIST " eval --data-dir " + data_dir.string() + " --model " + model.string();
}

void model_refused(const Path& file, const std::vector<std::string>& parts) {
    for (const std::string& command : {predict(file, images), eval(file)}) {
        refused(command, 1, parts);
        refused(command, 1, {file.string()});
    }
}

// The model after a change
struct Changed {
    Folder folder;
    Path path = folder / "model.safetensors";
    template <class Change> explicit Changed(Change change) {
        Safetensors file = read_safetensors(saved);
        change(file);
        xtape::nn::io::write_safetensors(path, file);
    }
};

void set_first(Safetensors& file, const char* name, float value) {
    std::memcpy(file.tensors.at(name).bytes.data(), &value, sizeof value);
}

}  // namespace

TEST_CASE("a model of another shape is refused, whichever of its parts it is") {
    const Changed narrower([](auto& file) { file.metadata["hidden"] = "32"; });
    model_refused(narrower.path, {"'cell.wx'", "must have the shape (28, 32); got (28, 64)"});
    const Changed huge([](auto& file) { file.metadata["hidden"] = "16384"; });
    model_refused(huge.path, {"expected tensors of a network of hidden 16384 and layers 1, 1073741824 bytes"});
    const Changed other_images([](auto& file) { file.tensors["cell.wx"].shape = {14, 128}; });
    model_refused(other_images.path, {"'cell.wx'", "must have the shape (28, 64); got (14, 128)"});
    const Changed two_digits([](auto& file) {
        file.tensors["readout.c"] = xtape::nn::io::tensor<float>({2}, std::array{0.f, 1.f});
    });
    model_refused(two_digits.path, {"'readout.c'", "must have the shape (10,); got (2,)"});
    const Changed incomplete([](auto& file) { file.tensors.erase("readout.v"); });
    model_refused(incomplete.path, {"must hold the tensor 'readout.v' of shape (64, 10); got 'cell.b' (64,)"});
}

TEST_CASE("a model of another program, or with settings that cannot be, is refused") {
    model_refused(XTAPE_TEST_DATA "/from_python.safetensors", {"expected a model of this program; found no 'batch'"});
    const Folder folder;
    model_refused(write(folder / "text", Bytes(20, 'x')), {"must begin with its header's length"});
    const std::string wanted = "expected a model that a training saved, such as mnist-run/model.safetensors; found ";
    model_refused(images, {wanted + "images (IDX)"});
    model_refused(write(folder / "image", {137, 'P', 'N', 'G', 13, 10, 26, 10}), {wanted + "images (PNG)"});
    model_refused(folder / "none", {"No such file"});
    const Changed zero([](auto& file) { file.metadata["hidden"] = "0"; });
    model_refused(zero.path, {"expected hidden from 1 to 16384; found '0'"});
    const Changed too_many([](auto& file) { file.metadata["hidden"] = "16385"; });
    model_refused(too_many.path, {"expected hidden from 1 to 16384; found '16385'"});
    const Changed word([](auto& file) { file.metadata["hidden"] = "many"; });
    model_refused(word.path, {"expected hidden from 1 to 16384; found 'many'"});
}

TEST_CASE("a model with numbers that are none is refused, and so is one whose answers become none") {
    for (const char* name : {"cell.wx", "cell.wh", "cell.b", "readout.v", "readout.c"}) {
        const Changed nan([&](auto& file) { set_first(file, name, std::numeric_limits<float>::quiet_NaN()); });
        model_refused(nan.path, {std::string("expected finite numbers; found others in tensor ") + name});
    }
    const Changed overflows([](auto& file) {
        file.tensors["readout.c"] =
            xtape::nn::io::tensor<float>({10}, std::array{3e38f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f, -3e38f});
        file.tensors["readout.v"] = xtape::nn::io::tensor<float>({64, 10}, std::vector<float>(640, 3e38f));
    });
    model_refused(overflows.path, {"expected a network whose answers are probabilities; found other numbers"});
}

TEST_CASE("a model cut anywhere is refused") {
    const Folder folder;
    const Bytes whole = contents(saved);
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() / 2, whole.size() - 1})
        model_refused(write(folder / "cut", Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(length))), {});
}

TEST_CASE("an image that is none is refused, by name, before anything is printed") {
    const Folder folder;
    const Path file = folder / "image.png";
    const auto check = [&](const Bytes& bytes, const std::string& part) {
        write(file, bytes);
        const std::string command =
            XTAPE_MNIST " predict --model " + saved.string() + " " + images.string() + " image.png";
        refused("cd " + folder.path.string() + " && " + command, 1, {file.string() + ": expected ", part});
        CHECK(run("cd " + folder.path.string() + " && " + command).out == "");
    };
    const Bytes good = grey_png(28, 28, Bytes(784, 9));
    check(bytes_of("GIF89a"), "found a file that begins with 47 49 46 38");
    check({}, "found an empty file");
    check(png({0, 28}, {0}), "found 0 x 28 in the header");
    check(png({10000, 10000}, {0}), "found 10000 x 10000 in the header");
    check(bytes_of("P5 10000 10000 255\n"), "found 10000 x 10000 in the header");
    check(bytes_of("P2 0 0 255\n"), "found 0 x 0 in the header");
    check(Bytes(good.begin(), good.end() - 20), "expected a whole PNG; found ");
    check(bytes_of("P5 28 28 255\n12345"), "expected a pixel; found the end of the file");
    check(good, "expected a digit; found a blank image");
    check(contents(data_dir / "t10k-labels-idx1-ubyte.gz"), "found labels, magic 0x00000801");
    refused(predict(saved, folder / "none"), 1, {(folder / "none").string() + ": expected a readable file"});
    refused(predict(saved, folder.path), 1, {folder.path.string() + ": expected a regular file; found a folder"});
}

TEST_CASE("eval names data that are not there") {
    const Folder folder;
    refused(XTAPE_MNIST " eval --model " + saved.string() + " --data-dir " + folder.path.string(), 1,
            {folder.path.string() + "/t10k-images", "found none"});
    refused("HOME=" + folder.path.string() + " XDG_CACHE_HOME= " XTAPE_MNIST " eval --model " + saved.string(), 1,
            {folder.path.string() + "/.cache/xtape/mnist: expected", "run apps/mnist.sh"});
}

TEST_CASE("wrong flags of commands end with code 2") {
    const std::string program = XTAPE_MNIST, with = " --model " + saved.string() + " ";
    refused(program + " predict" + with, 2, {"IMAGE... is required"});
    refused(program + " predict " + images.string(), 2, {"--model is required"});
    refused(program + " eval", 2, {"--model is required"});
    refused(program + " eval" + with + "x", 2, {"unexpected argument x"});
    refused(program + " predict --modell x", 2, {"unknown flag --modell; did you mean --model?"});
    refused(program + " eval --data-dri x", 2, {"unknown flag --data-dri; did you mean --data-dir?"});
    for (const char* more : {"--epochs 3 x", "x --epochs 3", "x y --epochs=3 -- z"})
        refused(program + " predict" + with + more, 2, {"unknown flag --epochs"});
    for (const std::string empty : {"''", "x ''"})
        refused(program + " predict" + with + empty, 2, {"IMAGE...: expected the name of a file or a folder"});
    for (const char* command : {" predict x", " eval"})
        refused(program + command + " --model ''", 2, {"--model: expected the name of a file or a folder; found ''"});
    refused(program + " eval --data-dir ''" + with, 2, {"--data-dir: expected the name of a file or a folder"});
    refused(program + " --epochs 3 predict" + with + "x", 2, {"predict excludes --epochs"});
    refused(program + " --data-dir x eval" + with, 2, {"eval excludes --data-dir"});
    for (const char* command : {" predict", " eval"})
        CHECK(has(run(program + command + " --help").out, "--model FILE"));
    CHECK(has(run(program + " --help").out, "Classify what image files show"));
    CHECK(run(program + " predict" + with + images.string() + " >/dev/full").code == 1);
}
