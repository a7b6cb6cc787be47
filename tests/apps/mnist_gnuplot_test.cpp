// SPDX-License-Identifier: BSD-3-Clause
// Reports whose writing fails or is ended, and which gnuplot is asked to draw.
#include <csignal>

#include "reports.hpp"

using namespace idx_files;
using namespace program;
using namespace reports;
using xtape::apps::quoted;

TEST_CASE("a gnuplot that fails, or makes nothing, leaves no part of a picture") {
    const Folder folder;
    for (const char* body : {"echo '<svg' >$(dirname \"$3\")/$4; exit 1", "exit 0", "kill -9 $$",
                             "read line; echo noise; echo noise >&2"}) {
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
    std::filesystem::remove(folder / "report");
    std::filesystem::create_directory_symlink("/proc/self", folder / "report");  // root may write to any other
    refused(mnist(folder.path, "--hidden 4"), 1, {(folder / "report").string() + "/write-test-"});
    std::filesystem::remove(folder / "report");
    std::filesystem::create_directories(folder / "report/loss.svg");
    refused(mnist(folder.path, "--hidden 4"), 1, {(folder / "report/loss.svg").string(), "Is a directory"});
    CHECK_FALSE(std::filesystem::exists(folder / "result.json"));
}

TEST_CASE("what a training comes to is said before its report, and stays when that fails") {
    const Folder folder;
    const std::string body = "mkdir -p \"$(dirname \"$3\")/index.html\"";  // where a page is to be
    const Outcome o = run(with_gnuplot(folder / "bin", body) + mnist(folder / "run", "--hidden 4 --epochs 1"));
    CHECK(o.code == 1);
    CHECK(has(o.err, (folder / "run/report/index.html").string()));
    CHECK(has(o.out, " of the 200 test images are right ("));
    CHECK_FALSE(has(o.out, "A report with pictures is"));
    CHECK(std::filesystem::exists(folder / "run/result.json"));
}

TEST_CASE("a signal during the report ends the program, and leaves no part of a picture") {
    for (const int number : {SIGINT, SIGTERM}) {
        const Folder folder;
        REQUIRE(run(mnist(folder / "run", "--hidden 4 --epochs 1")).code == 0);
        const std::string body = "echo '<svg' >\"$(dirname \"$3\")/$4\"; kill -" + std::to_string(number) + " $PPID";
        const Outcome o = run("exec env " + with_gnuplot(folder / "bin", body) +
                              mnist(folder / "run", "--resume " + quoted(folder / "run/checkpoint.safetensors")));
        CHECK_MESSAGE((o.code == -number || o.code == 128 + number), o.code);  // the shell's, if it waited
        CHECK(o.err == "");
        CHECK(has(o.out, " of the 200 test images are right ("));
        for (const auto& [name, parts] : labels) {
            const Path svg = folder / "run/report" / (name + ".svg");
            if (std::filesystem::exists(svg)) CHECK_MESSAGE(well_formed(text(svg)), svg);
        }
    }
}

TEST_CASE("gnuplot is the one that the caller's PATH names, from the caller's folder") {
    const Folder folder;
    with_gnuplot(folder / "bin", "touch " + quoted(folder / "was here") + "; exit 1");
    const Outcome o = run("cd " + quoted(folder.path) + " && PATH=bin:$PATH " + mnist("run", "--hidden 4 --epochs 1"));
    CHECK(o.code == 0);
    CHECK(std::filesystem::exists(folder / "was here"));
}
