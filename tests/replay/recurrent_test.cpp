// SPDX-License-Identifier: BSD-3-Clause
// Bugs of other libraries' recurrent networks, replayed: gradients are compared with those derived by hand.
#include <xtape/autodiff/gradcheck.hpp>
#include <xtape/nn/gates.hpp>

#include "stacks.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// A random loss of all outputs
double stack_off(const auto& make, const nn::LayersOptions& options, std::size_t steps, unsigned seed) {
    CAPTURE(seed);
    const Tape tape;
    Stack stack(make, options, steps, seed);
    const V y = stack.read().outputs();
    const auto d_y = random_array<double>(y.shape(), seed + 50);
    return stack.off_by(y, backward(sum(y * d_y)), d_y);
}

// The backward of three layers and more, both ways, wrote dx over dy before the other direction had read it; that of
// GRU took the weights' gradients of the layers in the middle from a wrong place.
TEST_CASE("mxnet 17898: LSTM and GRU of three and more layers, each way and both, have the right gradients") {
    for (const std::size_t layers : {1u, 2u, 3u, 4u})
        for (const bool both : {false, true}) {
            CAPTURE(layers);
            CAPTURE(both);
            CHECK(stack_off(lstm, {.layers = layers, .bidirectional = both}, 5, 100) <= 1e-12);
            CHECK(stack_off(gru, {.layers = layers, .bidirectional = both}, 5, 200) <= 1e-12);
        }
}

// The biases of an RNN of several layers got zeros: their place was counted in the wrong unit.
TEST_CASE("mxnet 17818: every bias of a stacked RNN has its gradient") {
    const Tape tape;
    Stack stack(rnn, {.layers = 3}, 4, 300);
    const V y = stack.read().outputs();
    const auto d_y = random_array<double>(y.shape(), 301);
    const auto g = backward(sum(y * d_y));
    CHECK(stack.off_by(y, g, d_y) <= 1e-12);
    for (std::size_t k = 0; k < 3; ++k)
        for (const double d : g[stack.model.cell(k).b]) CHECK(std::abs(d) > 1e-6);
}

// That the gradient of a random loss of h and c at each of six steps is the one by hand, swept step by step.
void check_memory(nn::LSTMCell<double>& cell, const auto& one_step) {
    const Tape tape;
    const V xs = variable(random_array<double>({6, 2, 3}, 401));
    const auto first = leaves(random_state(cell.initial(2), 402));
    const auto run = nn::unroll(one_step, xs, first);
    std::vector<hand::State<double>> d;  // of the loss, by h and c of each step
    V loss = 0.0;
    for (unsigned t = 0; t < 6; ++t) {
        d.push_back({random_array<double>({2, 4}, 410 + t), random_array<double>({2, 4}, 420 + t)});
        loss = loss + weighed(run.states[t], d[t]);
    }
    const auto g = backward(loss);
    const auto plain_cell = by_hand(cell);
    const auto plain_run = hand::unroll(plain_cell, Plain(xs.value()), plain_state(first));
    auto d_cell = hand::no_gradients(plain_cell);
    hand::State<double> d_state = hand::no_state(plain_state(first));
    for (std::size_t t = 6; t-- > 0;) {
        for (const std::size_t k : {0u, 1u}) d_state[k] += d[t][k];
        const auto [d_x, d_before] = plain_cell.backward(d_state, plain_run.saved[t], d_cell);
        CHECK(off(Plain(select(V(g[xs]), 0, std::ptrdiff_t(t)).value()), d_x) <= 1e-12);
        d_state = d_before;
    }
    CHECK(off(g, cell, d_cell) <= 1e-12);
    CHECK(off_state(g, first, d_state) <= 1e-12);
}

// A step's own contribution to dC was assigned, and what came to C from the step after it was lost.
TEST_CASE("mxnet 4057: the memory of an LSTM adds up what comes from the loss and from the step after") {
    auto cell = lstm(3);
    randomise(cell, 400);
    check_memory(cell, cell);  // its gates are two operations
    check_memory(cell, [&](const V& x, const nn::LSTMState<double>& s) -> nn::LSTMState<double> {
        const V z = affine(x, cell.wx, s.h, cell.wh, cell.b);
        const V c = sigmoid(nn::gate(z, 1, 4)) * s.c + sigmoid(nn::gate(z, 0, 4)) * tanh(nn::gate(z, 2, 4));
        return {sigmoid(nn::gate(z, 3, 4)) * tanh(c), c};
    });
}

// Backward, and backward of backward, took it for granted that h and c of an LSTM both get a gradient.
TEST_CASE("chainer 8037: an LSTM of which the loss sees h alone, c alone, or both, at both orders") {
    for (const std::size_t steps : {1u, 2u, 7u})
        for (const auto& seen : {std::pair(1.0, 0.0), {0.0, 1.0}, {1.0, 1.0}}) {
            const double of_h = seen.first, of_c = seen.second;
            CAPTURE(steps);
            CAPTURE(of_h);
            CAPTURE(of_c);
            const Tape tape;
            Stack stack(lstm, {}, steps, 500);
            const auto last = stack.read().last[0];
            const auto w = random_array<double>({3, 4}, 501);
            V loss = 0.0;  // what has no weight is not in it at all
            if (of_h != 0) loss = loss + sum(last.h * w);
            if (of_c != 0) loss = loss + sum(last.c * w);
            const Plain none = hand::zeros<double>({steps, 3, 4});
            CHECK(stack.off_by(stack.read().outputs(), backward(loss), none, {{of_h * w, of_c * w}}) <= 1e-12);
        }
    const std::vector<Array<double>> inputs{random_array<double>({2, 12}, 502), random_array<double>({2, 3}, 503)};
    for (const std::ptrdiff_t half : {0, 1}) {
        CAPTURE(half);
        const auto report = gradcheck<double>(
            [&](const auto& in) {
                const V c = lstm_memory(in[0], in[1]);
                return half ? c : lstm_output(in[0], c);
            },
            inputs, {.order = 2});
        CHECK_MESSAGE(report, report.text);
    }
}

// The second gradient of the same LSTM was another one: the first had used up its scratch memory.
TEST_CASE("tensorflow 26331: a gradient that is asked for again is the same, and right, for another loss too") {
    const Tape tape;
    Stack stack(lstm, {.layers = 2}, 4, 700);
    const V y = stack.read().outputs();
    const auto w = random_array<double>(y.shape(), 701), other = random_array<double>(y.shape(), 702);
    const V loss = sum(y * w);
    CHECK(stack.off_by(y, backward(loss), w) <= 1e-12);
    CHECK(stack.off_by(y, backward(sum(y * other)), other) <= 1e-12);
    CHECK(stack.off_by(y, backward(loss), w) <= 1e-12);
}

// Steps of a loop were combined in the order in which they ran, as if they could change places.
TEST_CASE("axon 646: recurrent weights have the gradient of steps in their order, of any number") {
    for (const std::size_t steps : {1u, 2u, 7u, 50u}) {
        CAPTURE(steps);
        CHECK(stack_off(rnn, {}, steps, 1000) <= 1e-12);
        CHECK(stack_off(gru, {}, steps, 1100) <= 1e-12);
    }
}

}  // namespace
}  // namespace xtape::test
