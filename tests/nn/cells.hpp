// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One row for each cell, of each kind of state, drives the tests of what reads sequences.

#include <functional>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/indrnn.hpp>
#include <xtape/nn/layer_norm_lstm.hpp>
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
    static constexpr bool reads_in_products = true;
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

// f(name, make) for each cell, where make(inputs) gives one of 4 units
template <class T, class F> void for_each_cell(const F& f) {
    nn::Generator bits(7);
    const auto row = [&]<class Cell>(const char* name, std::type_identity<Cell>, const auto&... options) {
        f(name, [&](std::size_t inputs) { return Cell(inputs, 4, bits, options...); });
    };
    constexpr std::type_identity<nn::LSTMCell<T>> lstm;
    constexpr std::type_identity<nn::RNNCell<T>> rnn;
    constexpr std::type_identity<nn::GRUCell<T>> gru;
    row("RNN", rnn);
    row("RNN relu", rnn, nn::RNNCellOptions{.init = nn::Init::identity, .activation = nn::Activation::relu});
    row("IndRNN", std::type_identity<nn::IndRNNCell<T>>());
    row("LSTM", lstm);
    row("LSTM peepholes", lstm, nn::LSTMOptions{.peepholes = true});
    row("LSTM coupled", lstm, nn::LSTMOptions{.peepholes = true, .coupled = true});
    row("LSTM projection", lstm, nn::LSTMOptions{.longest = 20, .projection = 2});
    row("LSTM layer norm", std::type_identity<nn::LayerNormLSTMCell<T>>());
    row("GRU", gru);
    row("GRU reset before", gru, nn::GRUOptions{.reset_after = false});
    row("a user's struct", std::type_identity<SurpriseCell<T>>());
    row("a user's tuple", std::type_identity<PairCell<T>>());
}

// Whether two cells are the same, of two types of numbers.
template <template <class> class Cell> void same_kind(const Cell<double>&, const Cell<float>&) {}

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
