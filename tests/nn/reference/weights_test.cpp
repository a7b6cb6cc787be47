// SPDX-License-Identifier: BSD-3-Clause
// What import.hpp says its weights mean: the layers written out with them compute PyTorch's and Keras's numbers.
#include <xtape/nn/sequence.hpp>

#include "fixture.hpp"

namespace xtape::test {
namespace {

using nn::io::Recurrent;
template <class T> using V = Variable<T>;

// A layer's weights as leaves.
template <class T> struct Leaves {
    V<T> wx, wh, b, bn, wp;
    explicit Leaves(const nn::io::RecurrentWeights<T>& w)
        : wx(variable(w.wx)), wh(variable(w.wh)), b(variable(w.b)), bn(variable(w.bn)), wp(variable(w.wp)) {}
    void check(const Fixture<T>& fixture, const Gradients<T>& g, const nn::io::RecurrentWeights<T>& theirs) const {
        fixture.check_gradient("wx", g[wx], theirs.wx);
        fixture.check_gradient("wh", g[wh], theirs.wh);
        fixture.check_gradient("b", g[b], theirs.b);
        fixture.check_gradient("bn", g[bn], theirs.bn);
        fixture.check_gradient("wp", g[wp], theirs.wp);
    }
};

// Columns of gate k.
template <class T> V<T> gate(const V<T>& all, std::ptrdiff_t k, std::size_t hidden) {
    return slice(all, -1, k * std::ptrdiff_t(hidden), (k + 1) * std::ptrdiff_t(hidden));
}

// The state is [h | c], (B, P + H).
template <class T> V<T> lstm(const Leaves<T>& w, const V<T>& x, const V<T>& state) {
    const auto P = std::ptrdiff_t(w.wh.shape()[0]), H = std::ptrdiff_t(w.b.shape()[0]) / 4;
    const V<T> h = slice(state, 1, 0, P), c = slice(state, 1, P, P + H);
    const V<T> a = matmul(x, w.wx) + matmul(h, w.wh) + w.b;
    const auto at = [&](std::ptrdiff_t k) { return gate(a, k, std::size_t(H)); };
    const V<T> next = sigmoid(at(1)) * c + sigmoid(at(0)) * tanh(at(2)), out = sigmoid(at(3)) * tanh(next);
    return concatenate({w.wp.value().size() ? matmul(out, w.wp) : out, next}, 1);
}

template <class T> V<T> gru(const Leaves<T>& w, const V<T>& x, const V<T>& h) {
    const std::size_t H = h.shape()[1];
    const V<T> ax = matmul(x, w.wx) + w.b;
    const auto recurrent = [&](const V<T>& from, std::ptrdiff_t k) { return matmul(from, gate(w.wh, k, H)); };
    const V<T> r = sigmoid(gate(ax, 0, H) + recurrent(h, 0)), z = sigmoid(gate(ax, 1, H) + recurrent(h, 1));
    const bool after = w.bn.value().size() > 0;
    const V<T> n = tanh(gate(ax, 2, H) + (after ? r * (recurrent(h, 2) + w.bn) : recurrent(r * h, 2)));
    return (1 - z) * n + z * h;
}

// PyTorch's layers, forwards. Of an LSTM the states are [h | c] again, (L, B, P + H).
template <class T> void compare_torch(const std::string& name, Recurrent kind, std::size_t layers) {
    const Fixture<T> fixture(name);
    const Tape tape;
    const V<T> x = variable(fixture.input("x"));
    std::vector<V<T>> starts{variable(fixture.input("h0"))}, ends;
    if (kind == Recurrent::lstm) starts.push_back(variable(fixture.input("c0")));
    const V<T> start = concatenate(starts, 2);
    const auto P = std::ptrdiff_t(starts[0].shape()[2]), all = std::ptrdiff_t(start.shape()[2]);
    V<T> y = x;
    std::vector<Leaves<T>> weights;
    for (std::size_t l = 0; l < layers; ++l) {
        const Leaves<T>& w = weights.emplace_back(fixture.torch(kind, l));
        const auto cell = [&](const V<T>& in, const V<T>& s) { return P < all ? lstm(w, in, s) : gru(w, in, s); };
        const auto run = nn::unroll(cell, y, select(start, 0, std::ptrdiff_t(l)));
        y = slice(stack(run.states), 2, 0, P);
        ends.push_back(run.last);
    }
    const V<T> h = slice(stack(ends), 2, 0, P), c = slice(stack(ends), 2, P, all);
    const auto g =
        backward(P < all ? fixture.total({{"y", y}, {"h", h}, {"c", c}}) : fixture.total({{"y", y}, {"h", h}}));
    fixture.check_gradient("inputs.x", g[x]);
    fixture.check_gradient("inputs.h0", g[starts[0]]);
    if (P < all) fixture.check_gradient("inputs.c0", g[starts[1]]);
    for (std::size_t l = 0; l < layers; ++l) weights[l].check(fixture, g, fixture.torch_gradients(kind, l));
}

TEST_CASE("PyTorch's LSTM and GRU are the formulas with the imported weights") {
    const auto both = []<class T>(T) {
        compare_torch<T>("torch-lstm-stacked", Recurrent::lstm, 2);
        compare_torch<T>("torch-lstm-projection", Recurrent::lstm, 1);
        compare_torch<T>("torch-gru-stacked", Recurrent::gru, 2);
    };
    both(float()), both(double());
}

template <class T> void compare_keras_gru(const std::string& name) {
    const Fixture<T> fixture(name);
    const Tape tape;
    const V<T> x = variable(fixture.input("x")), h0 = variable(fixture.input("h0"));
    const Leaves<T> w(fixture.keras(Recurrent::gru, "gru/gru_cell/"));
    const auto run =
        nn::unroll([&](const V<T>& in, const V<T>& h) { return gru(w, in, h); }, batch_and_time_exchanged(x), h0);
    const auto g = backward(fixture.total({{"y", batch_and_time_exchanged(stack(run.states))}, {"h", run.last}}));
    fixture.check_gradient("inputs.x", g[x]);
    fixture.check_gradient("inputs.h0", g[h0]);
    w.check(fixture, g, fixture.keras_gradients(Recurrent::gru, "gru/gru_cell/"));
}

template <class T> void compare_keras_lstm() {
    const Fixture<T> fixture("keras-lstm");
    const Tape tape;
    const V<T> x = variable(fixture.input("x")), h0 = variable(fixture.input("h0")), c0 = variable(fixture.input("c0"));
    const Leaves<T> w(fixture.keras(Recurrent::lstm, "lstm/lstm_cell/"));
    const auto run = nn::unroll([&](const V<T>& in, const V<T>& s) { return lstm(w, in, s); },
                                batch_and_time_exchanged(x), concatenate({h0, c0}, 1));
    const auto half = [](const V<T>& s, std::ptrdiff_t k) { return gate(s, k, s.shape().back() / 2); };
    const V<T> y = batch_and_time_exchanged(half(stack(run.states), 0));
    const auto g = backward(fixture.total({{"y", y}, {"h", half(run.last, 0)}, {"c", half(run.last, 1)}}));
    fixture.check_gradient("inputs.x", g[x]);
    fixture.check_gradient("inputs.h0", g[h0]);
    fixture.check_gradient("inputs.c0", g[c0]);
    w.check(fixture, g, fixture.keras_gradients(Recurrent::lstm, "lstm/lstm_cell/"));
}

TEST_CASE("Keras's LSTM, and its GRU of either reset_after, are the formulas with the imported weights") {
    const auto both = []<class T>(T) {
        compare_keras_lstm<T>();
        compare_keras_gru<T>("keras-gru-reset-after");
        compare_keras_gru<T>("keras-gru-reset-before");
    };
    both(float()), both(double());
}

// One row's attention: query (Tq, E), key and value (Tk, E) -> (Tq, E).
template <class T> V<T> attention(const nn::io::AttentionWeights<T>& w, std::size_t heads, const V<T>& query,
                                  const V<T>& key, const V<T>& value, bool causal) {
    const V<T> q = linear(query, V<T>(w.wq), V<T>(w.bq)), k = linear(key, V<T>(w.wk), V<T>(w.bk)),
               v = linear(value, V<T>(w.wv), V<T>(w.bv));
    const std::size_t size = w.bq.size() / heads;
    Array<T> unseen = zeros<T>({query.shape()[0], key.shape()[0]});
    for (std::size_t i = 0; causal && i < unseen.shape(0); ++i)
        for (std::size_t j = i + 1; j < unseen.shape(1); ++j) unseen(i, j) = T(-1e30);
    std::vector<V<T>> all;
    for (std::ptrdiff_t h = 0; h < std::ptrdiff_t(heads); ++h) {
        const V<T> scores = matmul(gate(q, h, size), transpose(gate(k, h, size))) / std::sqrt(T(size)) + unseen;
        all.push_back(matmul(exp(log_softmax(scores)), gate(v, h, size)));
    }
    return linear(concatenate(all, 1), V<T>(w.wo), V<T>(w.bo));
}

template <class T> void compare_attention(const std::string& name, bool causal) {
    const Fixture<T> fixture(name);
    const bool torch = name.starts_with("torch");
    const auto w = torch ? nn::io::attention_from_torch<T>(fixture.file, "parameters.")
                         : nn::io::attention_from_keras<T>(fixture.file, "parameters.attention/");
    const std::ptrdiff_t rows = torch ? 1 : 0;  // PyTorch has the time first
    const Tape tape;
    const V<T> query = variable(fixture.input("query")), key = variable(fixture.input("key")),
               value = variable(fixture.input("value"));
    std::vector<V<T>> y;
    for (std::ptrdiff_t b = 0; b < 3; ++b)
        y.push_back(attention(w, 2, select(query, rows, b), select(key, rows, b), select(value, rows, b), causal));
    const auto g = backward(fixture.total({{"y", stack(y, rows)}}));
    fixture.check_gradient("inputs.query", g[query]);
    fixture.check_gradient("inputs.key", g[key]);
    fixture.check_gradient("inputs.value", g[value]);
}

TEST_CASE("PyTorch's and Keras's attention are the formula with the imported weights") {
    const auto both = []<class T>(T) {
        for (const std::string name : {"torch-attention", "keras-attention"}) {
            compare_attention<T>(name, false);
            compare_attention<T>(name + "-causal", true);
        }
    };
    both(float()), both(double());
}

}  // namespace
}  // namespace xtape::test
