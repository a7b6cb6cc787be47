// SPDX-License-Identifier: BSD-3-Clause
#include <set>

#include "compared.hpp"

using namespace program;
using namespace compared;
using nlohmann::json;

namespace {

// Each two ways, differences apart, must agree to 1e-12: returns the ways.
std::set<std::string> ways(const json& pairs) {
    std::set<std::string> all;
    for (const json& pair : pairs) {
        CAPTURE(pair.dump());
        CHECK(pair["agree"] == true);
        for (const char* which : {"first", "second"}) all.insert(pair[which].get<std::string>());
        const bool exact = pair["first"] != "differences" && pair["second"] != "differences";
        CHECK(pair["norm-relative"].get<double>() <= (exact ? 1e-12 : 1e-6));
    }
    return all;
}

std::set<std::string> names(const json& arguments) {
    std::set<std::string> all;
    for (const json& argument : arguments) {
        CAPTURE(argument.dump());
        CHECK(argument["equal"] == true);
        CHECK(argument["norm-relative"].get<double>() <= 1e-12);
        all.insert(argument["argument"].get<std::string>());
    }
    return all;
}

void check_equal(const std::string& model, const std::string& flags) {
    const auto [code, report] = answer("--model " + model + " " + flags);
    INFO(model << " " << flags);
    CHECK(code == 0);
    CHECK(report["summary"]["passed"] == true);
    const auto found = names(report["engine and nn/analytic"]["arguments"]);
    const std::string cell = model == "bidirectional" ? "backward/" : "";
    for (const std::string& name :
         {cell + "wx", cell + "wh", cell + "b", std::string("v"), std::string("c"), std::string("x"), cell + "h0"})
        CHECK_MESSAGE(found.contains(name), name);
    CHECK(found.contains("wa") == (model == "attention"));
    CHECK(found.contains("c0") == (model == "lstm"));
    std::set<std::string> expected{"reverse mode", "nn/analytic", "forward mode", "differences", "RTRL"};
    CHECK(ways(report["all ways"]["pairs"]) == expected);
    expected.erase("differences");
    expected.insert({"sum of G[s, t]", "the same by nn/analytic"});
    CHECK(ways(report["sums over s and t"]["pairs"]) == expected);
    CHECK(report.contains("the sweep, step by step") == (model == "rnn" || model == "lstm" || model == "gru"));
    const json& all = report["summary"]["ways"];
    REQUIRE(all.at(1)["way"] == "nn/analytic");
    const double by_hand = all[1]["ms"].get<double>();
    std::size_t timed = 0;
    for (const json& way : all) {
        if (!way["left out"].is_null()) continue;
        const double ms = way["ms"].get<double>();
        CHECK(ms > 0);
        CHECK(way["/ nn/analytic"].get<double>() == doctest::Approx(ms / by_hand).epsilon(1e-12));
        ++timed;
    }
    CHECK(timed == 7);
}

}  // namespace

TEST_CASE("all ways to a gradient agree, for every model, parameter and input") {
    for (const std::string& model : models)
        for (const char* flags :
             {"", "--loss every", "--batch 1 --steps 1 --inputs 1 --hidden 1", "--seed 9 --scale 2"})
            check_equal(model, small + flags);
}

TEST_CASE("truncated: blocks that are longer than what is swept, single steps, and all of it") {
    for (const char* flags : {"--every 9 --depth 1", "--every 1 --depth 1", "--every 1 --depth 3",
                              "--every 3 --depth 2", "--every 2 --depth 100"})
        check_equal("truncated", small + "--steps 5 --loss every " + flags);
}

TEST_CASE("the credit map: of the last step's loss, of every loss, and no further than it is swept") {
    const auto map = [](const std::string& flags) {
        std::vector<std::vector<double>> all;
        const json report = answer(small + "--map " + flags).report;
        for (const json& row : report["credit map"]["credit"]) {
            all.emplace_back();
            for (std::size_t t = 0; t < 4; ++t) all.back().push_back(row[std::to_string(t)].get<double>());
        }
        REQUIRE(all.size() == 4);
        return all;
    };
    const auto last = map(""), every = map("--loss every"),
               cut = map("--loss every --model truncated --every 2 --depth 2");
    for (std::size_t s = 0; s < 4; ++s)
        for (std::size_t t = 0; t < 4; ++t) {
            CHECK((last[s][t] > 0) == (s == 3));
            CHECK((every[s][t] > 0) == (t <= s));
            CHECK(cut[s][t] == (t / 2 == s / 2 ? every[s][t] : 0));
        }
    const Outcome shown = run(compare + small + "--map --loss every");
    CHECK(has(shown.out, "\ns = 3    |"));
    CHECK(has(shown.out, "@"));
    CHECK(!has(run(compare + small).out, "credit map"));
}

TEST_CASE("what costs too much is left out, which is said, unless it is asked for") {
    const std::string flags = small + "--hidden 130";
    const Outcome o = run(compare + flags);
    CHECK(o.code == 0);
    for (const std::string way : {"forward mode", "differences"}) {
        CHECK(has(o.out, "\n" + way));
        CHECK(!has(o.out, way + " |"));
    }
    CHECK(has(o.out, " passes of a step, more than 60,000; --force computes it"));
    const auto left_out = [](const std::string& asked) {
        const json ways = answer(asked).report["summary"]["ways"];
        return std::count_if(ways.begin(), ways.end(), [](const json& way) { return !way["left out"].is_null(); });
    };
    CHECK(left_out(small) == 0);
    CHECK(left_out(flags) == 3);  // RTRL too
    const std::string long_one = small + "--batch 1 --inputs 4 --hidden 2 --steps 130 ";
    CHECK(left_out(long_one) == 2);
    CHECK(left_out(long_one + "--force") == 0);
}

TEST_CASE("in each format") {
    for (const char* format : {"text", "markdown", "csv", "latex"}) {
        const Outcome o = run(compare + small + "--map --format " + format);
        CHECK(o.code == 0);
        for (const char* part : {"RTRL", "h0", "G"}) CHECK_MESSAGE(has(o.out, part), (std::string(format) + o.out));
    }
    CHECK(has(run(compare + small).out, "All gradients are equal to 1e-12"));
    CHECK(has(run(compare + small + "--format latex").out, "\\begin{tabular}"));
    CHECK(has(run(compare + small + "--format markdown").out, "## all ways"));
    CHECK(has(run(compare + small + "--format csv").out, "\nreverse mode,nn/analytic,yes,"));
}

TEST_CASE("NaN and infinity never pass") {
    for (const std::string& model : models) {
        const auto [code, report] = answer("--model " + model + small + "--scale 1e300");
        CHECK(code == 1);
        CHECK(report["summary"]["passed"] == false);
        CHECK(has(report["engine and nn/analytic"]["verdict"].get<std::string>(), "not finite"));
    }
    CHECK(run(compare + small + "--scale 1e300 --mutate no-slope").code == 1);
}

TEST_CASE("a bad size, word or flag is refused with what was meant, and with the usage") {
    const std::vector<std::pair<std::string, std::string>> bad{
        {"--batch 0", "from 1 to"},
        {"--loss first", "--loss: expected last or every; found first\n"},
        {"--step 3", "did you mean --steps?"},
        {"--model lstn", "did you mean lstm?"},
        {"--format txt", "did you mean text?"},
        {"--mutate untransposed-w", "did you mean untransposed-wh?"},
        {"--mutate gate-order --model gru", "gate-order is a mistake of --model lstm; found --model gru"},
        {"--scale -1", "from 0 to 1e+300"},
        {"--export ''", "expected a file's name"},
        {"more", "unexpected argument more"}};
    for (const auto& [flags, reason] : bad) {
        const Outcome o = run(compare + " " + flags);
        const std::string said = flags + (": " + o.err);
        INFO(said);
        CHECK(o.code == 2);
        CHECK(o.out.empty());
        CHECK(well_said(o));
        CHECK(has(o.err, reason));
    }
}
