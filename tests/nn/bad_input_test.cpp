// SPDX-License-Identifier: BSD-3-Clause
// What does not fit is refused with its shapes and its place, and leaves all that the caller holds as it was.
#include <functional>
#include <xtape/nn/decode.hpp>
#include <xtape/nn/layers.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using Cell = nn::LSTMCell<double>;
using State = nn::LSTMState<double>;
constexpr std::size_t T = 5, B = 2, I = 3, H = 4;

struct Model {
    using value_type = double;
    nn::Generator bits{81};
    Cell cell{I, H, bits};
    nn::Layers<Cell> layers{I, {.layers = 2}, [this](std::size_t n) { return Cell(n, H, bits); }};
    nn::Layers<Cell> both{I, {.layers = 2, .bidirectional = true}, [this](std::size_t n) { return Cell(n, H, bits); }};
    nn::RNN<double> rnn{{I, H, 2}, 82};
    template <class F> void visit(F&& f) { f("cell", cell), f("layers", layers), f("both", both), f("rnn", rnn); }
};

// The call is refused, with a message that says all of the parts, and no parameter changed. Gives what was recorded.
std::size_t check_refused(const Model& model, const Tape& tape, const std::function<void()>& call,
                          const std::vector<std::string>& parts) {
    const std::size_t before = tape.size();
    std::vector<Array<double>> values;
    for (const auto& [path, p] : nn::parameters(model)) values.push_back(p->value());
    const std::string text = thrown(call);
    for (const std::string& part : parts) {
        INFO(text, "\nmust say: ", part);
        CHECK(contains(text, part));
    }
    CHECK(contains(text, "bad_input_test.cpp:"));
    for (std::size_t i = 0; const auto& [path, p] : nn::parameters(model)) CHECK(same_bits(p->value(), values[i++]));
    return tape.size() - before;
}

struct Reader {
    std::string path;  // where an error stands, outermost first
    std::function<void(const V& xs, const State& first, const nn::Padding&)> read;
};
std::vector<Reader> readers(const Model& m) {
    using P = nn::Padding;
    return {
        {"unroll", [&](const V& xs, const State& s, const P& p) { (void)nn::unroll(m.cell, xs, s, {.padding = p}); }},
        {"bidirectional forward > unroll",
         [&](const V& xs, const State& s, const P& p) { (void)nn::bidirectional(m.cell, m.cell, xs, s, s, p); }},
        {"truncated > unroll",
         [&](const V& xs, const State& s, const P& p) {
             (void)nn::truncated(m.cell, xs, s, {2, 3}, p);
         }},
        {"Layers layer 0 > unroll",
         [&](const V& xs, const State& s, const P& p) {
             (void)m.layers(xs, {.padding = p, .first = {s, s}});
         }},
        {"Layers layer 0 > bidirectional forward > unroll",
         [&](const V& xs, const State& s, const P& p) {
             (void)m.both(xs, {.padding = p, .first = {s, s, s, s}});
         }},
    };
}

TEST_CASE("a wrong feature size, a state of another batch and bad lengths: any driver names shapes, row and place") {
    struct Mistake {
        Shape xs;
        std::size_t batch;  // of the state
        nn::Padding padding;
        std::string deeper;  // than the driver
        std::vector<std::string> parts;
    };
    const std::vector<Mistake> mistakes{
        {{T, B, 9}, B, {}, " > LSTMCell", {"[linear] shapes must be x (..., I)", ", 2, 9), (3, 16), (16,)"}},
        {{T, 70, 9}, 70, {}, " step 0 > LSTMCell", {"got", "(70, 9), (3, 16), (70, 4), (4, 16), (16,)"}},
        {{T, B, I}, 3, {}, "", {"[unroll] sequences must be (T, B, features)", "got (5, 2, 3) and (3, 4)"}},
        {{T, B, I}, 1, {{5, 2}}, "", {"[unroll] sequences must be (T, B, features)", "got (5, 2, 3) and (1, 4)"}},
        {{T, B, I}, B, {{1, 6}}, "", {"[padding] lengths must be in [0, 5], the steps; got 6 of row 1"}},
        {{T, B, I}, B, {{-1, 2}}, "", {"[padding] lengths must be in [0, 5], the steps; got -1 of row 0"}},
        {{T, B, I}, B, {{1, 2, 3}}, "", {"[padding] there must be one length a row, 2; got 3"}},
    };
    const Model model;
    const Tape tape;
    for (const Reader& reader : readers(model))
        for (const Mistake& m : mistakes) {
            const V xs = variable(random_array<double>(m.xs, 83));
            std::vector<std::string> parts = m.parts;
            parts.push_back("(in " + reader.path + m.deeper + ")");
            const auto call = [&] { reader.read(xs, model.cell.initial(m.batch), m.padding); };
            const std::size_t recorded = check_refused(model, tape, call, parts);
            if (m.deeper.empty()) CHECK(recorded == 0);  // else what the cell was given may be
        }
}

TEST_CASE("a loss of nothing, no depth, no beam and a negative temperature are refused where they stand") {
    const Model model;
    const Tape tape;
    const V xs = variable(random_array<double>({T, B, I}, 84)), scores = variable(random_array<double>({T * B, 3}, 85));
    const State first = model.cell.initial(B);
    const auto decoder = [&](const Indices& tokens, const State& s) {
        const State next = model.cell(V(zeros<double>({tokens.size(), I})), s);
        return std::pair(next.h, next);
    };
    Array<double> none = nn::Padding{0, 0}.mask<double>(T);
    none.reshape({T * B});
    const auto loss_of_nothing = [&] {
        const Frame frame("Readout");
        (void)cross_entropy(scores, Indices(T * B), {.weights = none});
    };
    const nn::Limits limits{.longest = 4};
    const auto no_depth = [&] { (void)nn::truncated(model.cell, xs, first, {.every = 2, .depth = 0}, {5, 2}); };
    const auto no_beam = [&] { (void)nn::beam_search(decoder, {0, 1}, first, limits, {.width = 0}); };
    const auto cold = [&] { (void)nn::sample(decoder, {0, 1}, first, limits, {.temperature = -1}, 1); };
    struct Mistake {
        std::function<void()> call;
        std::vector<std::string> parts;
    };
    const std::vector<Mistake> mistakes{
        {loss_of_nothing, {"[cross_entropy] some row must count; got weight 0 for each of 10", "(in Readout)"}},
        {no_depth, {"[truncated] blocks and depth must have steps; got every = 2, depth = 0", "(in truncated)"}},
        {[&] { (void)model.rnn.truncated(xs, 0); }, {"[RNN] gradients must go", "got a depth of 0", "(in RNN)"}},
        {no_beam, {"[beam_search] the width must be 1 or more; got 0; try 1"}},
        {cold, {"[sample] the temperature must be 0, which is greedy, or more; got -1"}},
    };
    for (const Mistake& m : mistakes) CHECK(check_refused(model, tape, m.call, m.parts) == 0);
    CHECK(nn::beam_search(decoder, {0, 1}, first, limits, {.width = 1}).size() == B);  // which is not refused
}

// A cell that fails at one step
struct Failing {
    Cell cell;
    std::ptrdiff_t at;
    State operator()(const V& x, const State& s, std::ptrdiff_t t, Where where) const {
        check(t != at, where, "Failing", "no step may be ", at);
        return cell(x, s, where);
    }
};

TEST_CASE("what fails at a later step leaves the steps before it on the tape, which nothing that is held depends on") {
    const Model model;
    const State first = model.cell.initial(B);
    const auto gradients = [&](std::ptrdiff_t at) {
        const Tape tape;
        const V xs = variable(random_array<double>({T, B, I}, 86));
        const V early = sum(square(nn::unroll(model.cell, xs, first).outputs()));
        const std::size_t before = tape.size();
        const std::string text = thrown([&] { (void)nn::unroll(Failing{model.cell, at}, xs, first); });
        CHECK(contains(text, at < 0 ? "" : "no step may be 3 (in unroll step 3)"));
        CHECK(text.empty() == (at < 0));
        CHECK(tape.size() > before);
        const V late = sum(nn::unroll(model.cell, xs, first, {.reverse = true}).outputs());
        std::vector<V> wanted = nn::wanted(model);
        wanted.push_back(xs);
        const auto g = backward(early + late, wanted);
        std::vector<Array<double>> all{xs.value()};
        for (const V& v : wanted) all.push_back(g[v]);
        return all;
    };
    const auto failed = gradients(3), passed = gradients(-1);
    for (std::size_t i = 0; i < passed.size(); ++i) CHECK(same_bits(failed[i], passed[i]));
}

}  // namespace
}  // namespace xtape::test
