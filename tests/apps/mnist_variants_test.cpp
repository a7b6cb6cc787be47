// SPDX-License-Identifier: BSD-3-Clause
// The program with other networks, optimisers and data: what each flag does to the numbers, by hand.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/data/datasets.hpp"
#include "apps/text.hpp"
#include "mnist_by_hand.hpp"
#include "stops.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using by_hand::Vector;
using nlohmann::json;

namespace {

const std::string data_dir = XTAPE_TEST_DATA "/mnist-subset";
const std::string small = " --hidden 6 --quiet --data-dir " + data_dir;

// In place of what was there
void train(const Path& out, const std::string& flags) {
    std::filesystem::remove_all(out);
    const Outcome o = run(XTAPE_MNIST " --out " + out.string() + small + " " + flags);
    INFO(flags, ": ", o.err);
    REQUIRE(o.code == 0);
}

json settings_in(const Path& out) { return json::parse(text(out / "result.json"))["settings"]; }

std::map<std::string, Vector> tensors_in(const Path& out) {
    const auto file = xtape::nn::io::read_safetensors(out / "model.safetensors");
    std::map<std::string, Vector> all;
    for (const auto& [name, tensor] : file.tensors) {
        const auto values = file.get<float>(name, tensor.shape);
        all[name] = Vector(values.begin(), values.end());
    }
    return all;
}

// What one step through all training images, of gradient descent with rate 1, takes from each parameter.
std::map<std::string, Vector> taken(const Path& from, const Path& to) {
    std::map<std::string, Vector> difference = tensors_in(from);
    for (const auto& [name, after] : tensors_in(to))
        std::transform(after.begin(), after.end(), difference[name].begin(), difference[name].begin(),
                       [](double a, double b) { return b - a; });
    return difference;
}

double norm(const Vector& v) { return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.)); }

double off(const Vector& a, const Vector& b, double scale) {
    REQUIRE(a.size() == b.size());
    Vector difference(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - scale * b[i];
    return norm(difference) / (scale * norm(b));
}

const std::string one_step = "--epochs 1 --batch 800 --shift 0 --optimizer sgd --seed 3 ";

}  // namespace

TEST_CASE("a step of sgd takes the gradient derived by hand, through as many rows as asked for, with a skip or not") {
    const Folder folder;
    const auto train_set = xtape::apps::load_mnist(data_dir).train;
    for (const std::string skip : {"", "--skip-input "}) {
        train(folder / "start", one_step + skip + "--lr 1e-30");
        const by_hand::Network network(folder / "start/model.safetensors", 6);
        for (const std::size_t depth : {28u, 9u, 1u}) {
            INFO(skip, "depth ", depth);
            train(folder / "moved", one_step + skip + "--lr 1 --truncate " + std::to_string(depth));
            auto gradient = network.gradient(train_set, depth);
            const auto step = taken(folder / "start", folder / "moved");
            CHECK(step.size() == (skip.empty() ? 5 : 6));
            double squares = 0;
            for (const auto& [name, one] : step) squares += std::pow(norm(gradient[name]), 2);
            const double length = std::sqrt(squares), clip = std::min(1., 1 / length);
            CHECK(Table(text(folder / "moved/log.csv"))["gradient_norm"][0] == doctest::Approx(length).epsilon(1e-3));
            for (const auto& one : step) CHECK_MESSAGE(off(one.second, gradient[one.first], clip) < 1e-4, one.first);
            if (depth < 28) CHECK(off(step.at("cell.wx"), network.gradient(train_set, 28)["cell.wx"], clip) > 1e-2);
        }
    }
}

TEST_CASE("to truncate at all rows, or at more, is not to truncate: the same bits") {
    const Folder folder;
    const std::string flags = "--epochs 2 --batch 50 --threads 2 --truncate ";
    for (const char* depth : {"0", "28", "1000", "27"}) train(folder / depth, flags + depth);
    const auto whole = tensors_in(folder / "0");
    CHECK(tensors_in(folder / "28") == whole);
    CHECK(tensors_in(folder / "1000") == whole);
    CHECK(tensors_in(folder / "27") != whole);
    CHECK(settings_in(folder / "28")["truncate"] == 28);
}

TEST_CASE("each optimiser makes another model, and its settings are recorded") {
    const Folder folder;
    const std::string flags = "--epochs 2 --batch 50 ";
    train(folder / "adamw", flags);
    train(folder / "plain", flags + "--decay 0");
    train(folder / "adam", flags + "--optimizer adam");
    train(folder / "sgd", flags + "--optimizer sgd");
    train(folder / "slow", flags + "--optimizer sgd --lr 0.002");
    CHECK(tensors_in(folder / "adam") == tensors_in(folder / "plain"));
    std::set<std::map<std::string, Vector>> different;
    for (const char* run : {"adamw", "adam", "sgd", "slow"}) different.insert(tensors_in(folder / run));
    CHECK(different.size() == 4);
    for (const auto& [name, lr, decay] : {std::tuple{"adamw", 0.002, 0.1}, {"adam", 0.002, 0.0}, {"sgd", 0.03, 0.0}}) {
        const json settings = settings_in(folder / name);
        CHECK(settings["optimizer"] == name);
        CHECK(settings["lr"] == lr);
        CHECK(settings["decay"] == decay);
    }
    CHECK(settings_in(folder / "slow")["lr"] == 0.002);
}

TEST_CASE("each way to begin makes another model, and is recorded") {
    const Folder folder;
    std::map<std::string, std::map<std::string, Vector>> first;
    for (const std::string init : {"orthogonal", "identity", "glorot", "normal", "uniform"}) {
        train(folder / init, "--epochs 1 --batch 800 --lr 1e-30 --init " + init);
        CHECK(settings_in(folder / init)["init"] == init);
        first[init] = tensors_in(folder / init);
        for (const auto& [other, tensors] : first)
            if (other != init) CHECK(tensors.at("cell.wh") != first[init]["cell.wh"]);
    }
    const Vector& eye = first["identity"]["cell.wh"];
    for (std::size_t i = 0; i < 36; ++i) CHECK(std::abs(eye[i] - (i % 7 == 0)) < 1e-20);
    CHECK(first["identity"]["cell.wx"] == first["orthogonal"]["cell.wx"]);
    for (const auto& [init, tensors] : first) CHECK((norm(tensors.at("cell.b")) > 1e-20) == (init == "uniform"));
    const auto largest = [&](const std::string& init, const char* name) {
        double most = 0;
        for (const double x : first[init][name]) most = std::max(most, std::abs(x));
        return most;
    };
    for (const char* name : {"cell.wx", "cell.wh", "cell.b"}) CHECK(largest("uniform", name) <= 1 / std::sqrt(6));
    CHECK(largest("glorot", "cell.wx") <= std::sqrt(6. / 34));
    CHECK(largest("glorot", "cell.wx") > std::sqrt(6. / 34) * 0.9);
}

TEST_CASE("what a network with a skip answers, and how far back its loss reaches, is what it is by hand") {
    const Folder folder;
    train(folder / "run", "--epochs 2 --batch 16 --lr 0.01 --skip-input --truncate 7 --dataset fashion");
    const by_hand::Network network(folder / "run/model.safetensors", 6);
    const auto tested = xtape::apps::load_mnist(data_dir).test;
    std::size_t right = 0;
    for (std::size_t i = 0; i < 200; ++i) right += network.read(tested, i).answer() == tested.labels[i];
    CHECK(json::parse(text(folder / "run/result.json"))["correct"] == right);
    const auto after = network.gradient_lengths(tested);
    const Table gradient(text(folder / "run/report/gradient.csv"));
    REQUIRE(gradient.rows() == 28);
    for (std::size_t t = 0; t < 28; ++t) CHECK(gradient["after"][t] == doctest::Approx(after[t + 1]).epsilon(1e-4));
}

TEST_CASE("an article of 28 x 28 pixels is shown to its network as it is") {
    const Folder folder;
    train(folder / "run", "--epochs 1 --dataset fashion");
    const by_hand::Network network(folder / "run/model.safetensors", 6);
    auto tested = xtape::apps::load_mnist(data_dir).test;
    tested.images.pixels.assign(tested.images.pixels.size(), 0);
    for (std::size_t i = 0; i < 8; ++i) tested.images.pixels[i * 28 + i % 3] = 200;  // in a corner
    write(folder / "images", xtape::apps::idx_header({1, 28, 28}) +
                                 Bytes(tested.images.pixels.begin(), tested.images.pixels.begin() + 784));
    const Outcome o = run(XTAPE_MNIST " predict --quiet --model " + (folder / "run/model.safetensors").string() + " " +
                          (folder / "images").string());
    const by_hand::Reading expected = network.read(tested, 0);
    CHECK(o.out == xtape::apps::formatted("%s: %s, %.1f %%\n", (folder / "images").c_str(),
                                          xtape::apps::dataset("fashion").classes[expected.answer()].c_str(),
                                          100 * expected.p[expected.answer()]));
}

TEST_CASE("with each flag, a training that is stopped ends with the bits of one that is not") {
    const Folder folder;
    int number = 0, stopped = 0;
    for (const std::string flag :
         {"--dataset fashion", "--truncate 5", "--skip-input", "--optimizer adam", "--optimizer sgd --init uniform",
          "--init identity", "--init normal --truncate 28"}) {
        INFO(flag);
        const std::string flags = "--hidden 6 --batch 16 --epochs 8 " + flag;
        const Path whole = folder / ("whole" + std::to_string(++number)),
                   parts = folder / ("parts" + std::to_string(number));
        train(whole, flags);
        stopped += stops::train(XTAPE_MNIST, parts, flags, data_dir);
        CHECK(contents(parts / "model.safetensors") == contents(whole / "model.safetensors"));
        CHECK(settings_in(parts) == settings_in(whole));
    }
    CHECK(stopped > 0);
}
