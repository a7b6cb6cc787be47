// SPDX-License-Identifier: BSD-3-Clause
// The hand-written LSTM and GRU steps against the engine, whose gradients are compared with derived ones elsewhere.
#include <doctest/doctest.h>

#include <xtape/nn/gru.hpp>
#include <xtape/nn/lstm.hpp>
#include <xtape/nn/nn.hpp>

#include "../nn/cells.hpp"
#include "bench/limit/gated_step.hpp"

namespace xtape::test {
namespace {

using bench::GatedStep, bench::GatedWeights, bench::RnnSizes;

std::vector<float> values(const Array<float>& a) { return {a.begin(), a.end()}; }

// |a - b| <= tolerance |b|, by the norm of the whole
bool close(const std::vector<float>& a, const std::vector<float>& b, double tolerance) {
    REQUIRE(a.size() == b.size());
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(double(a[i]) - double(b[i]), 2);
        norm += std::pow(double(b[i]), 2);
    }
    return std::sqrt(difference) <= tolerance * std::sqrt(norm);
}

template <class Cell> void check_step(bench::Gated kind, const RnnSizes& n, unsigned seed) {
    INFO("seed ", seed, ", B T I H K ", n.B, " ", n.T, " ", n.I, " ", n.H, " ", n.K);
    const auto size = [](int i) { return std::size_t(i); };
    nn::Generator bits(seed);
    Cell cell(size(n.I), size(n.H), bits);
    nn::Readout<float> readout(size(n.H), size(n.K), bits);
    randomise(cell, seed);
    const Array<float> x = random_array<float>({size(n.T), size(n.B), size(n.I)}, seed + 1);
    std::vector<int> labels;
    for (int i = 0; i < n.B; ++i) labels.push_back((i * 7 + 1) % n.K);
    const auto weights_of = [&](const auto& of) {
        GatedWeights w{values(of(cell.wx)),   values(of(cell.wh)),  values(of(cell.b)), {},
                       values(of(readout.v)), values(of(readout.c))};
        if constexpr (requires { cell.bn; }) w.bn = values(of(cell.bn));
        return w;
    };
    const Tape tape;
    const Variable<float> loss =
        cross_entropy(readout(nn::output(nn::unroll(cell, Variable<float>(x), cell.initial(size(n.B))).last)), labels);
    const auto g = backward(loss);
    const GatedWeights d = weights_of([&](const Parameter<float>& p) { return g[p]; });

    GatedStep step(kind, n, weights_of([](const Parameter<float>& p) { return p.value(); }));
    for (int twice = 0; twice < 2; ++twice)  // nothing may be left over from the first time
        CHECK(step.differentiate(x.data(), labels.data()) == doctest::Approx(loss.item()).epsilon(1e-5));
    const GatedWeights e = step.gradients();
    CHECK(close(e.wx, d.wx, 1e-5));
    CHECK(close(e.wh, d.wh, n.T > 1 ? 1e-5 : 0));
    CHECK(close(e.b, d.b, 1e-5));
    CHECK(close(e.bn, d.bn, 1e-5));
    CHECK(close(e.v, d.v, 1e-5));
    CHECK(close(e.c, d.c, 1e-5));
    const float first = step(x.data(), labels.data());
    for (int i = 0; i < 20; ++i) (void)step(x.data(), labels.data());
    CHECK(step.differentiate(x.data(), labels.data()) < first);
}

TEST_CASE("the gated limit's gradients are the engine's, and its steps learn") {
    unsigned seed = 200;
    for (const RnnSizes& n :
         {RnnSizes{1, 1, 1, 1, 2}, {1, 28, 28, 32, 10}, {3, 5, 4, 7, 3}, {32, 6, 64, 64, 10}, {5, 9, 3, 33, 4}}) {
        check_step<nn::LSTMCell<float>>(bench::Gated::lstm, n, ++seed);
        check_step<nn::GRUCell<float>>(bench::Gated::gru, n, ++seed);
    }
}

}  // namespace
}  // namespace xtape::test
