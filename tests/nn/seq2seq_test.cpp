// SPDX-License-Identifier: BSD-3-Clause
// Encoder, attention and decoder learn to say strings of digits backwards.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/attention.hpp>
#include <xtape/nn/clip.hpp>
#include <xtape/nn/embedding.hpp>
#include <xtape/nn/forcing.hpp>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/optim.hpp>
#include <xtape/nn/random.hpp>

#include "decoders.hpp"

namespace xtape::test {
namespace {

using V = Variable<float>;
constexpr std::int64_t digits = 5, end = digits, begin = digits + 1;  // the tokens
constexpr std::size_t longest = 6, hidden = 32;

// Strings of 1 ... 6 digits, read from the first on, and to be said from the last on with an end.
struct Batch {
    Indices read, lengths;         // (S, B)
    std::vector<Indices> targets;  // longest + 1 steps
    Batch(std::size_t rows, unsigned seed) : read(longest * rows, 0), targets(longest + 1, Indices(rows, end)) {
        std::mt19937 generator(seed);
        for (std::size_t b = 0; b < rows; ++b) {
            const std::size_t n = 1 + generator() % longest;
            lengths.push_back(std::int64_t(n));
            for (std::size_t t = 0; t < n; ++t)
                targets[n - 1 - t][b] = read[t * rows + b] = std::int64_t(generator() % digits);
        }
    }
    Indices answer(std::size_t b) const {
        Indices all;
        for (std::size_t t = 0; std::int64_t(t) < lengths[b]; ++t) all.push_back(targets[t][b]);
        return all;
    }
};

// Luong et al. 2015: the cell first, then attention of its state, then both say what follows.
struct Translator {
    using value_type = float;
    using State = std::tuple<V, nn::Memory<float>>;
    nn::Generator bits{7};
    nn::Embedding<float> embedding{digits + 2, hidden, bits};
    nn::GRUCell<float> encoder{hidden, hidden, bits}, decoder{hidden, hidden, bits};
    nn::GeneralAttention<float> attention{hidden, hidden, bits};
    nn::Linear<float> both{2 * hidden, hidden, bits};
    nn::Readout<float> readout{hidden, digits + 1, bits};

    State encode(const Batch& batch) const {
        const std::size_t rows = batch.lengths.size();
        const V xs = reshape(embedding(batch.read), {longest, rows, hidden});
        const auto run = nn::unroll(encoder, xs, encoder.initial(rows), {.padding = batch.lengths});
        return {run.last, attention.memory(run.outputs(), batch.lengths)};
    }
    std::pair<V, State> operator()(const Indices& tokens, const State& s) const {
        const V h = decoder(embedding(tokens), std::get<0>(s));
        const V context = attention(h, std::get<1>(s)).context;
        return {readout(tanh(both(concatenate({context, h}, 1)))), State(h, std::get<1>(s))};
    }
    template <class F> void visit(F&& f) {
        f("embedding", embedding), f("encoder", encoder), f("decoder", decoder), f("attention", attention),
            f("both", both);
        f("readout", readout);
    }
};

// The mean over what is to be said, the end among it.
V loss_of(const nn::Forced<Translator::State>& forced, const Batch& batch) {
    Indices labels;
    for (const Indices& step : batch.targets) labels.insert(labels.end(), step.begin(), step.end());
    Indices steps;
    for (const std::int64_t n : batch.lengths) steps.push_back(n + 1);
    const Array<float> mask = nn::Padding(steps).mask<float>(longest + 1);
    return cross_entropy(reshape(forced.scores, {labels.size(), digits + 1}), labels,
                         {.weights = reshape(V(mask), {labels.size()}).value()});
}

// The loss of each step
std::vector<float> train(Translator& model, std::size_t steps) {
    std::vector<float> losses;
    nn::AdamW<float> optimizer({.rate = 5e-3f});
    for (std::size_t step = 0; step < steps; ++step) {
        const Batch batch(32, unsigned(1000 + step));
        const double own = 0.25 * double(step) / double(steps);  // scheduled sampling, ever more of it
        const nn::Training training({.seed = 1, .step = step});
        const Tape tape;
        const auto forced =
            nn::teacher_forcing(model, Indices(32, begin), batch.targets, model.encode(batch), {.own = own});
        const V loss = loss_of(forced, batch);
        losses.push_back(loss.item());
        auto gradients = backward(loss);
        (void)nn::clip_by_norm(gradients, 1);
        optimizer.step(model, gradients);
    }
    return losses;
}

TEST_CASE("a network with attention learns to say digits backwards") {
    Translator model;
    const std::size_t steps = sanitized ? 20 : 1000, rows = sanitized ? 8 : 500;
    const auto losses = train(model, steps);
    CHECK(losses.back() < 0.9f * losses.front());
    const Batch fresh(rows, 5);
    const auto state = model.encode(fresh);
    const nn::Limits limits{end, longest + 1};
    const auto greedy = nn::greedy(model, Indices(rows, begin), state, limits);
    const auto beams = nn::beam_search(model, Indices(rows, begin), state, limits, {.width = 3});
    double right = 0, right_by_beam = 0;
    for (std::size_t b = 0; b < rows; ++b) {
        right += greedy[b].tokens == fresh.answer(b) && greedy[b].ended;
        right_by_beam += beams[b][0].tokens == fresh.answer(b) && beams[b][0].ended;
        CHECK(beams[b][0].score >= greedy[b].score - 1e-5);
    }
    MESSAGE("right: ", right / double(rows), " greedy, ", right_by_beam / double(rows), " by beam search");
    if (!sanitized) CHECK(right / double(rows) >= 0.95);
    if (!sanitized) CHECK(right_by_beam / double(rows) >= 0.95);
}

TEST_CASE("beam search takes the memory of each row along") {
    Translator model;
    for (const auto& [path, p] : nn::parameters(model))
        p->set(random_array<float>(p->shape(), 3 + unsigned(p->shape()[0])));
    const Batch batch(5, 8);
    const nn::Limits limits{end, longest + 1};
    const auto all = nn::beam_search(model, Indices(5, begin), model.encode(batch), limits, {.width = 4});
    for (std::size_t b = 0; b < 5; ++b) {
        const auto alone = nn::beam_search(model, {begin}, row_of(model.encode(batch), b), limits, {.width = 4})[0];
        REQUIRE(alone.size() == all[b].size());
        for (std::size_t i = 0; i < alone.size(); ++i) {
            CHECK(alone[i].tokens == all[b][i].tokens);
            CHECK(alone[i].score == doctest::Approx(all[b][i].score).epsilon(1e-5));
        }
    }
}

}  // namespace
}  // namespace xtape::test
