// SPDX-License-Identifier: BSD-3-Clause
// Backpropagation through time, taken apart: by the engine for any cell, and by hand, which shares no code with it.
#include <xtape/autodiff/compare_methods.hpp>
#include <xtape/nn/analytic/gru.hpp>
#include <xtape/nn/analytic/lstm.hpp>
#include <xtape/nn/analytic/rtrl.hpp>
#include <xtape/nn/analytic/terms.hpp>
#include <xtape/nn/bptt.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

namespace hand = nn::analytic;
using V = Variable<double>;
using A = Array<double>;
using Plain = xt::xarray<double>;

constexpr std::size_t T = 5, B = 3, I = 3;
const A xs = random_array<double>({T, B, I}, 51);

// L_t = sum(h_t * weights_t) for all t, or for the last step alone
struct Losses {
    A weights;
    bool last_only = false;
    template <class S> V operator()(std::size_t t, const S& state) const {
        if (last_only && t + 1 < T) return 0.0;
        return sum(nn::output(state) * select(V(weights), 0, std::ptrdiff_t(t)));
    }
    Plain d_h() const {
        Plain d = weights;
        if (last_only) std::fill_n(d.data(), d.size() / T * (T - 1), 0);
        return d;
    }
};
template <class S> Losses losses(const S& state, bool last_only = false) {
    return {random_array<double>({T, B, nn::output(state).shape()[1]}, 52), last_only};
}

template <class Hand, class Cell> Hand by_hand(const Cell& cell) {
    Hand other;
    for (const auto& [name, p] : nn::parameters(cell))
        other.visit([&, path = name, value = p->value()](const std::string& known, Plain& to) {
            if (known == path) to = value;
        });
    return other;
}
template <class S> hand::State<double> plain_state(const S& state) {
    hand::State<double> all;
    for (const V& v : nn::detail::variables(state)) all.push_back(v.value());
    return all;
}

template <class Hand, class Cell, class S> void check_by_hand(const Cell& cell, const S& first, bool last_only) {
    const Losses loss = losses(first, last_only);
    const nn::Recurrence f(xs, first, loss);
    const Hand other = by_hand<Hand>(cell);
    const auto run = hand::unroll(other, Plain(xs), plain_state(first));
    const auto none = hand::no_state(run.states[0]);
    const auto traced = hand::traced_bptt(other, run, loss.d_h(), none);
    CHECK(nn::compare_gradients(f, traced.gradients.parameters, cell));
    const CompareReport steps = nn::compare_gradients(f, nn::trace_of<double>(traced), cell);
    CHECK(steps);
    CHECK(!steps.divergence);
    const auto mine = nn::bptt_terms(f, cell);
    const auto theirs = hand::bptt_terms(other, run, loss.d_h());
    for (std::size_t s = 0; s < T; ++s)
        for (std::size_t t = 0; t <= s; ++t) {
            INFO("s ", s, ", t ", t);
            CHECK(compare_named(mine.terms[s][t], nn::detail::named_arrays<double>(theirs[s][t], {})));
        }
}

TEST_CASE("the terms of RNN, LSTM and GRU, and the sweep they come from, are what was derived by hand") {
    nn::Generator bits(53);
    for (const bool last_only : {false, true}) {
        INFO("seeds 51 to 54, last only ", last_only);
        nn::RNNCell<double> rnn(I, 4, bits);
        nn::LSTMCell<double> lstm(I, 4, bits);
        nn::GRUCell<double> gru(I, 4, bits);
        randomise(rnn, 54), randomise(lstm, 54), randomise(gru, 54);
        check_by_hand<hand::RnnCell<double>>(rnn, random_state(rnn.initial(B), 55), last_only);
        check_by_hand<hand::LstmCell<double>>(lstm, random_state(lstm.initial(B), 55), last_only);
        check_by_hand<hand::GruCell<double>>(gru, random_state(gru.initial(B), 55), last_only);
    }
}

TEST_CASE("for any cell the terms add up to the gradient of the tied weights") {
    std::size_t cells = 0;
    for_each_cell<double>([&](const char* name, const auto& make) {
        INFO(name, ", seeds 51 to 57");
        auto cell = make(I);
        randomise(cell, 56);
        const auto first = random_state(cell.initial(B), 57);
        const nn::Recurrence f(xs, first, losses(first));
        const auto terms = nn::bptt_terms(f, cell);
        CHECK(compare_named(nn::reverse_mode(f, cell), terms.total()));
        const auto trace = nn::bptt_trace(f, cell);
        CHECK(compare_named(trace.gradients, terms.total()));
        for (std::size_t t = 0; t < T; ++t) CHECK(compare_named(trace.terms[t], terms.of_step(t)));
        CHECK(nn::compare_gradients(f, trace, cell));
        ++cells;
    });
    CHECK(cells == 12);
}

TEST_CASE("the credit map: norms of the terms, below the diagonal, fading with the lag") {
    nn::Generator bits(58);
    nn::RNNCell<double> cell(I, 4, bits);
    cell.wh.set(0.25 * xt::eye<double>(4));
    const V first = zeros<double>({B, 4});
    const auto terms = nn::bptt_terms(nn::Recurrence(xs, first, losses(first)), cell);
    const A all = terms.credit(), wh = terms.credit("wh"), wx = terms.credit("wx"), b = terms.credit("b");
    CHECK(all.shape() == Shape{T, T});
    for (std::size_t s = 0; s < T; ++s)
        for (std::size_t t = 0; t < T; ++t) {
            CHECK(all(s, t) ==
                  doctest::Approx(std::sqrt(wh(s, t) * wh(s, t) + wx(s, t) * wx(s, t) + b(s, t) * b(s, t))));
            if (t > s)
                CHECK(all(s, t) == 0);
            else if (t > 0)
                CHECK(b(s, t - 1) < 0.5 * b(s, t));  // |J| <= 1/4 at each step back, here
        }
    CHECK(wh(3, 0) == 0);  // h_{-1} is 0
    CHECK(wx(3, 0) > 0);
    CHECK(contains(thrown([&] { (void)terms.credit("w"); }), "[credit] there must be a weight of this name; got w"));
    CHECK(contains(thrown([&] { (void)terms.of_step(T); }), "[of_step] t must be a step of 5; got 5"));
}

TEST_CASE("one gradient of an RNN by five ways, of which those by hand share nothing with the engine") {
    nn::Generator bits(59);
    nn::RNNCell<double> cell(I, 4, bits);
    randomise(cell, 60);
    const V first = random_state(cell.initial(B), 61);
    const Losses loss = losses(first);
    const nn::Recurrence f(xs, first, loss);
    const ManyToOne<double> of_weights = [&](const std::vector<V>& w) {
        nn::RNNCell<double> copy = cell;
        for (std::size_t k = 0; const auto& [path, p] : nn::parameters(copy)) static_cast<V&>(*p) = w[k++];
        return f(copy);
    };
    const std::vector<A> weights{cell.wx.value(), cell.wh.value(), cell.b.value()};
    const Names names{"wx", "wh", "b"};
    const auto other = by_hand<hand::RnnCell<double>>(cell);
    const auto run = hand::unroll(other, Plain(xs), plain_state(first));
    const auto none = hand::no_state(run.states[0]);
    const auto arrays = [](const auto& d) { return nn::detail::named_arrays<double>(d, {}); };
    const auto bptt = arrays(hand::bptt(other, run, loss.d_h(), none).parameters);
    const auto rtrl = arrays(hand::rtrl(other, run, loss.d_h(), none).parameters);
    std::vector<Method<double>> methods{by_reverse_mode(of_weights, weights, names),
                                        by_forward_mode(of_weights, weights, names),
                                        by_differences(of_weights, weights, names),
                                        {"BPTT", {"plain loops", "the backward recursion"}, bptt},
                                        {"RTRL", {"plain loops", "forward sensitivities"}, rtrl}};
    const MethodsReport report = compare_methods(methods);
    CHECK(report);
    CHECK(contains(report.conclusion, "BPTT | ") == false);
    CHECK(contains(report.conclusion, "reverse mode, forward mode and differences | BPTT and RTRL"));
    methods[3].gradient[1].array *= 1.5;  // dwh of the sweep
    CHECK(contains(compare_methods(methods).conclusion,
                   "BPTT stands alone against reverse mode, forward mode, differences and RTRL, which come to it in 2 "
                   "independent ways: look for the mistake in the backward recursion"));
}

TEST_CASE("no steps, losses of the wrong shape, and traces of another length") {
    nn::Generator bits(63);
    const nn::RNNCell<double> cell(I, 4, bits);
    const V first = cell.initial(B);
    const auto loss = [](std::size_t, const V& h) { return sum(h); };
    const nn::Recurrence none(V(zeros<double>({0, B, I})), first, loss);
    CHECK(nn::bptt_terms(none, cell).terms.empty());
    CHECK(nn::bptt_terms(none, cell).total().empty());
    CHECK(nn::compare_gradients(none, nn::bptt_trace(none, cell), cell));
    const nn::Recurrence wide(xs, first, [](std::size_t, const V& h) { return h; });
    CHECK(contains(thrown([&] { (void)nn::bptt_terms(wide, cell); }),
                   "[bptt] the loss of a step must be one number; got shape (3, 4); try sum(...) (in bptt step 0)"));
    const nn::Recurrence f(xs, first, loss);
    CHECK(
        contains(thrown([&] { (void)nn::compare_gradients(f, nn::BpttTrace<double>(4), cell); }),
                 "[compare_traces] the analytic trace must have 5 steps; got state of 4, a of 4, terms of 4, output of "
                 "4; try BpttTrace(5)"));
    CHECK(!recording());
}

}  // namespace
}  // namespace xtape::test
