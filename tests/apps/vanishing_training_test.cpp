// SPDX-License-Identifier: BSD-3-Clause
// The figures of vanishing_gradient that train networks; how it is called, and its pictures.
#include <cmath>

#include "apps/text.hpp"
#include "program.hpp"
#include "svg.hpp"
#include "table.hpp"

using namespace idx_files;
using namespace program;
using xtape::apps::quoted;

namespace {

const std::string app = XTAPE_VANISHING_GRADIENT, data = " --data-dir " + quoted(XTAPE_TEST_DATA "/mnist-subset");

// What every picture says: its axes, with units, and its lines.
const std::map<std::string, std::vector<std::string>> labels{
    {"init", {"time t (rows read)", "LSTM, forget bias 0", "tanh, uniform", "known before"}},
    {"lag", {"lag k = T - t (steps)", "gain 0.5", "gain 1.5", "mean field", "spectral radius", "bound"}},
    {"credit", {"step t, at which the weights are used", "step s of the loss", "LSTM, forget bias 3", "relative"}},
    {"solved", {"lag (steps)", "sequences right (%)", "chance", "LSTM, forget bias 2", "GRU"}},
    {"spectrum", {"number of the singular value", "singular value of dh", "orthogonal", "bound"}},
    {"cliff", {"norm of the gradient of a step", "steps of training", "free", "clipped at 0.2"}},
    {"truncation", {"depth k of the gradient (steps)", "sequences right (%)", "chance", "reaches lag k - 1"}},
    {"training", {"time t (steps)", "before training", "after training", "LSTM, forget bias 0"}},
    {"memory", {"time t (steps)", "gates alone", "LSTM, forget bias 0, before training", "after training"}}};

Outcome in(const Folder& folder, const std::string& arguments) {
    const Outcome o = run(app + " " + arguments + " --out " + quoted(folder.path));
    REQUIRE_MESSAGE(o.code == 0, o.err);
    return o;
}

Table table(const Folder& folder, const std::string& name) { return Table(text(folder / (name + ".csv"))); }

}  // namespace

TEST_CASE("all figures are made in quick sizes, with their data, and each picture names its axes and lines") {
    const Folder folder;
    const Outcome o = in(folder, "all --quick" + data);
    CHECK(o.err == "");
    for (const auto& label : labels) {
        const std::string& name = label.first;
        CHECK_MESSAGE(std::filesystem::exists(folder / (name + ".csv")), name);
        CHECK(has(o.out, (folder / name).string() + ".csv"));
        const std::string svg = text(folder / (name + ".svg"));
        CHECK_MESSAGE(well_formed(svg), name);
        for (const std::string& part : label.second) CHECK_MESSAGE(has(svg, part), name << " should say " << part);
    }
    CHECK(has(o.out, "What the usual settings show, for which these are too small:\n"));
    CHECK(has(o.out, "median of 1 seed, and how many"));
    CHECK(has(o.out, "An untrained LSTM with forget bias 0 vanishes as fast as a tanh network"));
}

TEST_CASE("recall over a lag is learnt from that many steps of gradient and one more, and errors keep their bound") {
    const Folder folder;
    in(folder, "truncation --seeds 1 --steps 24");
    const Table t = table(folder, "truncation"), recall = table(folder, "truncation_recall");
    for (const char* sigma : {"0.6", "0.8", "1"}) {
        CAPTURE(sigma);
        const auto &error = t[std::string("error_") + sigma], &bound = t[std::string("bound_") + sigma];
        for (std::size_t k = 0; k < 24; ++k) CHECK(error[k] <= bound[k] * (1 + 1e-6) + 1e-14);
        CHECK(error[0] > 0.1);
        CHECK(error[23] == 0);  // all of it
    }
    CHECK(t["error_0.6"][11] < std::pow(0.6, 12));
    REQUIRE(recall.rows() == 10);
    for (std::size_t k = 1; k <= 10; ++k) {
        if (k <= 6) CHECK(recall["accuracy_1"][k - 1] < 0.95);
        if (k >= 7) CHECK(recall["accuracy_1"][k - 1] > 0.95);
    }
}

TEST_CASE("networks of all kinds learn a short lag, and the file has each of them") {
    const Folder folder;
    in(folder, "solved --hidden 16 --steps 6 --seeds 2 --training-steps 300");
    const Table t = table(folder, "solved"), medians = table(folder, "solved_median");
    REQUIRE(t.rows() == 6 * 2);
    for (std::size_t i = 0; i < t.rows(); ++i) {
        CHECK(t["lag"][i] == 5);
        CHECK(t["accuracy"][i] > 0.6);
        CHECK(t["accuracy"][i] <= 1);
        if (t["kind"][i] == 1) CHECK(t["solved_at"][i] < 300);  // orthogonal
    }
    CHECK(medians["tanh_orthogonal"][0] > 0.98);
}

TEST_CASE("training lets more of the gradient through to the first step, of a memory by its gates, too") {
    const Folder folder;
    in(folder, "training --hidden 16 --steps 6 --training-steps 400");
    const Table t = table(folder, "training");
    REQUIRE(t.rows() == 6);
    for (const char* kind : {"tanh_uniform", "lstm_0", "gru_0"}) {
        const auto &before = t[std::string(kind) + "_before"], &after = t[std::string(kind) + "_after"];
        CHECK(before.back() == 1);
        CHECK(after.back() == 1);
        CHECK(before[0] < 0.3);
        CHECK(after[0] > 3 * before[0]);
    }
    in(folder, "memory --hidden 16 --steps 6 --training-steps 400");
    const Table m = table(folder, "memory");
    for (std::size_t step = 0; step < 6; ++step) {
        const double k = double(5 - step);
        CHECK(m["gates_0_before"][step] == doctest::Approx(std::pow(0.5, k)).epsilon(0.1 * k + 1e-9));
        CHECK(m["gates_2_before"][step] == doctest::Approx(std::pow(0.88, k)).epsilon(0.05 * k + 1e-9));
        CHECK(m["c_0_after"][step] >= 0.9 * m["gates_0_after"][step]);
    }
    CHECK(m["gates_0_after"][0] > 1.5 * m["gates_0_before"][0]);
    CHECK(m["c_2_before"][0] > 5 * m["c_0_before"][0]);
}

TEST_CASE("a bad command line of vanishing_gradient is one line, usage and exit code 2, bad data or folders are 1") {
    const std::vector<std::tuple<std::string, int, std::string>> all{
        {"", 2,
         "expected init, lag, credit, solved, spectrum, cliff, truncation, training, memory or all; found nothing"},
        {"lags", 2, "training, memory or all; found lags; did you mean lag?\nUsage: vanishing_gradient [OPTIONS] SUBC"},
        {"lag --hiden 4", 2, "unknown flag --hiden; did you mean --hidden?"},
        {"lag --hidden 1", 2, "expected a whole number from 2 to 512; found 1"},
        {"lag --scan rows", 2, "unknown flag --scan\nUsage: vanishing_gradient lag [OPTIONS]"},
        {"init --scan row", 2, "expected rows or pixels; found row; did you mean rows?"},
        {"init --quick --data-dir /nowhere", 1, "/nowhere/train-images-idx3-ubyte: expected this file"},
        {"lag --quick --out /dev/null", 1, "/dev/null: expected a folder to write to"}};
    for (const auto& one : all) {
        const auto& [arguments, code, part] = one;
        CAPTURE(std::get<0>(one));
        const Outcome o = run("cd /tmp && " + app + " " + arguments);
        CHECK(o.code == code);
        CHECK_MESSAGE(well_said(o), o.err);
        CHECK_MESSAGE(has(o.err, part), o.err);
    }
    const Outcome help = run(app + " --help");
    CHECK(help.code == 0);
    for (const auto& [name, parts] : labels) CHECK(has(help.out, "\n  " + name + " "));
}

TEST_CASE("without gnuplot there are the numbers and the data, and a line says how to draw it") {
    const Folder folder;
    const Outcome o = run("PATH=/nowhere " + app + " lag --quick --out " + quoted(folder.path));
    CHECK(o.code == 0);
    CHECK(one_line(o.err));
    CHECK(has(o.err, "no picture: expected gnuplot to make it; found No such file or directory; try gnuplot -d "));
    CHECK(std::filesystem::exists(folder / "lag.csv"));
    CHECK_FALSE(std::filesystem::exists(folder / "lag.svg"));
}
