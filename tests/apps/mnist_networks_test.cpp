// SPDX-License-Identifier: BSD-3-Clause
// The program with every cell and scan: what the networks answer, by hand, how they are saved, and their pictures.
#include "mnist_by_hand.hpp"
#include "network_runs.hpp"
#include "networks_by_hand.hpp"

using namespace idx_files;
using namespace network_runs;
using namespace program;
using networks_by_hand::Kind;
using nlohmann::json;

namespace {

std::vector<std::string> tensors_in(const Path& out) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : xtape::nn::io::read_safetensors(out / "model.safetensors").tensors)
        names.push_back(name);
    return names;
}

std::string flags_of(const Kind& kind) {
    return "--cell " + kind.cell + " --scan " + kind.scan + " --hidden " + std::to_string(kind.hidden) + " --layers " +
           std::to_string(kind.layers) + (kind.bidirectional ? " --bidirectional" : "");
}

std::vector<double> counted_by_hand(const Path& out, const Kind& kind) {
    const networks_by_hand::Network network(out / "model.safetensors", kind);
    const auto tested = xtape::apps::load_mnist(data_dir).test;
    std::vector<double> counts(100);
    for (std::size_t i = 0; i < tested.images.count; ++i)
        ++counts[10u * tested.labels[i] + network.answer(tested.images.pixels.data() + 784 * i)];
    return counts;
}

void check_trained(const Path& out, const Kind& kind) {
    const Table confusion(text(out / "report/confusion.csv"));
    const auto by_hand = counted_by_hand(out, kind);
    CHECK(confusion["count"] == by_hand);
    CHECK(std::count_if(by_hand.begin(), by_hand.end(), [](double n) { return n > 0; }) > 10);
    const json s = settings_in(out);
    CHECK(json({s["cell"], s["scan"], s["layers"], s["bidirectional"]}) ==
          json({kind.cell, kind.scan, kind.layers, kind.bidirectional}));
    const std::size_t steps = kind.scan == "pixels" || kind.scan == "permuted" ? 196 : 28;
    CHECK(Table(text(out / "report/hidden.csv")).rows() == steps * kind.hidden);
    const Table gradient(text(out / "report/gradient.csv"));
    CHECK(gradient.rows() == steps);
    CHECK(gradient["after"][steps - 1] > 0);
}

}  // namespace

TEST_CASE("of every cell and scan, what the network answers to each image is what it is by hand") {
    const Folder folder;
    const std::vector<std::pair<Kind, std::string>> all{
        {{"gru", "rows", 6}, ""},
        {{"lstm", "rows", 5, 2, true}, " --dropout 0.3"},
        {{"rnn", "columns", 6}, " --truncate 9"},
        {{"rnn", "rows", 6, 3}, " --skip-input --init uniform"},
        {{"lstm", "both", 4, 1, true}, " --skip-input --label-smoothing 0.1"},
        {{"gru", "both", 4, 2}, " --dropout 0.2"},
        {{"rnn", "pixels", 5}, " --truncate 30"},
        {{"gru", "permuted", 3, 1, true}, " --skip-input"},
        {{"lstm", "permuted", 3}, ""}};
    for (const auto& one : all) {
        const Kind& kind = one.first;
        INFO(flags_of(kind), one.second);
        const Path out = folder / (kind.cell + kind.scan + std::to_string(kind.layers));
        train(out, "--epochs 1 --batch 20 --lr 0.01 " + flags_of(kind) + one.second);
        check_trained(out, kind);
    }
}

TEST_CASE("tensors are named by scan, direction and layer; those of the plain network as ever") {
    const Folder folder;
    train(folder / "plain", once);
    CHECK(tensors_in(folder / "plain") ==
          std::vector<std::string>{"cell.b", "cell.wh", "cell.wx", "readout.c", "readout.v"});
    train(folder / "gru", once + "--cell gru");
    CHECK(tensors_in(folder / "gru") == std::vector<std::string>{"readout.c", "readout.v", "rows.forward.0.b",
                                                                 "rows.forward.0.bn", "rows.forward.0.wh",
                                                                 "rows.forward.0.wx"});
    train(folder / "deep", once + "--scan both --layers 2 --bidirectional");
    const auto names = tensors_in(folder / "deep");
    CHECK(names.size() == 2 + 3 * 8);
    for (const char* scan : {"rows", "columns"})
        for (const char* way : {".forward.", ".backward."})
            for (const char* layer : {"0.wx", "1.wh"})
                CHECK(std::ranges::count(names, std::string(scan) + way + layer) == 1);
}

TEST_CASE("smoothed labels are (1 - p) of the label and p / 10 of each class, by hand") {
    const Folder folder;
    train(folder.path, once + "--lr 1e-30 --label-smoothing 0.2");
    const by_hand::Network network(folder / "model.safetensors", 5);
    const auto digits = xtape::apps::load_mnist(data_dir).train;
    double loss = 0;
    for (std::size_t i = 0; i < digits.images.count; ++i) {
        const auto reading = network.read(digits, i);
        loss += 0.8 * reading.loss(digits.labels[i]) / double(digits.images.count);
        for (std::size_t k = 0; k < 10; ++k) loss += 0.02 * reading.loss(k) / double(digits.images.count);
    }
    CHECK(logged(folder.path, "loss") == doctest::Approx(loss).epsilon(1e-5));
    CHECK(settings_in(folder.path)["label_smoothing"] == 0.2);
}

TEST_CASE("pictures and the page say what is read and drawn") {
    const Folder folder;
    train(folder.path, once + "--cell lstm --scan pixels --bidirectional --label-smoothing 0.1");
    const std::string page = text(folder / "report/index.html"), hidden = text(folder / "report/hidden.gp");
    for (const char* part : {"196 means of 2 x 2 pixels, 5 LSTM units each way",
                             "Drawn are the states of the cell that "
                             "reads forwards.",
                             "after pixel t", "The state is the memory c(t)"})
        CHECK_MESSAGE(has(page, part), part);
    CHECK(has(hidden, "what = \"pixel\""));
    CHECK(has(text(folder / "report/gradient.gp"), "state = \"c\""));
}

TEST_CASE("a saved network of any kind is tested as at the end of its training, and reads the same as was tested") {
    const Folder folder;
    const std::string images = data_dir + "/t10k-images-idx3-ubyte.gz";
    for (const Kind& kind :
         {Kind{"gru", "both", 4, 2, true}, Kind{"lstm", "permuted", 4}, Kind{"rnn", "columns", 6, 2}}) {
        INFO(flags_of(kind));
        train(folder.path, "--epochs 1 --batch 40 --lr 0.01 " + flags_of(kind));
        const Path model = folder / "model.safetensors";
        const Outcome eval = run(XTAPE_MNIST " eval --model " + model.string() + " --data-dir " + data_dir);
        const auto correct = json::parse(text(folder / "result.json"))["correct"].get<int>();
        CHECK_MESSAGE(has(eval.out, " of the 200 test images are right (" + std::to_string(correct) + ";"), eval.out);
        const Outcome predict = run(XTAPE_MNIST " predict --quiet --model " + model.string() + " " + images);
        REQUIRE(predict.code == 0);
        const networks_by_hand::Network network(model, kind);
        const auto tested = xtape::apps::load_mnist(data_dir).test;
        std::istringstream lines(predict.out);
        std::size_t i = 0;
        for (std::string line; std::getline(lines, line); ++i)
            CHECK(has(line, "]: " + std::to_string(network.answer(tested.images.pixels.data() + 784 * i)) + ", "));
        CHECK(i == 200);
    }
}
