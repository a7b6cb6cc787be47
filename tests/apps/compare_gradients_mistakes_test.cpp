// SPDX-License-Identifier: BSD-3-Clause
// Each planted mistake is found, at the step and in the factor that it is in.
#include "compared.hpp"

using namespace program;
using namespace compared;

namespace {

struct Expected {
    const char* name;
    std::size_t step;
    const char* factor;
    const char* reason;  // a part of it
};
const std::vector<Expected> expected{
    {"untransposed-wh", 2, "recurrent Jacobian", "it comes from dL/da of step 3, which is right"},
    {"slope-of-a", 3, "activation", "dL/da"},
    {"no-slope", 3, "activation", "dL/dh of this step is right"},
    {"forgotten-carry", 2, "recurrent Jacobian", "nothing is carried back from step 3"},
    {"transposed-dwh", 3, "input", "wh: the analytic gradient is the transpose of autograd's"},
    {"state-after", 3, "input", "the term of wh"},
    {"assigned", 0, "accumulation", "the terms of all steps are right; their sum is not"},
    {"bias-mean", 3, "input", "b: analytic = 0.5 * autograd"},
    {"sum-for-mean", 3, "output", "dL_t/dh: analytic = 2 * autograd"},
    {"labels-forgotten", 3, "output", "dL_t/dh"},
    {"forgotten-memory", 2, "recurrent Jacobian", "dL/dS[1]"},
    {"gate-order", 3, "activation", "dL/da"},
    {"memory-for-tanh", 3, "activation", "dL/da"},
    {"forgotten-update", 2, "recurrent Jacobian", "dL/dh"},
    {"bias-outside", 3, "input", "the term of bn"}};

}  // namespace

TEST_CASE("every planted mistake is found and located") {
    CHECK(expected.size() == 15);
    for (const Expected& e : expected)
        for (const char* flags : {"", " --loss every", " --loss every --seed 8"}) {
            const auto [code, report] = answer(small + "--mutate " + e.name + flags);
            const auto& sweep = report["the sweep, step by step"];
            INFO(e.name << flags << "\n" << sweep.dump(2));
            CHECK(code == 1);
            CHECK(report["summary"]["passed"] == false);
            CHECK(sweep["passed"] == false);
            REQUIRE(sweep.contains("divergence step"));
            CHECK(sweep["divergence step"] == e.step);
            CHECK(sweep["divergence factor"] == e.factor);
            CHECK(has(sweep["divergence reason"].get<std::string>(), e.reason));
            CHECK(report["summary"]["mistakes"][0]["planted"] == e.name);
            CHECK(report["summary"]["mistakes"][0]["in the factor"] == e.factor);
        }
}

TEST_CASE("the help lists these mistakes and no others") {
    const std::string help = run(compare + " --help").out;
    const auto from = help.find("\nMistakes:\n");
    REQUIRE(from != std::string::npos);
    std::istringstream lines(help.substr(from + std::string("\nMistakes:\n").size()));
    std::vector<std::string> listed, known;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("  ")) listed.push_back(line.substr(2, line.find(' ', 2) - 2));
    for (const Expected& e : expected) known.push_back(e.name);
    CHECK(listed == known);
}

TEST_CASE("the same derivations without a mistake pass, and so does one that makes no difference") {
    for (const char* model : {"rnn", "lstm", "gru"})
        for (const char* loss : {"last", "every"}) {
            const auto report = answer(small + "--model " + model + " --loss " + loss).report;
            CHECK(report["the sweep, step by step"]["passed"] == true);
            CHECK(!report["the sweep, step by step"].contains("divergence step"));
        }
    const Outcome o = run(compare + small + "--batch 1 --mutate bias-mean");
    CHECK(o.code == 0);
    CHECK(has(o.out, "Not found: at these sizes it makes no difference."));
}

TEST_CASE("in words") {
    const Outcome o = run(compare + small + "--mutate untransposed-wh");
    CHECK(has(o.out, "\nFound at step 2: recurrent Jacobian.\n"));
    CHECK(has(o.out, "dH_{t-1} = dA_t W_h, not W_h'"));
    CHECK(has(o.out, "\nfirst divergence, in backward order: step 2, recurrent Jacobian: dL/dh"));
}
