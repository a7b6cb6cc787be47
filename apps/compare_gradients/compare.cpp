// SPDX-License-Identifier: BSD-3-Clause
#include "compare.hpp"

#include <xtape/autodiff/blas.hpp>
#include <xtape/nn/analytic/rnn.hpp>
#include <xtape/nn/rnn.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace xtape::apps {
namespace {

using Engine = nn::RNN<double>;
using ByHand = nn::analytic::Rnn<double>;

struct Batch {
    Array<double> x, h0;  // (T, B, I), (B, H)
    Indices labels;       // (B), or (T B)
};

Array<double> uniform(const Shape& shape, nn::Generator& generator) {
    Array<double> a = zeros<double>(shape);
    for (double& e : a) e = 2 * static_cast<double>(generator() >> 11) * 0x1p-53 - 1;
    return a;
}

Batch random_batch(const Problem& p, nn::Generator& generator) {
    Batch batch{uniform({p.steps, p.batch, p.inputs}, generator), uniform({p.batch, p.hidden}, generator), {}};
    for (std::size_t i = 0; i < p.batch * (p.every_step ? p.steps : 1); ++i)
        batch.labels.push_back(static_cast<std::int64_t>(generator() % p.classes));
    return batch;
}

Engine random_rnn(const Problem& p, nn::Generator& generator) {
    Engine rnn({p.inputs, p.hidden, p.classes}, p.seed);
    rnn.cell.b.set(uniform({p.hidden}, generator));  // they begin with 0, which would hide mistakes
    rnn.readout.c.set(uniform({p.classes}, generator));
    return rnn;
}

struct Result {
    double loss;
    std::vector<xt::xarray<double>> gradients;  // in the order of `names`
};
constexpr const char* names[] = {"wx", "wh", "b", "v", "c", "x", "h0"};

Result by_engine(const Problem& p, const Engine& rnn, const Batch& batch) {
    const Tape tape;
    const auto x = variable(batch.x), h0 = variable(batch.h0);
    const auto run = nn::unroll(rnn.cell, x, h0);
    const auto states = p.every_step ? reshape(stack(run.states), {p.steps * p.batch, p.hidden}) : run.last;
    const auto loss = cross_entropy(rnn.readout(states), batch.labels);
    const auto& [cell, readout] = std::tie(rnn.cell, rnn.readout);
    const auto g = backward(loss, {cell.wx, cell.wh, cell.b, readout.v, readout.c, x, h0});
    return {loss.value()(), {g[cell.wx], g[cell.wh], g[cell.b], g[readout.v], g[readout.c], g[x], g[h0]}};
}

Result by_hand(const ByHand& rnn, const nn::analytic::Batch<double>& batch) {
    const auto run = nn::analytic::forward(rnn, batch);
    auto g = nn::analytic::bptt(rnn, batch, run);
    auto& [wx, wh, b, v, c] = g.parameters;
    return {run.loss, {wx, wh, b, v, c, g.x, g.h0}};
}

ByHand plain(const Engine& rnn) {
    return {rnn.cell.wx.value(), rnn.cell.wh.value(), rnn.cell.b.value(), rnn.readout.v.value(), rnn.readout.c.value()};
}

nn::analytic::Batch<double> plain(const Problem& p, const Batch& batch) {
    using Sizes = std::vector<std::size_t>;
    xt::xarray<int> labels = xt::zeros<int>(p.every_step ? Sizes{p.steps, p.batch} : Sizes{p.batch});
    std::copy(batch.labels.begin(), batch.labels.end(), labels.begin());
    return {batch.x, batch.h0, labels};
}

Difference difference(const char* name, const xt::xarray<double>& a, const xt::xarray<double>& b) {
    check(a.shape() == b.shape(), Where{}, "compare", name, " must have one shape; got ", a.shape(), " and ",
          b.shape());
    double largest = 0, apart = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::fabs(a.data()[i] - b.data()[i]);
        if (!(d <= apart) && !std::isnan(apart)) apart = d;  // NaN stays
        largest = std::max(largest, std::fabs(b.data()[i]));
    }
    return {name, text(a.shape()), apart, apart == 0 ? 0 : apart / largest};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

template <class F> double seconds(const F& run) {
    const auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Comparison compare(const Problem& p) {
    blas();  // before the first product of nn/analytic, which does not know of it
    const OneBlasThread one;
    nn::Generator generator(p.seed);
    const Engine rnn = random_rnn(p, generator);
    const Batch batch = random_batch(p, generator);
    const ByHand plain_rnn = plain(rnn);
    const auto plain_batch = plain(p, batch);

    const Result a = by_engine(p, rnn, batch), b = by_hand(plain_rnn, plain_batch);
    Comparison out{std::fabs(a.loss - b.loss), {}, 0, 0};
    for (std::size_t i = 0; i < std::size(names); ++i)
        out.gradients.push_back(difference(names[i], a.gradients[i], b.gradients[i]));

    std::vector<double> engine, hand;
    for (double spent = 0; engine.size() < 5 || (spent < 1 && engine.size() < 201);
         spent += engine.back() + hand.back()) {
        engine.push_back(seconds([&] { by_engine(p, rnn, batch); }));
        hand.push_back(seconds([&] { by_hand(plain_rnn, plain_batch); }));
    }
    out.engine_seconds = median(engine);
    out.by_hand_seconds = median(hand);
    return out;
}

}  // namespace xtape::apps
