// SPDX-License-Identifier: BSD-3-Clause
// One training step of a recurrent network that classifies a sequence by its last state, xtape beside the hand-written
// limit (whose products are all BLAS's): forward, softmax cross-entropy, gradients of all parameters, Adam. float,
// denormals flushed. threads:1 is one tape for the whole batch; threads:2 is shards of 32 rows on two threads, by hand
// two halves; xtape_shards/threads:1 is the same shards on one. LSTM and GRU are compared on one core.

#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/flush.hpp>
#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/nn.hpp>

#include "bench/limit/gated_step.hpp"
#include "bench/limit/rnn_step.hpp"

#include <benchmark/benchmark.h>

#include <random>
#include <thread>

namespace xtape::bench {
namespace {

struct Shape3 {
    const char* name;
    std::size_t batch, steps, inputs, hidden;
};
constexpr std::size_t classes = 10;
constexpr Shape3 shapes[] = {{"A", 128, 28, 28, 128}, {"B", 1, 28, 28, 32}, {"C", 32, 100, 64, 64}};

struct Data {
    Array<float> x;  // (T, B, I)
    std::vector<int> labels;
    explicit Data(const Shape3& s) : x(Array<float>::from_shape({s.steps, s.batch, s.inputs})) {
        nn::Generator generator(1);
        std::uniform_real_distribution<float> uniform;
        for (float& v : x) v = uniform(generator);
        for (std::size_t i = 0; i < s.batch; ++i) labels.push_back(int(i % classes));
    }
};

template <class Cell> struct Model {
    using value_type = float;
    nn::Generator bits{1};
    Cell cell;
    nn::Readout<float> readout;
    explicit Model(const Shape3& s) : cell(s.inputs, s.hidden, bits), readout(s.hidden, classes, bits) {}
    Variable<float> operator()(const Variable<float>& xs) const {
        return readout(nn::output(nn::unroll(cell, xs, cell.initial(xs.value().shape()[1])).last));
    }
    template <class F> void visit(F&& f) { f("cell", cell), f("readout", readout); }
};
using Rnn = Model<nn::RNNCell<float>>;

template <class M> void whole(benchmark::State& state, const Shape3& s) {
    const FlushDenormals flush;
    const OneBlasThread one;
    const Data data(s);
    const Variable<float> xs(data.x);
    const Indices labels(data.labels.begin(), data.labels.end());
    M model(s);
    nn::Adam<float> optimizer;
    for (auto _ : state) {
        const Tape tape;
        const auto loss = cross_entropy(model(xs), labels);
        optimizer.step(model, backward(loss, nn::wanted(model)));
        benchmark::DoNotOptimize(loss.value()());
    }
}

void sharded(benchmark::State& state, const Shape3& s, std::size_t threads) {
    const Data data(s);
    const nn::Shards shards{.threads = threads, .rows = 32};
    std::vector<Variable<float>> xs;
    std::vector<Indices> labels;
    const Variable<float> whole_batch(data.x);
    for (std::size_t b = 0; b < s.batch; b += shards.rows) {
        const auto end = std::min(b + shards.rows, s.batch);
        xs.push_back(slice(whole_batch, 1, std::ptrdiff_t(b), std::ptrdiff_t(end)));
        labels.emplace_back(data.labels.begin() + std::ptrdiff_t(b), data.labels.begin() + std::ptrdiff_t(end));
    }
    Rnn model(s);
    nn::Adam<float> optimizer;
    for (auto _ : state) {
        const auto [loss, gradients] = nn::parallel_grad(
            model, s.batch,
            [&](std::size_t begin, std::size_t) {
                const std::size_t i = begin / shards.rows;
                return cross_entropy(model(xs[i]), labels[i]);
            },
            shards);
        optimizer.step(model, gradients);
        benchmark::DoNotOptimize(loss);
    }
}

std::vector<float> values(const Variable<float>& v) { return {v.value().begin(), v.value().end()}; }

RnnStep limit_of(const Shape3& s, std::size_t batch) {
    const Rnn m(s);
    const RnnWeights weights{values(m.cell.wx), values(m.cell.wh), values(m.cell.b), values(m.readout.v),
                             values(m.readout.c)};
    return RnnStep({int(batch), int(s.steps), int(s.inputs), int(s.hidden), int(classes)}, weights);
}

template <class Cell> GatedStep gated_limit_of(const Shape3& s) {
    const Model<Cell> m(s);
    GatedWeights weights{values(m.cell.wx),   values(m.cell.wh),  values(m.cell.b), {},
                         values(m.readout.v), values(m.readout.c)};
    constexpr bool gru = requires { m.cell.bn; };
    if constexpr (gru) weights.bn = values(m.cell.bn);
    return GatedStep(gru ? Gated::gru : Gated::lstm,
                     {int(s.batch), int(s.steps), int(s.inputs), int(s.hidden), int(classes)}, weights);
}

template <class Cell> void gated_by_hand(benchmark::State& state, const Shape3& s) {
    const FlushDenormals flush;
    const OneBlasThread one;
    const Data data(s);
    GatedStep step = gated_limit_of<Cell>(s);
    for (auto _ : state) benchmark::DoNotOptimize(step(data.x.data(), data.labels.data()));
}

void by_hand(benchmark::State& state, const Shape3& s) {
    const FlushDenormals flush;
    const OneBlasThread one;
    const Data data(s);
    RnnStep step = limit_of(s, s.batch);
    for (auto _ : state) benchmark::DoNotOptimize(step(data.x.data(), data.labels.data()));
}

// Two halves of the batch, each on a core of its own.
void by_hand_on_two(benchmark::State& state, const Shape3& s) {
    const std::size_t half = s.batch / 2;
    const Data data(s), one_half({s.name, half, s.steps, s.inputs, s.hidden});
    RnnStep steps[] = {limit_of(s, half), limit_of(s, half)};
    for (auto _ : state) {
        nn::run_parallel(2, 2, [&](std::size_t i) {
            benchmark::DoNotOptimize(steps[i].differentiate(one_half.x.data(), data.labels.data() + i * half));
        });
        RnnStep::average(steps[0], steps[1]);
        nn::run_parallel(2, 2, [&](std::size_t i) { steps[i].update(); });
    }
}

template <class Run, class... Setting> void add(const std::string& name, Run run, const Shape3& s, Setting... setting) {
    benchmark::RegisterBenchmark(name.c_str(), run, s, setting...)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

template <class Cell> void add_gated(const std::string& name, const Shape3& s) {
    add(name + "xtape/threads:1", whole<Model<Cell>>, s);
    add(name + "by_hand/threads:1", gated_by_hand<Cell>, s);
}

void add_all() {
    for (const Shape3& s : shapes) {
        const std::string name = std::string("step/") + s.name + "/rnn/";
        add(name + "xtape/threads:1", whole<Rnn>, s);
        add(name + "by_hand/threads:1", by_hand, s);
        add_gated<nn::LSTMCell<float>>(std::string("step/") + s.name + "/lstm/", s);
        add_gated<nn::GRUCell<float>>(std::string("step/") + s.name + "/gru/", s);
        if (s.batch < 2) continue;
        add(name + "xtape/threads:2", sharded, s, 2);
        add(name + "by_hand/threads:2", by_hand_on_two, s);
        add(name + "xtape_shards/threads:1", sharded, s, 1);
    }
}

}  // namespace
}  // namespace xtape::bench

int main(int argc, char** argv) {
    std::thread([] {}).join();  // reference counts are atomic from now on, as in any program with threads
    xtape::bench::add_all();
    benchmark::AddCustomContext("blas_core", xtape::blas().core);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
}
