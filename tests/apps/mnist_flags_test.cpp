// SPDX-License-Identifier: BSD-3-Clause
// The flags of the program: what it says of them, and of wrong ones.
#include <regex>
#include <sstream>

#include "program.hpp"

using namespace program;

TEST_CASE("a wrong flag names the nearest right one") {
    const std::string program = XTAPE_MNIST;
    refused(program + " --epoch 3", 2, {"unknown flag --epoch; did you mean --epochs?"});
    refused(program + " --thread=3", 2, {"unknown flag --thread; did you mean --threads?"});
    refused(program + " --datadir x", 2, {"did you mean --data-dir?"});
    refused(program + " predct", 2, {"unexpected argument predct; did you mean predict?"});
    for (const std::string far : {"-q", "--foo", "--learn"})  // more of them is wrong than right
        refused(program + " " + far, 2, {"unknown flag " + far + "\n"});
    refused(program + " now", 2, {"unexpected argument now\n"});
}

TEST_CASE("a bad command line says how the program, or the command, is used") {
    const std::string program = XTAPE_MNIST;
    refused(program + " --epoch 3", 2, {"\nUsage: mnist [OPTIONS] [SUBCOMMAND]; --help lists them\n"});
    refused(program + " predict --modle x", 2, {"\nUsage: mnist predict [OPTIONS] IMAGE...; --help lists them\n"});
    refused(program + " --foo predict x", 2, {"unknown flag --foo\nUsage: mnist [OPTIONS]"});
}

TEST_CASE("a wrong value says what is right") {
    const std::string program = XTAPE_MNIST " --hidden 1 --epochs 1 --data-dir /nowhere";  // if it is taken
    for (const char* flag : {"epochs 0", "batch 0", "hidden 0", "epochs 1e3", "seed -1", "seed 0x1", "threads 1025",
                             "epochs 010", "seed 007", "layers 00"})
        refused(program + " --" + flag, 2, {"expected a whole number from", "found "});
    for (const char* flag : {"lr 0", "lr nan", "lr -1", "lr inf", "lr 1x", "lr ''"})
        refused(program + " --" + flag, 2, {"--lr", "expected a number from 1e-30 to 1e+30"});
    refused(program + " --decay -0.1", 2, {"--decay", "expected a number from 0 to 1e+30"});
    refused(program + " --epochs", 2, {"--epochs"});
    refused(program + " --optimizer adm", 2,
            {"--optimizer: expected adamw, adam or sgd; found adm; did you mean adam?"});
    refused(program + " --init orthagonal", 2, {"--init: expected orthogonal, identity, glorot", "mean orthogonal?"});
    refused(program + " --dataset Fashion", 2, {"expected digits or fashion; found Fashion; did you mean fashion?"});
    refused(program + " --dataset ''", 2, {"--dataset: expected digits or fashion; found ''\n"});
    for (const std::string flag : {"--out", "--resume", "--data-dir"})
        refused(program + " " + flag + " ''", 2, {flag + ": expected the name of a file or a folder; found ''"});
    refused(program + " --truncate -1", 2, {"--truncate", "expected a whole number from 0 to 1000000; found -1"});
    for (const char* other : {"adam", "sgd"})
        refused(program + " --decay 0.1 --optimizer " + other, 2,
                {std::string("--decay: expected --optimizer adamw, which has decay; found ") + other});
}

TEST_CASE("help and version") {
    const Outcome help = run(XTAPE_MNIST " --help");
    CHECK(help.code == 0);
    for (const char* part :
         {"--dataset NAME", "--truncate N", "--skip-input", "--optimizer NAME", "--init NAME", "[24]", "[128]",
          "[~/.cache/xtape/mnist, or $XDG_CACHE_HOME/xtape/mnist; of fashion ", "--validate", "--resume FILE"})
        CHECK_MESSAGE(has(help.out, part), part);
    CHECK(has(run(XTAPE_MNIST " eval --help").out, "[~/.cache/xtape/mnist, or $XDG_CACHE_HOME/xtape/mnist; of fas"));
    CHECK(run(XTAPE_MNIST " --version").out.starts_with("mnist "));
}

TEST_CASE("help says of each flag, on its line, what it means") {
    std::size_t flags = 0;
    for (const char* command : {"", " predict", " eval"}) {
        std::istringstream help(run(XTAPE_MNIST + std::string(command) + " --help").out);
        for (std::string line; std::getline(help, line);)
            if (line.starts_with("  -")) {
                CHECK_MESSAGE(std::regex_match(line, std::regex("  (-h,)?--[a-z-]+( [A-Z]+)?  +[A-Z].*[^ ]")), line);
                ++flags;
            }
    }
    CHECK(flags == 26 + 3 + 4);
}
