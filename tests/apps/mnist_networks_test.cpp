// SPDX-License-Identifier: BSD-3-Clause
// The program with every cell and scan: what the networks answer, by hand; the same bits on any number of threads and
// when resumed; what is refused.
#include <nlohmann/json.hpp>

#include "mnist_by_hand.hpp"
#include "networks_by_hand.hpp"
#include "stops.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using networks_by_hand::Kind;
using nlohmann::json;

namespace {

const std::string data_dir = XTAPE_TEST_DATA "/mnist-subset";
const std::string small = " --quiet --data-dir " + data_dir + " ";
const std::string once = "--epochs 1 --batch 800 --shift 0 --hidden 5 ";

void train(const Path& out, const std::string& flags) {
    const Outcome o = run(XTAPE_MNIST " --out " + out.string() + small + flags);
    INFO(flags, ": ", o.err);
    REQUIRE(o.code == 0);
    CHECK(o.err == "");
}

json settings_in(const Path& out) { return json::parse(text(out / "result.json"))["settings"]; }
Bytes model_in(const Path& out) { return contents(out / "model.safetensors"); }

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

// A line of its log, of a training of one step
double logged(const Path& out, const std::string& column) { return Table(text(out / "log.csv"))[column][0]; }

void refused(const std::string& flags, const std::vector<std::string>& parts) {
    const Outcome o = run(XTAPE_MNIST " " + flags);
    CHECK(o.code == 2);
    CHECK_MESSAGE(one_line(o.err), o.err);
    for (const std::string& part : parts) CHECK_MESSAGE(has(o.err, part), (part + " should be in " + o.err));
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
    for (const auto& [kind, more] : all) {
        INFO(flags_of(kind), more);
        const Path out = folder / (kind.cell + kind.scan + std::to_string(kind.layers));
        train(out, "--epochs 1 --batch 20 --lr 0.01 " + flags_of(kind) + more);
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

TEST_CASE("dropout draws the same on any number of threads, and nothing is dropped unless asked") {
    const Folder folder;
    const std::string flags = "--epochs 2 --batch 100 --hidden 6 --cell gru --layers 2 --scan both ";
    train(folder / "one", flags + "--dropout 0.4 --threads 1");
    train(folder / "two", flags + "--dropout 0.4 --threads 2");
    train(folder / "less", flags + "--dropout 0.3 --threads 2");
    train(folder / "none", flags + "--threads 2");
    CHECK(model_in(folder / "one") == model_in(folder / "two"));
    CHECK(logged(folder / "one", "epoch_loss") == logged(folder / "two", "epoch_loss"));
    CHECK(logged(folder / "one", "epoch_loss") != logged(folder / "less", "epoch_loss"));
    CHECK(logged(folder / "one", "epoch_loss") != logged(folder / "none", "epoch_loss"));
    CHECK(settings_in(folder / "one")["dropout"] == 0.4);
}

TEST_CASE("truncated layers have the loss of whole ones, dropout included, and another gradient") {
    const Folder folder;
    for (const std::string flags :
         {"--layers 3 --dropout 0.5 ", "--cell lstm --scan both ", "--cell gru --scan pixels "}) {
        INFO(flags);
        train(folder / "whole", once + flags + "--truncate 196");
        train(folder / "cut", once + flags + "--truncate 11");
        CHECK(logged(folder / "whole", "loss") == doctest::Approx(logged(folder / "cut", "loss")).epsilon(1e-6));
        CHECK(logged(folder / "whole", "gradient_norm") != logged(folder / "cut", "gradient_norm"));
        train(folder / "all", once + flags);
        CHECK(logged(folder / "all", "gradient_norm") == logged(folder / "whole", "gradient_norm"));
    }
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

TEST_CASE("a training of any network that is stopped ends with the bits of one that is not") {
    const Folder folder;
    int number = 0, stopped = 0;
    for (const std::string flag : {"--cell lstm --layers 2 --bidirectional --dropout 0.3 --label-smoothing 0.1",
                                   "--cell gru --scan both --layers 2 --dropout 0.5 --optimizer sgd"}) {
        INFO(flag);
        const std::string flags = "--hidden 5 --batch 40 --epochs 6 " + flag;
        const Path whole = folder / ("whole" + std::to_string(++number)),
                   parts = folder / ("parts" + std::to_string(number));
        train(whole, flags);
        stopped += stops::train(XTAPE_MNIST, parts, flags, data_dir);
        CHECK(model_in(parts) == model_in(whole));
        CHECK(settings_in(parts) == settings_in(whole));
    }
    CHECK(stopped > 0);
}

TEST_CASE("networks that make no sense are refused, with what to do; so are wrong values") {
    refused("--dropout 0.2", {"--dropout: expected --layers 2 or more", "found one layer"});
    refused("--truncate 5 --bidirectional", {"--truncate: expected a network", "without --bidirectional"});
    refused("--cell gru --init identity", {"--init: expected --cell rnn", "found --cell gru"});
    refused("--cell grru", {"--cell: expected rnn, lstm or gru; found grru; did you mean gru?"});
    refused("--scan colums", {"--scan: expected rows, columns, both, pixels or permuted; ", "mean columns?"});
    refused("--layers 0", {"--layers", "expected a whole number from 1 to 64; found 0"});
    for (const char* part : {"--dropout", "--label-smoothing"})
        for (const char* value : {"1", "-0.1", "nan", "x"})
            refused(part + std::string(" ") + value, {part, "expected a number from 0 to 0.99; found "});
    const std::string help = run(XTAPE_MNIST " --help").out;
    for (const char* part :
         {"--cell NAME", "--layers N", "--bidirectional", "--scan NAME", "--dropout P", "--label-smoothing P"})
        CHECK_MESSAGE(has(help, part), part);
}

TEST_CASE("a checkpoint is resumed with its own network only, and its flags may be repeated") {
    const Folder folder;
    train(folder.path, "--hidden 4 --epochs 1 --cell lstm --layers 2 --bidirectional --dropout 0.1");
    const std::string resume = XTAPE_MNIST " --out " + folder.path.string() + small + "--resume " +
                               (folder / "checkpoint.safetensors").string() + " ";
    for (const auto& [flag, found] : std::map<std::string, std::string>{{"cell gru", "\"lstm\""},
                                                                        {"layers 3", "2"},
                                                                        {"scan both", "\"rows\""},
                                                                        {"dropout 0.2", "0.1"},
                                                                        {"label-smoothing 0.1", "0.0"}}) {
        const Outcome o = run(resume + "--" + flag);
        CHECK(o.code == 1);
        CHECK_MESSAGE((one_line(o.err) && has(o.err, "found " + found + ": leave the flag out")), o.err);
    }
    CHECK(run(resume + "--dropout 0.1 --bidirectional").code == 0);
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
