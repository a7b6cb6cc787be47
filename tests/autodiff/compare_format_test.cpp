// SPDX-License-Identifier: BSD-3-Clause
// Reports as text, Markdown, CSV, JSON and LaTeX, to the letter.
#include <xtape/autodiff/compare_methods.hpp>

#include <nlohmann/json.hpp>
#include <sstream>

#include "support.hpp"

namespace xtape::test {
namespace {

using A = Array<double>;

CompareReport small_report() {
    return compare_named<double>({{"w", A{1, 2}}, {"b", A{4}}}, {{"w", A{1, 2}}, {"b", A{5}}});
}

TEST_CASE("as text") {
    const std::string columns = "argument  shape  equal  absolute  relative  ulp       norm-relative  cosine  factor  ";
    const std::string w = "w         (2,)   yes    0         0         0         0              1       1       ";
    const std::string b = "b         (1,)   no     1         0.2       1.13e+15  0.2            1       1.25    ";
    const std::string expected = "FAILED: the gradient of b differs: analytic = 1.25 * autograd; equal are w\n\n" +
                                 columns + "first at  autograd  analytic  reason\n" +  //
                                 w + "-         -         -         -\n" +             //
                                 b + "(0,)      4         5         analytic = 1.25 * autograd\n";
    CHECK(formatted(small_report(), Format::text) == expected);
    std::ostringstream out;
    out << small_report();
    CHECK(out.str() == expected);
}

TEST_CASE("as Markdown") {
    const std::string columns =
        "| argument | shape | equal | absolute | relative | ulp | norm-relative | cosine | factor ";
    CHECK(
        formatted(small_report(), Format::markdown) ==
        "FAILED: the gradient of b differs: analytic = 1.25 \\* autograd; equal are w\n\n" + columns +
            "| first at | autograd | analytic | reason |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
            "| w | (2,) | yes | 0 | 0 | 0 | 0 | 1 | 1 |  |  |  |  |\n"
            "| b | (1,) | no | 1 | 0.2 | 1.13e+15 | 0.2 | 1 | 1.25 | (0,) | 4 | 5 | analytic = 1.25 \\* autograd |\n");
}

TEST_CASE("as CSV, where names have commas and quotes") {
    CHECK(formatted(compare_named<double>({{"a \"b\", c", A{1}}, {"d", A{2}}}, {{"a \"b\", c", A{1}}}), Format::csv) ==
          "argument,shape,equal,absolute,relative,ulp,norm-relative,cosine,factor,first at,autograd,analytic,reason\n"
          "\"a \"\"b\"\", c\",\"(1,)\",yes,0,0,0,0,1,1,,,,\n"
          "d,\"(1,)\",no,nan,nan,nan,nan,nan,nan,,,,there is no analytic gradient of it\n");
    const A a{0.1}, b{0.3};
    CHECK(contains(formatted(compare_named<double>({{"w", a}}, {{"w", b}}), Format::csv),
                   ",0.10000000000000001,0.29999999999999999,"));  // all digits
}

TEST_CASE("as JSON, which another parser reads") {
    CompareReport report = compare_named<double>({{"w\n\"\\\t\x01", A{1, 2}}, {"b", A{4, NAN}}},
                                                 {{"w\n\"\\\t\x01", A{1, 2}}, {"b", A{5, 1}}});
    report.divergence = Divergence{3, "activation", "why"};
    const auto json = nlohmann::json::parse(formatted(report, Format::json));
    CHECK(json["passed"] == false);
    CHECK(json["verdict"] == report.verdict);
    CHECK(json["tolerance"] == 1e-12);
    CHECK(json["divergence step"] == 3);
    CHECK(json["divergence factor"] == "activation");
    const auto& w = json["arguments"][0];
    CHECK(w["argument"] == "w\n\"\\\t\x01");
    CHECK(w["equal"] == true);
    CHECK(w["norm-relative"] == 0);
    CHECK(w["autograd"].is_null());
    const auto& b = json["arguments"][1];
    CHECK(b["norm-relative"].is_null());  // NaN
    CHECK(b["first at"] == "(1,)");
    CHECK(b["analytic"] == 1);
    CHECK(json["arguments"].size() == 2);
    const auto empty = nlohmann::json::parse(formatted(compare_named<double>({}, {}), Format::json));
    CHECK(empty["arguments"].empty());
    CHECK(empty["passed"] == true);
}

TEST_CASE("as LaTeX") {
    CHECK(formatted(compare_named<double>({{"w_h", A{1}}}, {{"w_h", A{1}}}), Format::latex) ==
          "PASSED: the gradients agree: they differ by at most 0, norm-relative; allowed are 1e-12\n\n"
          "\\begin{tabular}{lllllllllllll}\n"
          "argument & shape & equal & absolute & relative & ulp & norm-relative & cosine & factor & first at & "
          "autograd & analytic & reason \\\\ \\hline\n"
          "w\\_h & (1,) & yes & 0 & 0 & 0 & 0 & 1 & 1 &  &  &  &  \\\\\n"
          "\\end{tabular}\n");
    const std::string odd = formatted(compare_named<double>({{"\\a^b~c{d}<e|50%&#$", A{1}}}, {}), Format::latex);
    CHECK(
        contains(odd, "\\textbackslash{}a\\textasciicircum{}b\\textasciitilde{}c\\{d\\}$<$e$\\vert$50\\%\\&\\#\\$ &"));
}

TEST_CASE("a comparison of methods: a matrix for people, pairs for programs") {
    const A g{1, 2}, wrong{1, 3};
    const MethodsReport report = compare_methods<double>({{"mine", {"paper"}, {{"w", g}}},
                                                          {"yours", {"ink", "paper"}, {{"w", g}}},
                                                          {"hers", {"stone"}, {{"w", wrong}}}});
    CHECK(contains(formatted(report, Format::text), R"(
difference \ shared  mine     yours     hers
mine                 -        agree, 0  DIFFER, 0.316
yours                paper    -         DIFFER, 0.316
hers                 nothing  nothing   -
)"));
    CHECK(
        contains(formatted(report, Format::csv),
                 "first,second,agree,norm-relative,argument,shared,reason\nmine,yours,yes,0,w,paper,\nmine,hers,no,"));
    const auto json = nlohmann::json::parse(formatted(report, Format::json));
    CHECK(json["pairs"].size() == 3);
    CHECK(json["pairs"][1]["second"] == "hers");
    CHECK(json["conclusion"] == report.conclusion);
    CHECK(contains(formatted(report, Format::markdown), "| difference \\\\ shared | mine | yours | hers |"));
    CHECK(contains(formatted(report, Format::latex), "difference \\textbackslash{} shared & mine"));
    CHECK(contains(doctest::toString(report).c_str(), "FAILED: "));
}

}  // namespace
}  // namespace xtape::test
