// SPDX-License-Identifier: BSD-3-Clause
// How gnuplot makes the pictures of report/, of ordinary runs and of odd ones, and what happens where there is none.
#include "reports.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using namespace reports;
using xtape::apps::quoted;

namespace {

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

}  // namespace

TEST_CASE("every picture is whole and labelled, and its script makes it again from any folder") {
    REQUIRE(gnuplot_is_here());
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
    REQUIRE(gnuplot_is_here());
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
    REQUIRE(gnuplot_is_here());
    const Folder folder;
    for (const std::size_t images : {1u, 5u})
        for (const std::uint8_t learnt : Bytes{3, 4}) {
            const std::string set = tiny_set(folder / "set", images, learnt);
            const Path out = folder / ("run of " + std::to_string(images) + (learnt == 3 ? " threes" : " fours"));
            const Outcome o = run(mnist(out, "--hidden 1 --epochs 1 --batch 4 --lr 0.9", set));
            REQUIRE(o.code == 0);
            CHECK(o.err == "");
            check_pictures(out / "report");
            const Table mistakes(text(out / "report/mistakes.csv"));
            const bool none = has(text(out / "report/mistakes.svg"), "No mistakes");
            CHECK(mistakes.rows() == (learnt == 3 ? 0 : 1));
            CHECK(none == (learnt == 3));
        }
}

TEST_CASE("a training on other data is not written over") {
    const Folder folder;
    const std::string flags = "--hidden 1 --epochs 1 --quiet";
    REQUIRE(run(mnist(folder / "run", flags, tiny_set(folder / "threes", 5))).code == 0);
    refused(mnist(folder / "run", flags, tiny_set(folder / "fours", 5, 4)), 1,
            {"found one of other data, by their ", "try another folder: --out"});
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
    REQUIRE(gnuplot_is_here());
    CHECK(run("cd '" + report.string() + "' && for script in *.gp; do gnuplot -d \"$script\"; done").code == 0);
    check_pictures(report);
}
