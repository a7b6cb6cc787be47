// SPDX-License-Identifier: BSD-3-Clause
// The program with other networks: the same bits on any number of threads and when resumed; what is refused.
#include <map>

#include "network_runs.hpp"
#include "stops.hpp"

using namespace idx_files;
using namespace network_runs;
using namespace program;

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
    const std::string mnist = XTAPE_MNIST " ";
    refused(mnist + "--dropout 0.2", 2, {"--dropout: expected --layers 2 or more", "found one layer"});
    refused(mnist + "--truncate 5 --bidirectional", 2, {"--truncate: expected a network", "without --bidirectional"});
    refused(mnist + "--cell gru --init identity", 2, {"--init: expected --cell rnn", "found --cell gru"});
    refused(mnist + "--cell grru", 2, {"--cell: expected rnn, lstm or gru; found grru; did you mean gru?"});
    refused(mnist + "--scan colums", 2,
            {"--scan: expected rows, columns, both, pixels or permuted; ", "mean columns?"});
    refused(mnist + "--layers 0", 2, {"--layers", "expected a whole number from 1 to 64; found 0"});
    for (const char* part : {"--dropout", "--label-smoothing"})
        for (const char* value : {"1", "-0.1", "nan", "x"})
            refused(mnist + part + " " + value, 2, {part, "expected a number from 0 to 0.99; found "});
    const std::string help = run(mnist + "--help").out;
    for (const char* part :
         {"--cell NAME", "--layers N", "--bidirectional", "--scan NAME", "--dropout X", "--label-smoothing X"})
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
        refused(resume + "--" + flag, 1, {"found " + found + ": leave the flag out"});
    }
    CHECK(run(resume + "--dropout 0.1 --bidirectional").code == 0);
}
