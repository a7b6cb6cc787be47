// SPDX-License-Identifier: BSD-3-Clause
// What the tape shows of itself: as a table, and as the text of a drawing.
#include <xtape/autodiff/autodiff.hpp>

#include <algorithm>
#include <utility>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

constexpr int first_line = __LINE__;
struct Cell {
    Parameter<double> wx{"wx", filled<double>({1, 3}, 0.5)}, wh{"wh", filled<double>({3, 3}, 0.1)},
        b{"b", filled<double>({3}, 0.0)};
    V operator()(const V& x, const V& h) const {
        const V from_x = matmul(x, wx);    // @05
        const V from_h = matmul(h, wh);    // @06
        return tanh(from_x + from_h + b);  // @07
    }
};
V loss_of_two_steps(const Cell& cell) {
    const V x = filled<double>({2, 1}, 1.0);
    const V first = cell(x, zeros<double>({2, 3}));
    const V last = named(cell(x, first), "last");
    return sum(last * last);  // @14
}

// The text with lines of this file for @NN
std::string with_lines(std::string text) {
    for (std::size_t at = 0; (at = text.find('@')) != text.npos;) {
        const int line = first_line + std::stoi(text.substr(at + 1, 2));
        text.replace(at, 3, "dump_test.cpp:" + std::to_string(line));
    }
    return text;
}

}  // namespace

TEST_CASE("the tape of two steps of a recurrent network, as a table") {
    const Cell cell;
    const Tape tape;
    const V loss = loss_of_two_steps(cell);
    CHECK(dump(loss) == with_lines(R"(place  operation  name  shape   type    inputs  source
    0  leaf       wx    (1, 3)  double          @05
    1  matmul           (2, 3)  double  - 0     @05
    2  leaf       wh    (3, 3)  double          @06
    3  matmul           (2, 3)  double  - 2     @06
    4  add              (2, 3)  double  1 3     @07
    5  leaf       b     (3,)    double          @07
    6  add              (2, 3)  double  4 5     @07
    7  tanh             (2, 3)  double  6       @07
    8  matmul           (2, 3)  double  - 0     @05
    9  matmul           (2, 3)  double  7 2     @06
   10  add              (2, 3)  double  8 9     @07
   11  add              (2, 3)  double  10 5    @07
   12  tanh       last  (2, 3)  double  11      @07
   13  multiply         (2, 3)  double  12 12   @14
   14  sum_to           ()      double  13      @14
)"));
}

TEST_CASE("the same as a drawing") {
    const Cell cell;
    const Tape tape;
    const V loss = loss_of_two_steps(cell);
    const std::string drawing = dump(loss, Dump::dot);
    CHECK(contains(drawing, "digraph tape {\n"));
    CHECK(contains(drawing, with_lines(R"(    0 [label="leaf wx\n(1, 3) double\n@05"];)")));
    CHECK(contains(drawing, with_lines(R"(    12 [label="tanh last\n(2, 3) double\n@07"];)")));
    std::string edges;
    for (const auto& [from, to] : std::vector<std::pair<int, int>>{{0, 1},
                                                                   {2, 3},
                                                                   {1, 4},
                                                                   {3, 4},
                                                                   {4, 6},
                                                                   {5, 6},
                                                                   {6, 7},
                                                                   {0, 8},
                                                                   {7, 9},
                                                                   {2, 9},
                                                                   {8, 10},
                                                                   {9, 10},
                                                                   {10, 11},
                                                                   {5, 11},
                                                                   {11, 12},
                                                                   {12, 13},
                                                                   {12, 13},
                                                                   {13, 14}})
        edges += "    " + std::to_string(from) + " -> " + std::to_string(to) + ";\n";
    CHECK(contains(drawing, "];\n" + edges + "}\n"));  // these, in this order, and no others
}

TEST_CASE("a dump holds what the result was computed from, and nothing else") {
    const Tape tape;
    const V x = variable(2.0), y = variable(3.0);
    const V unused = exp(y), square_of_x = x * x;
    (void)unused;
    const std::string text = dump(square_of_x);
    CHECK(contains(text, "multiply"));
    CHECK(contains(text, "0 0"));  // both inputs are x
    CHECK(!contains(text, "exp"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
    CHECK(tape.size() == 4);
    const Variable<float> single = named(variable(1.0F), "\"quoted\"\\");
    CHECK(contains(dump(single), "\"quoted\"\\  ()     float"));
    CHECK(contains(dump(single, Dump::dot), R"(0 [label="leaf \"quoted\"\\\n() float)"));
}

TEST_CASE("a checkpoint's inputs are its argument and its parameters") {
    const Tape tape;
    const Parameter<double> w("w", filled<double>({}, 3.0));
    const V x = variable(2.0);
    const V y = checkpoint<double>([&](const V& v) { return v * w; }, x);
    CHECK(contains(dump(y, Dump::dot), "0 -> 2;\n    1 -> 2;\n"));
    CHECK(contains(dump(y), "2  checkpoint"));
}

TEST_CASE("rules of a name's several words, and of arguments") {
    const Tape tape;
    const V x = variable(filled<double>({2, 3}, 1.0));
    CHECK(contains(dump(sum(x, 0)), " sum_to "));
    CHECK(contains(dump(maximum(x, x)), " maximum "));
    CHECK(contains(dump(minimum(x, x)), " minimum "));
    CHECK(contains(dump(softmax(x)), " softmax "));
    CHECK(contains(dump(concatenate({x, x}, 0)), " assemble "));
}

TEST_CASE("a million operations are shown without a million calls inside each other") {
    const Tape tape;
    V x = variable(1.0);
    for (int i = 0; i < 1'000'000; ++i) x = -x;
    const std::string text = dump(x);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1'000'002);
    CHECK(contains(text, "1000000  negate"));
}

TEST_CASE("what is on no tape cannot be shown") {
    const Parameter<double> w("w", filled<double>({}, 3.0));
    CHECK(contains(thrown([] { (void)dump(V(1.0)); }), "[dump] the result must depend on a variable of the tape"));
    const Tape tape;
    CHECK(contains(thrown([&] { (void)dump(w); }), "[dump] a parameter must have been used on the tape"));
    CHECK(tape.size() == 0);
    V gone;
    {
        const Tape inner;
        gone = variable(1.0);
    }
    CHECK(contains(thrown([&] { (void)dump(gone); }), "whose tape has ended"));
}

}  // namespace xtape::test
