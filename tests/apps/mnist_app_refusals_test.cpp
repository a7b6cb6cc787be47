// SPDX-License-Identifier: BSD-3-Clause
// What the program refuses: one line that names the file, what was expected and what was found.
#include <algorithm>
#include <map>

#include "apps/text.hpp"
#include "checkpoint_files.hpp"
#include "program.hpp"

using namespace idx_files;
using namespace program;

namespace {

const std::string data_dir = XTAPE_TEST_DATA "/mnist-subset";
const std::string data = " --data-dir " + data_dir;
const std::string small = " --hidden 8 --batch 16 --epochs 2 --quiet" + data;
const std::string good[] = {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
                            "t10k-labels-idx1-ubyte.gz"};

std::string mnist(const Path& out, const std::string& flags) {
    return XTAPE_MNIST " --out " + out.string() + " " + flags;
}

// A copy of the small set in which one file is another one.
Path damaged_set(const Folder& folder, const std::string& name, const Bytes& bytes) {
    const Path set = folder / "set";
    std::filesystem::remove_all(set);
    std::filesystem::create_directories(set);
    for (const std::string& file : good) write(set / file, contents(Path(data_dir) / file));
    write(set / name, bytes);
    return set;
}

struct Trained {  // a folder with a good run in it
    Folder folder;
    Path out = folder / "run", checkpoint = out / "checkpoint.safetensors", model = out / "model.safetensors";
    Trained() { REQUIRE(run(mnist(out, small)).code == 0); }
};

}  // namespace

TEST_CASE("bad data are refused before anything is written") {
    const Folder folder;
    const Path out = folder / "out";
    const auto check = [&](const std::string& name, const Bytes& bytes, const std::string& found) {
        const Path set = damaged_set(folder, name, bytes);
        refused(mnist(out, "--data-dir " + set.string()), 1, {(set / name).string() + ": expected ", found});
        CHECK_FALSE(std::filesystem::exists(out));
    };
    const Bytes images = contents(Path(data_dir) / good[0]), labels = contents(Path(data_dir) / good[1]);
    check(good[0], Bytes(images.begin(), images.end() - 100), "unexpected end of file");
    check(good[0], labels, "found labels, magic 0x00000801");
    check(good[1], images, "found images, magic 0x00000803");
    check(good[1], contents(Path(data_dir) / good[3]), "expected 800 labels");
    check(good[2], {}, "expected a header of 16 bytes; found 0");
    refused(mnist(out, "--data-dir " + folder.path.string()), 1,
            {folder.path.string() + "/train-images", "found none"});
    const Path fashion = "/usr/share/datasets/fashion-mnist";
    if (!std::filesystem::exists(fashion))
        refused(mnist(out, "--dataset fashion"), 1,
                {fashion.string() + ": expected Fashion-MNIST's four files", "run apps/mnist.sh --dataset fashion"});
    refused(mnist(out, "--validate" + small), 1, {data_dir + ": expected more than 5000 training images", "found 800"});
}

TEST_CASE("data that are not in the cache are missed there") {
    const Folder folder;
    const Path out = folder / "out";
    refused("HOME=" + folder.path.string() + " XDG_CACHE_HOME= " + mnist(out, ""), 1,
            {folder.path.string() + "/.cache/xtape/mnist: expected", "run apps/mnist.sh"});
    refused("HOME=/nowhere XDG_CACHE_HOME=" + folder.path.string() + "/cache " + mnist(out, ""), 1,
            {folder.path.string() + "/cache/xtape/mnist: expected", "run apps/mnist.sh"});
    std::filesystem::create_symlink("loop", folder / "loop");
    refused("XDG_CACHE_HOME=" + folder.path.string() + "/loop " + mnist(out, ""), 1,
            {folder.path.string() + "/loop/xtape/mnist: expected a folder that may be read; found Too many levels"});
}

TEST_CASE("data are found in the cache") {
    const Folder folder;
    std::filesystem::create_directories(folder / "xtape");
    std::filesystem::create_directory_symlink(data_dir, folder / "xtape/mnist");
    const Outcome o =
        run("XDG_CACHE_HOME=" + folder.path.string() + " " + mnist(folder / "out", "--hidden 4 --epochs 1"));
    CHECK(o.code == 0);
    CHECK(has(o.out, "data      " + folder.path.string() + "/xtape/mnist: 800 images to train on"));
}

TEST_CASE("a folder that cannot be written to is refused before training") {
    const Folder folder;
    write(folder / "file", {1});
    refused(mnist(folder / "file", small), 1, {folder.path.string() + "/file: expected a folder"});
    refused(mnist(folder / "file/run", small), 1, {folder.path.string() + "/file/run: expected a folder"});
    refused(mnist("/proc/xtape", small), 1, {"/proc/xtape: expected a folder"});
    refused(mnist("/proc/self", small), 1, {"/proc/self/write-test"});
}

TEST_CASE("a full disk, at any of the four files, is noticed and leaves the others as they were") {
    for (const char* full : {"model.safetensors", "checkpoint.safetensors", "log.csv", "result.json"}) {
        const Trained t;
        const Path file = t.out / full;
        std::filesystem::remove(file);
        std::filesystem::create_symlink("/dev/full", file);
        std::vector<Bytes> before;
        for (const auto& entry : std::filesystem::directory_iterator(t.out))
            if (entry.is_regular_file()) before.push_back(contents(entry.path()));
        refused(mnist(t.out, "--seed 2" + small), 1, {file.string(), "No space left on device"});
        std::vector<Bytes> after;
        for (const auto& entry : std::filesystem::directory_iterator(t.out))
            if (entry.is_regular_file()) after.push_back(contents(entry.path()));
        CHECK(before == after);
    }
    const Folder folder;
    refused(mnist(folder / "run", small) + " >/dev/full", 1, {"standard output", "No space left"});
}

TEST_CASE("a checkpoint that does not fit is refused, and stays") {
    const Trained t;
    const Bytes checkpoint = contents(t.checkpoint);
    const std::string resume = " --resume " + t.checkpoint.string() + data;
    const auto name = t.checkpoint.string();
    refused(mnist(t.out, "--hidden 9" + resume), 1, {name + ": expected hidden 9", "found 8"});
    for (const auto& [flag, found] : std::map<std::string, std::string>{{"lr 0.001", "0.002"},
                                                                        {"decay 0", "0.1"},
                                                                        {"shift 2", "1"},
                                                                        {"dataset fashion", "\"digits\""},
                                                                        {"init uniform", "\"orthogonal\""},
                                                                        {"optimizer sgd", "\"adamw\""},
                                                                        {"truncate 3", "0"},
                                                                        {"skip-input", "false"}}) {
        std::string setting = flag.substr(0, flag.find(' '));
        std::replace(setting.begin(), setting.end(), '-', '_');
        refused(mnist(t.out, "--" + flag + resume), 1, {name + ": expected " + setting + " ", "found " + found});
    }
    refused(mnist(t.out, "--validate" + resume), 1, {name + ": expected held_out 5000", "found 0"});
    const Path other = damaged_set(t.folder, "t10k-labels-idx1-ubyte", xtape::apps::idx_header({200}) + Bytes(200, 3));
    refused(mnist(t.out, "--resume " + name + " --data-dir " + other.string()), 1,
            {name + ": expected a checkpoint of the same data, t10k-labels-idx1-ubyte"});
    CHECK(run(mnist(t.out, "--hidden 8 --epochs 2" + resume)).code == 0);
    CHECK(contents(t.checkpoint) == checkpoint);
}

TEST_CASE("a name, or what stands in a checkpoint, cannot drive the terminal, nor fill it") {
    const Trained t;
    const std::string escape = "\x1b[2J", much(100'000, 'x');
    const auto check = [&](const char* note, const std::string& text, const std::string& found) {
        const Path file = t.folder / ("checkpoint\n" + escape);
        write(file, contents(t.checkpoint));
        auto saved = xtape::nn::io::read_safetensors(file);
        saved.metadata[note] = text;
        if (std::string(note) != "crc32") saved.metadata["crc32"] = checkpoint_files::crc32_of(saved);
        xtape::nn::io::write_safetensors(file, saved);
        const std::string command = mnist(t.out, "--resume " + xtape::apps::quoted(file) + data);
        refused(command, 1, {(t.folder / "checkpoint").string() + "\\x0a\\x1b[2J: expected ", found});
        CHECK_FALSE(has(run(command).err, "\x1b"));
        CHECK(run(command).err.size() < 400);
    };
    for (const char* note : {"crc32", "t10k-labels-idx1-ubyte"}) {
        check(note, escape, "'\\x1b[2J'");
        check(note, much, "'" + std::string(60, 'x') + "...'");
    }
    for (const char* note : {"hidden", "epoch", "dataset", "skip_input"}) check(note, "\"\x7f" + much, "xxx...'");
}

TEST_CASE("a damaged checkpoint is refused") {
    const Trained t;
    const Bytes whole = contents(t.checkpoint);
    const Path file = t.folder / "damaged";
    const auto check = [&](const Bytes& bytes, const std::string& part) {
        write(file, bytes);
        refused(mnist(t.out, "--resume " + file.string() + data), 1, {file.string(), part});
    };
    check({}, "0 bytes");
    check(Bytes(whole.begin(), whole.end() - 1), "");
    for (std::size_t at : {std::size_t{3}, std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
        Bytes flipped = whole;
        flipped[at] ^= 1;
        check(flipped, "");
    }
    check(contents(t.model), "expected a checkpoint of this program; found no 'crc32'");
    refused(mnist(t.out, "--resume " + t.out.string() + "/none" + data), 1, {t.out.string() + "/none", "No such file"});
}

TEST_CASE("a gradient that is not finite stops the training and keeps what was saved before") {
    const Trained t;
    for (const Path& file : {t.checkpoint, t.model})  // of a training with the same settings
        checkpoint_files::change(file, [](auto& saved) { saved.metadata.at("lr") = "1e30"; });
    const Bytes checkpoint = contents(t.checkpoint), model = contents(t.model);
    refused(mnist(t.out, "--lr 1e30" + small), 1, {"gradients must be finite; that of ", "try a lower rate"});
    CHECK(contents(t.checkpoint) == checkpoint);
    CHECK(contents(t.model) == model);
}
