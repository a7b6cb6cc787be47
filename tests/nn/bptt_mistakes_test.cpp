// SPDX-License-Identifier: BSD-3-Clause
// The mistakes that people make when they derive backpropagation through time: where the report says they are.
#include <xtape/nn/analytic/terms.hpp>
#include <xtape/nn/bptt.hpp>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/rnn.hpp>

#include "analytic/mistakes.hpp"

namespace {

using namespace xtape;
using V = Variable<double>;

constexpr std::size_t T = 4, B = 3;

struct Loss {  // sum over all steps of sum(h_t * d_h_t)
    Array<double> d_h;
    template <class S> V operator()(std::size_t t, const S& state) const {
        return sum(nn::output(state) * select(V(d_h), 0, std::ptrdiff_t(t)));
    }
};

template <class S> S state_of(const S& like, const by_hand::State<double>& values) {
    std::size_t i = 0;
    return nn::map_state([&](const V&) { return V(values[i++]); }, like);
}

// The engine's cell with the parameters of the one on plain arrays, and the same sequence.
template <class Cell, class Hand> struct Pair {
    Sequence<Hand> s;
    Cell cell;

    Pair(const Kind<Hand>& kind, unsigned seed) : s(random_sequence(kind, T, B, seed)), cell(make()) {
        s.d_last = by_hand::no_state(s.d_last);
        for (const auto& [name, p] : nn::parameters(cell))
            s.cell.visit([&, path = name, to = p](const std::string& known, auto& value) {
                if (known == path) to->set(value);
            });
    }
    static Cell make() {
        nn::Generator bits(1);
        return Cell(features, hidden, bits);
    }
    auto recurrence() const {
        return nn::Recurrence(V(s.x), state_of(cell.initial(B), s.first), Loss{Array<double>(s.d_h)});
    }
    // What a derivation with this mistake gives, sums of the weights' gradients made as it makes them.
    CompareReport report(const Mistake<Hand>& mistake, const xt::xarray<double>& d_h) const {
        const Sequence<Mistaken<Hand>> wrong{{s.cell, mistake}, s.x, s.first, {}, d_h, s.d_last};
        auto traced = by_hand::traced_bptt(wrong.cell, run(wrong), d_h, s.d_last);
        traced.gradients = bptt(wrong);
        return nn::compare_gradients(recurrence(), nn::trace_of<double>(traced), cell);
    }
};

struct Expected {
    const char* name;
    std::size_t step;
    const char* factor;
    const char* reason;  // a part of it
};

template <class Cell, class Hand> void check_each(const Pair<Cell, Hand>& pair,
                                                  const std::vector<Mistake<Hand>>& mistakes,
                                                  const std::vector<Expected>& expected) {
    std::size_t found = 0;
    for (const Mistake<Hand>& mistake : mistakes)
        for (const Expected& e : expected) {
            if (std::string(mistake.name) != e.name) continue;
            const CompareReport report = pair.report(mistake, pair.s.d_h);
            INFO(mistake.name << "\n" << formatted(report, Format::text));
            CHECK(!report);
            REQUIRE(report.divergence);
            CHECK(report.divergence->step == e.step);
            CHECK(report.divergence->factor == e.factor);
            CHECK(report.divergence->reason.find(e.reason) != std::string::npos);
            ++found;
        }
    CHECK(found == expected.size());
    CHECK(pair.report(mistakes[0], pair.s.d_h));  // none
    CHECK(!pair.report(mistakes[0], pair.s.d_h).divergence);
}

const Kind<by_hand::RnnCell<double>> rnn{
    "RNN", [](std::size_t n, auto& random) { return random_rnn(n, random, by_hand::Activation::tanh); }};
const Kind<by_hand::LstmCell<double>> lstm{
    "LSTM", [](std::size_t n, auto& random) { return random_lstm(n, random, {}); }, {hidden, hidden}};
const Kind<by_hand::GruCell<double>> gru{"GRU",
                                         [](std::size_t n, auto& random) { return random_gru(n, random, true); }};
using RnnPair = Pair<nn::RNNCell<double>, by_hand::RnnCell<double>>;

}  // namespace

TEST_CASE("mistakes of an RNN are named: the last step that they show at, and the factor") {
    INFO("seed 7000");
    check_each(RnnPair(rnn, 7000), rnn_mistakes,
               {{"tanh' of the pre-activation", 3, "activation", "so are those of all weights"},
                {"the logistic function's slope, h (1 - h), for that of tanh", 3, "activation", "the term of wx"},
                {"no slope at all", 3, "activation", "the term of wx"},
                {"W_h not transposed", 2, "recurrent Jacobian", "it comes from dL/da of step 3, which is right"},
                {"dW_h transposed", 3, "input", "wh: the analytic gradient is the transpose of autograd's"},
                {"nothing carried to the step before", 2, "recurrent Jacobian", "nothing is carried back from step 3"},
                {"H_t where H_{t-1} belongs", 3, "input", "the term of wh"},
                {"the weights' gradient of one step only", 0, "accumulation", "their sum is not"},
                {"the bias's mean over the batch", 3, "input", "b: analytic = 0.333333333 * autograd"}});
}

TEST_CASE("mistakes of LSTM and GRU") {
    INFO("seeds 7010, 7020");
    check_each(Pair<nn::LSTMCell<double>, by_hand::LstmCell<double>>(lstm, 7010), lstm_mistakes,
               {{"what comes from C_{t+1} forgotten", 2, "activation", "so are those of all weights"},
                {"C_{t-1} through the input gate", 2, "recurrent Jacobian", "dL/dS[1]"},
                {"gates in the order i, f, o, g", 3, "activation", "the term of wx"},
                {"C_t where C_{t-1} belongs", 3, "activation", "the term of wx"}});
    check_each(Pair<nn::GRUCell<double>, by_hand::GruCell<double>>(gru, 7020), gru_mistakes,
               {{"z * H_{t-1} forgotten", 2, "recurrent Jacobian", "dL/dh"},
                {"b_n outside of the reset", 3, "input", "the term of bn"},
                {"r, z in each other's place", 3, "input", "the term of wh"},
                {"reset gate left open", 3, "activation", "the term of wx"}});
}

TEST_CASE("mistakes of the loss: a step forgotten, a mean for a sum, the sign") {
    INFO("seed 7030");
    const RnnPair pair(rnn, 7030);
    const auto with = [&](const xt::xarray<double>& d_h) { return pair.report(rnn_mistakes[0], d_h); };
    xt::xarray<double> d_h = pair.s.d_h;
    by_hand::set_step<double>(d_h, 1, 0 * by_hand::step(d_h, 1));
    CompareReport report = with(d_h);
    REQUIRE(report.divergence);
    CHECK(report.divergence->step == 1);
    CHECK(report.divergence->factor == "output");
    CHECK(report.divergence->reason.find("it lacks what the loss of this step says") != std::string::npos);
    report = with(pair.s.d_h / double(B));
    CHECK(report.normalisation == "the factor is 1/B: a mean on one side is a sum on the other");
    CHECK(report.divergence->step == 3);
    CHECK(report.divergence->factor == "output");
    report = with(double(B * T) * pair.s.d_h);
    CHECK(report.normalisation == "the factor is B*T: a mean on one side is a sum on the other");
    report = with(-pair.s.d_h);
    CHECK(report.normalisation == "the sign is wrong");
    CHECK(formatted(report, Format::text)
              .find("\nfirst divergence, in backward order: step 3, output: dL/dh: analytic = "
                    "-1 * autograd; nothing follows the last step\n") != std::string::npos);
}

TEST_CASE("each part of a trace is looked at, and the last step comes first") {
    INFO("seed 7040");
    const RnnPair pair(rnn, 7040);
    const auto f = pair.recurrence();
    const nn::BpttTrace<double> right = nn::bptt_trace(f, pair.cell);
    const auto found = [&](const auto& change) {
        nn::BpttTrace<double> trace = right;
        change(trace);
        const CompareReport report = nn::compare_gradients(f, trace, pair.cell);
        CHECK(!report);
        REQUIRE(report.divergence);
        return std::to_string(report.divergence->step) + " " + report.divergence->factor;
    };
    CHECK(right.a[0].shape() == xtape::Shape{B, hidden});
    CHECK(found([](auto& trace) { trace.a[2] *= 2; }) == "2 activation");
    CHECK(found([](auto& trace) { trace.output[1][0] *= 2; }) == "1 output");
    CHECK(found([](auto& trace) { trace.terms[2][1].array *= 2; }) == "2 input");
    CHECK(found([](auto& trace) {
              for (auto& [name, term] : trace.terms[2]) term *= 2;
          }) == "2 input");  // a is right
    CHECK(found([](auto& trace) { trace.gradients[1].array *= 2; }) == "0 accumulation");
    CHECK(found([](auto& trace) { trace.state[0][0] *= 2, trace.state[2][0] *= 2, trace.a[1] *= 2; }) ==
          "2 recurrent Jacobian");
    CHECK(found([](auto& trace) { trace.state[1][0] *= 2, trace.terms[3][0].array *= 2; }) == "3 input");
    CHECK(found([](auto& trace) { trace.state[1][0](0, 0) = NAN; }) == "1 recurrent Jacobian");
    nn::BpttTrace<double> little(T);  // states alone
    little.state = right.state, little.gradients = right.gradients;
    CHECK(nn::compare_gradients(f, little, pair.cell));
    CHECK(nn::compare_gradients(
        f, [&](const auto&) { return little; }, pair.cell));
    little.state[1][0] *= 2;
    CHECK(nn::compare_gradients(f, little, pair.cell)
              .divergence->reason.find("it comes from dL/da of step 2, which is not given") != std::string::npos);
    CHECK(nn::compare_gradients(f, little, pair.cell).verdict ==
          "the gradients agree, but not the steps that they were made of");
    nn::BpttTrace<double> nothing(T);  // the gradients alone, and wrong ones
    nothing.gradients = right.gradients;
    nothing.gradients[0].array *= 2;
    CHECK(!nn::compare_gradients(f, nothing, pair.cell));
    CHECK(!nn::compare_gradients(f, nothing, pair.cell).divergence);
}

TEST_CASE("weights that the cell does not have are an error, and no mistake of the derivation") {
    INFO("seed 7050");
    const RnnPair pair(rnn, 7050);
    const auto f = pair.recurrence();
    const nn::BpttTrace<double> right = nn::bptt_trace(f, pair.cell);
    const auto refused = [&](const nn::BpttTrace<double>& trace) -> std::string {
        try {
            (void)nn::compare_gradients(f, trace, pair.cell);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    };
    nn::BpttTrace<double> trace = right;
    trace.gradients[1].name = "w_h";
    CHECK(refused(trace) ==
          "[compare_gradients] analytic gradients must be of wx, wh, b, each once; got wx, w_h, b; try the arguments' "
          "names");
    trace = right;
    trace.terms[2][0].name = "Wx";
    CHECK(refused(trace) ==
          "[compare_traces] terms of step 2 must be of wx, wh, b, each once; got Wx, wh, b; try the arguments' names");
    trace.terms[2] = {right.terms[2][0], right.terms[2][0]};
    CHECK(refused(trace) ==
          "[compare_traces] terms of step 2 must be of wx, wh, b, each once; got wx, wx; try the arguments' names");
    trace = right;
    trace.gradients.pop_back();  // which is not there to be summed wrongly
    const CompareReport report = nn::compare_gradients(f, trace, pair.cell);
    CHECK(report.verdict == "the gradient of b differs: there is no analytic gradient of it; equal are wx, wh");
    CHECK(!report.divergence);
}
