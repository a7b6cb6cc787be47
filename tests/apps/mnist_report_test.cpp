// SPDX-License-Identifier: BSD-3-Clause
// The pictures that a training leaves in report/: the data behind each are computed here once more, from the model.
#include <nlohmann/json.hpp>

#include "apps/text.hpp"
#include "mnist_by_hand.hpp"
#include "program.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;

namespace {

const std::string data_dir = XTAPE_TEST_DATA "/mnist-subset";
const std::string data = " --quiet --data-dir " + data_dir;
const std::vector<std::string> pictures{"accuracy", "confusion", "gradient", "hidden", "loss", "mistakes"};

std::string mnist(const Path& out, const std::string& flags) {
    return XTAPE_MNIST " --out " + xtape::apps::quoted(out) + " " + flags + data;
}

// A good run that all tests look at, in a folder whose name needs quotes.
struct Trained {
    Folder folder;
    Path out = folder / "it's a run", report = out / "report";
    Outcome outcome = run(mnist(out, "--hidden 16 --batch 16 --epochs 3 --lr 0.005 --seed 7"));
    by_hand::Network network{out / "model.safetensors", 16};
    xtape::apps::Digits tested = xtape::apps::load_mnist(data_dir).test;
    Table table(const std::string& name) const { return Table(text(report / name)); }
};
const Trained& trained() {
    static const Trained once;
    return once;
}

// Every address that a page refers to.
std::vector<std::string> references(const std::string& page) {
    std::vector<std::string> found;
    for (const std::string mark : {"src=\"", "href=\""})
        for (std::size_t at = 0; (at = page.find(mark, at)) != std::string::npos;) {
            at += mark.size();
            found.push_back(page.substr(at, page.find('"', at) - at));
        }
    return found;
}

}  // namespace

TEST_CASE("the loss of the report is that of the log, at the place in the training where it was logged") {
    const Table loss = trained().table("loss.csv"), log(text(trained().out / "log.csv"));
    REQUIRE(loss.rows() == log.rows());
    for (const char* column : {"epoch", "step", "loss", "epoch_loss"}) CHECK(loss[column] == log[column]);
    for (std::size_t i = 0; i < loss.rows(); ++i)
        CHECK(loss["epochs"][i] == doctest::Approx(log["epoch"][i] - 1 + log["step"][i] / 50));
}

TEST_CASE("the accuracy of the report has each epoch's of training, and the test's at the end alone") {
    const Table accuracy = trained().table("accuracy.csv"), log(text(trained().out / "log.csv"));
    const auto result = nlohmann::json::parse(text(trained().out / "result.json"));
    CHECK(accuracy["epoch"] == std::vector<double>{1, 2, 3});
    CHECK(accuracy["training"] == log["epoch_accuracy"]);
    CHECK((accuracy["training"][0] > 0.1 && accuracy["training"][2] > accuracy["training"][0]));
    CHECK((std::isnan(accuracy["tested"][0]) && std::isnan(accuracy["tested"][1])));
    for (const auto& [column, fact] : {std::pair{"tested", "accuracy"}, {"tested_low", "wilson_low"}})
        CHECK(accuracy[column][2] == doctest::Approx(result[fact].get<double>()).epsilon(1e-5));
}

TEST_CASE("the accuracy while training is what a network says that does not change") {
    const Folder folder;
    REQUIRE(run(mnist(folder.path, "--hidden 4 --batch 33 --lr 1e-30 --epochs 2 --shift 0")).code == 0);
    const by_hand::Network network(folder / "model.safetensors", 4);
    const auto train = xtape::apps::load_mnist(data_dir).train;
    double right = 0;
    for (std::size_t i = 0; i < train.images.count; ++i) right += network.read(train, i).answer() == train.labels[i];
    const auto counted = Table(text(folder / "report/accuracy.csv"))["training"];
    for (const double accuracy : counted) CHECK(accuracy == doctest::Approx(right / 800));
}

TEST_CASE("the hidden state of the first test image is that of the network, the image beside it the file's") {
    const Table hidden = trained().table("hidden.csv"), image = trained().table("hidden_image.csv");
    const by_hand::Reading reading = trained().network.read(trained().tested, 0);
    REQUIRE(hidden.rows() == 28 * 16);
    for (std::size_t i = 0; i < hidden.rows(); ++i) {
        const auto t = std::size_t(hidden["t"][i]), unit = std::size_t(hidden["unit"][i]);
        REQUIRE(hidden["h"][i] == doctest::Approx(reading.h.at(t).at(unit - 1)).epsilon(1e-4));
    }
    REQUIRE(image.rows() == 28 * 28);
    for (std::size_t i = 0; i < image.rows(); ++i) REQUIRE(image["pixel"][i] == trained().tested.images.pixels[i]);
}

TEST_CASE("the gradients by the states are those derived by hand, after training and before") {
    const Folder folder;  // a training that moves nothing leaves the network that the other one began with
    REQUIRE(run(mnist(folder.path, "--hidden 16 --batch 16 --epochs 1 --lr 1e-30 --seed 7")).code == 0);
    const by_hand::Network untrained(folder / "model.safetensors", 16);
    const Table gradient = trained().table("gradient.csv"), unmoved(text(folder / "report/gradient.csv"));
    const auto before = untrained.gradient_lengths(trained().tested);
    const auto after = trained().network.gradient_lengths(trained().tested);
    REQUIRE(gradient.rows() == 28);
    for (std::size_t t = 0; t < 28; ++t) {
        CHECK(gradient["t"][t] == double(t + 1));
        CHECK(gradient["before"][t] == doctest::Approx(before[t + 1]).epsilon(1e-4));
        CHECK(gradient["after"][t] == doctest::Approx(after[t + 1]).epsilon(1e-4));
    }
    CHECK(unmoved["before"] == gradient["before"]);
    CHECK(unmoved["after"] == gradient["before"]);
}

TEST_CASE("the mistakes are the 16 wrong answers with the largest loss, the worst one first, with their images") {
    const auto& [network, tested] = std::tie(trained().network, trained().tested);
    std::vector<std::pair<double, std::size_t>> wrong;
    for (std::size_t i = 0; i < tested.images.count; ++i)
        if (const auto reading = network.read(tested, i); reading.answer() != tested.labels[i])
            wrong.push_back({-reading.loss(tested.labels[i]), i});
    std::sort(wrong.begin(), wrong.end());
    const Table mistakes = trained().table("mistakes.csv"), images = trained().table("mistakes_images.csv");
    REQUIRE(wrong.size() > 16);
    REQUIRE(mistakes.rows() == 16);
    REQUIRE(images.rows() == 16 * 28 * 28);
    for (std::size_t place = 0; place < 16; ++place) {
        const std::size_t i = wrong[place].second;
        const auto reading = network.read(tested, i);
        CHECK(mistakes["image"][place] == double(i));
        CHECK(mistakes["digit"][place] == tested.labels[i]);
        CHECK(mistakes["answer"][place] == double(reading.answer()));
        CHECK(mistakes["probability"][place] == doctest::Approx(reading.p[reading.answer()]).epsilon(1e-4));
        CHECK(mistakes["loss"][place] == doctest::Approx(-wrong[place].first).epsilon(1e-4));
        for (std::size_t k = 0; k < 28 * 28; ++k)
            REQUIRE(images["pixel"][place * 28 * 28 + k] == tested.images.pixels[i * 28 * 28 + k]);
    }
}

TEST_CASE("the confusion matrix counts every test image, and the right ones as result.json does") {
    const Table confusion = trained().table("confusion.csv");
    const auto result = nlohmann::json::parse(text(trained().out / "result.json"));
    std::map<std::pair<double, double>, double> counts;
    for (std::size_t i = 0; i < trained().tested.images.count; ++i)
        ++counts[{trained().tested.labels[i], double(trained().network.read(trained().tested, i).answer())}];
    double all = 0, right = 0;
    REQUIRE(confusion.rows() == 100);
    for (std::size_t i = 0; i < 100; ++i) {
        const double digit = confusion["digit"][i], answer = confusion["answer"][i], count = confusion["count"][i];
        CHECK(count == counts[{digit, answer}]);
        all += count, right += digit == answer ? count : 0;
    }
    CHECK(all == result["total"]);
    CHECK(right == result["correct"]);
}

TEST_CASE("the page and its pictures are whole, and open without a network") {
    REQUIRE(trained().outcome.code == 0);
    const std::string page = text(trained().report / "index.html");
    CHECK(has(page, " of 200 test images ("));
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "://"));
    const auto found = references(page);
    for (const std::string& name : pictures)
        for (const char* kind : {".svg", ".gp", ".csv"})
            CHECK_MESSAGE(std::count(found.begin(), found.end(), name + kind) == 1, name << kind);
    REQUIRE(run("command -v gnuplot").code == 0);
    CHECK(trained().outcome.err == "");
    CHECK_FALSE(has(page, "not there"));
    for (const std::string& file : found) CHECK_MESSAGE(std::filesystem::exists(trained().report / file), file);
}
