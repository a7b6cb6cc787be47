// SPDX-License-Identifier: BSD-3-Clause
// How gnuplot makes the pictures of report/, of ordinary runs and of odd ones, and what happens where it does not.
#include "apps/text.hpp"
#include "program.hpp"
#include "svg.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using xtape::apps::quoted;

namespace {

const std::string subset = XTAPE_TEST_DATA "/mnist-subset";
const std::map<std::string, std::vector<std::string>> labels{
    {"loss", {"Loss on the training images", "epochs of training", "(nats)", "mean of 50 steps"}},
    {"accuracy", {"Accuracy on training and test images", "(%)", "while training", "at the end"}},
    {"hidden", {"what is read: a ", "what is remembered", "time t = row of the image", "hidden unit", "h(t)"}},
    {"gradient", {"Length of the gradient", "time t", "mean of |dL/dh(t)|", "before training", "after training"}},
    {"mistakes", {"istakes"}},
    {"confusion", {"Digits and answers", "answer of the network", "digit in the image"}}};

std::string mnist(const Path& out, const std::string& flags, const std::string& data = subset) {
    return XTAPE_MNIST " --quiet --out " + quoted(out) + " --data-dir " + quoted(data) + " " + flags;
}

bool gnuplot_is_here() { return run("command -v gnuplot").code == 0; }

void check_pictures(const Path& report) {
    for (const auto& [name, parts] : labels) {
        const Path file = report / (name + ".svg");
        const std::string svg = text(file);
        CHECK_MESSAGE(well_formed(svg), file);
        for (const std::string& part : parts) CHECK_MESSAGE(has(svg, part), file << " should say " << part);
    }
}

// A set of images of 3 rows of 2 pixels, of which the tests are all threes, and those to learn from too unless told.
Path tiny_set(const Path& folder, std::size_t images, std::uint8_t learnt = 3) {
    std::filesystem::create_directories(folder);
    for (const auto& [name, count, digit] :
         {std::tuple{"train", images, learnt}, std::tuple{"t10k", std::size_t{1}, std::uint8_t{3}}}) {
        write(folder / (name + std::string("-images-idx3-ubyte")), file_of({count, 3, 2}, count * 6));
        write(folder / (name + std::string("-labels-idx1-ubyte")),
              xtape::apps::idx_header({count}) + Bytes(count, digit));
    }
    return folder;
}

// A program that stands for gnuplot.
std::string with_gnuplot(const Path& folder, const std::string& body) {
    std::filesystem::create_directories(folder);
    const std::string script = "#!/bin/sh\n" + body + "\n";
    write(folder / "gnuplot", Bytes(script.begin(), script.end()));
    std::filesystem::permissions(folder / "gnuplot", std::filesystem::perms::owner_all);
    return "PATH='" + folder.string() + "':$PATH ";
}

}  // namespace

TEST_CASE("every picture is whole and labelled, and its script makes it again from any folder") {
    if (!gnuplot_is_here()) return;
    const Folder folder;
    const Path out = folder / "it's $(my) run", report = out / "report";
    const Outcome o = run(mnist(out, "--hidden 8 --epochs 2"));
    REQUIRE(o.code == 0);
    CHECK(o.err == "");
    check_pictures(report);
    for (const auto& [name, parts] : labels) {
        const Path svg = report / (name + ".svg"), script = name + ".gp";
        const std::string first = text(svg);
        for (const auto& [from, path] :
             {std::pair<Path, Path>{"/", report / script}, {out, "report" / script}, {report, script}}) {
            std::filesystem::remove(svg);
            CHECK(run("cd " + quoted(from) + " && gnuplot " + quoted(path)).code == 0);
            CHECK(text(svg) == first);
        }
    }
}

TEST_CASE("pictures of fashion name its classes, and one of a truncated training where its gradients end") {
    if (!gnuplot_is_here()) return;
    const Folder folder;
    const Outcome o = run(mnist(folder.path, "--hidden 4 --epochs 1 --truncate 3 --dataset fashion"));
    REQUIRE(o.code == 0);
    CHECK(o.err == "");
    const auto check = [&](const char* name, const std::vector<std::string>& parts) {
        const std::string svg = text(folder / "report" / (std::string(name) + ".svg"));
        CHECK_MESSAGE(well_formed(svg), name);
        for (const std::string& part : parts) CHECK_MESSAGE(has(svg, part), name << " should say " << part);
    };
    check("confusion", {"Articles and answers", "article in the image", "T-shirt/top", "Trouser", "Pullover", "Dress",
                        "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"});
    check("mistakes", {"read as ", " %)"});
    check("hidden", {"what is read: Sneaker", "the answer at the end: "});  // the first test image is a 7
    check("gradient", {"gradients in training end here"});
    const std::string page = text(folder / "report/index.html");
    for (const char* part : {"learns Fashion-MNIST", "10 articles", "gradients through the last 3 rows",
                             "Which article is taken for which", "shirts and T-shirts"})
        CHECK_MESSAGE(has(page, part), part);
    CHECK_FALSE(has(page, "digit"));
}

TEST_CASE("odd runs have their pictures too: one epoch, one unit, few images of another size, no mistakes, or one") {
    if (!gnuplot_is_here()) return;
    const Folder folder;
    for (const std::size_t images : {1u, 5u})
        for (const std::uint8_t learnt : Bytes{3, 4}) {
            const std::string set = tiny_set(folder / "set", images, learnt);
            const Outcome o = run(mnist(folder / "run", "--hidden 1 --epochs 1 --batch 4 --lr 0.9", set));
            REQUIRE(o.code == 0);
            CHECK(o.err == "");
            check_pictures(folder / "run/report");
            const Table mistakes(text(folder / "run/report/mistakes.csv"));
            const bool none = has(text(folder / "run/report/mistakes.svg"), "No mistakes");
            CHECK(mistakes.rows() == (learnt == 3 ? 0 : 1));
            CHECK(none == (learnt == 3));
        }
}

TEST_CASE("without gnuplot the training ends well, and the page says how to make the pictures") {
    const Folder folder;
    const Path out = folder / "no pictures", report = out / "report";
    std::filesystem::create_directories(report);
    write(report / "loss.svg", {1});  // of another run
    const Outcome o = run("PATH=/nowhere " + mnist(out, "--hidden 4 --epochs 1"));
    CHECK(o.code == 0);
    CHECK(one_line(o.err));
    CHECK(o.err == "mnist: no pictures: expected gnuplot to make them; found No such file or directory; see " +
                       (report / "index.html").string() + "\n");
    CHECK_FALSE(std::filesystem::exists(report / "loss.svg"));
    const std::string page = text(report / "index.html");
    const std::string command =
        "cd '" + report.string() + "' &amp;&amp; for script in *.gp; do gnuplot -d \"$script\"; done";
    CHECK_MESSAGE(has(page, command), page);
    for (const char* file : {"loss.csv", "loss.gp", "mistakes_images.csv", "confusion.gp"})
        CHECK(std::filesystem::exists(report / file));
    if (!gnuplot_is_here()) return;
    CHECK(run("cd '" + report.string() + "' && for script in *.gp; do gnuplot -d \"$script\"; done").code == 0);
    check_pictures(report);
}

TEST_CASE("a gnuplot that fails, or makes nothing, leaves no part of a picture") {
    const Folder folder;
    for (const char* body :
         {"echo '<svg' >${2%.gp}.svg; exit 1", "exit 0", "kill -9 $$", "read line; echo noise; echo noise >&2"}) {
        const Outcome o = run(with_gnuplot(folder / "my bin", body) + mnist(folder / "run", "--hidden 4 --epochs 1"));
        CHECK(o.code == 0);
        CHECK_FALSE(has(o.out, "noise"));
        CHECK_MESSAGE(one_line(o.err), o.err);
        CHECK(has(o.err, "found that it failed on "));
        for (const auto& [name, parts] : labels)
            CHECK_FALSE(std::filesystem::exists(folder / "run/report" / (name + ".svg")));
        CHECK(std::filesystem::exists(folder / "run/result.json"));
    }
}

TEST_CASE("a report that cannot be written is refused before training") {
    const Folder folder;
    write(folder / "report", {1});
    const Outcome o = run(mnist(folder.path, "--hidden 4"));
    CHECK(o.code == 1);
    CHECK(o.err ==
          "mnist: " + (folder / "report").string() + ": expected a folder to write to; found Not a directory\n");
    CHECK_FALSE(std::filesystem::exists(folder / "result.json"));
}
