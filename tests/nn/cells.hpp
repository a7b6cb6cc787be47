// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One row for each cell, of each kind of state, drives the tests of what reads sequences.

#include <functional>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/indrnn.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {

// A cell that exists nowhere else: its state is a leaky mean of what it read, and how often it was surprised.
template <class T> struct SurpriseState {
    Variable<T> mean, surprise;
    auto fields() { return std::tie(mean, surprise); }
};
template <class T> struct SurpriseCell {
    using value_type = T;
    nn::Linear<T> leak, what;
    SurpriseCell(std::size_t inputs, std::size_t hidden, nn::Generator& bits)
        : leak(inputs + hidden, hidden, bits), what(inputs, hidden, bits) {}
    SurpriseState<T> operator()(const Variable<T>& x, const SurpriseState<T>& s) const {
        const Variable<T> off = tanh(what(x)) - s.mean;
        return {s.mean + sigmoid(leak(concatenate({x, s.surprise}, 1))) * off, s.surprise * 0.5 + square(off)};
    }
    SurpriseState<T> initial(std::size_t batch) const {
        const Variable<T> none = zeros<T>({batch, what.b.value().size()});
        return {none, none};
    }
    template <class F> void visit(F&& f) { f("leak", leak), f("what", what); }
};

// A state that is a tuple: two cells side by side, each with its own.
template <class T> struct PairCell {
    using value_type = T;
    nn::RNNCell<T> slow;
    nn::LSTMCell<T> fast;
    PairCell(std::size_t inputs, std::size_t hidden, nn::Generator& bits)
        : slow(inputs, hidden, bits), fast(inputs, hidden, bits) {}
    using Both = std::tuple<Variable<T>, nn::LSTMState<T>>;
    Both operator()(const Variable<T>& x, const Both& s) const {
        const nn::LSTMState<T> next = fast(x, std::get<1>(s));
        return {slow(x, std::get<0>(s)) * next.h, next};
    }
    Both initial(std::size_t batch) const { return {slow.initial(batch), fast.initial(batch)}; }
    template <class F> void visit(F&& f) { f("slow", slow), f("fast", fast); }
};

// f(name, cell) for each cell, of 3 inputs and 4 units
template <class T, class F> void for_each_cell(const F& f) {
    nn::Generator bits(7);
    const auto lstm = [&](const char* name, const nn::LSTMOptions& options) {
        f(name, nn::LSTMCell<T>(3, 4, bits, options));
    };
    f("RNN", nn::RNNCell<T>(3, 4, bits));
    f("RNN relu", nn::RNNCell<T>(3, 4, bits, {.activation = nn::Activation::relu, .identity = true}));
    f("IndRNN", nn::IndRNNCell<T>(3, 4, bits));
    lstm("LSTM", {});
    lstm("LSTM peepholes", {.peepholes = true});
    lstm("LSTM coupled", {.peepholes = true, .coupled = true});
    lstm("LSTM projection", {.longest = 20, .projection = 2});
    f("GRU", nn::GRUCell<T>(3, 4, bits));
    f("GRU reset before", nn::GRUCell<T>(3, 4, bits, {.reset_after = false}));
    f("a user's struct", SurpriseCell<T>(3, 4, bits));
    f("a user's tuple", PairCell<T>(3, 4, bits));
}

// Random parameters, so that none of them is 0 as biases are at first.
template <class M> void randomise(M& model, unsigned seed) {
    using T = typename M::value_type;
    for (const auto& [path, parameter] : nn::parameters(model))
        parameter->set(random_array<T>(parameter->shape(), ++seed, -0.8, 0.8));
}

template <class S> S random_state(const S& like, unsigned seed) {
    return nn::map_state([&]<class T>(const Variable<T>& v) { return Variable<T>(random_array<T>(v.shape(), ++seed)); },
                         like);
}

}  // namespace xtape::test
