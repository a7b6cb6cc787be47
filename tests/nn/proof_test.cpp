// SPDX-License-Identifier: BSD-3-Clause
// Backpropagation through time is what backward does to a loop: here it meets the derivation by hand.
#include <algorithm>
#include <array>
#include <xtape/nn/analytic/rnn.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

namespace analytic = nn::analytic;
using V = Variable<double>;

// All that the loss depends on, in one order.
constexpr std::size_t many = 7;
constexpr const char* names[many]{"wx", "wh", "b", "v", "c", "x", "h0"};
using Arrays = std::array<Array<double>, many>;

constexpr std::size_t I = 5, H = 13, K = 4;  // no multiple of a vector register
struct Sizes {
    std::size_t T, B;
    bool every_step;
};

struct Problem {
    Arrays arrays;
    bool every_step;
    std::vector<Indices> labels;  // of every step, or of the last one alone
};

Problem random_problem(const Sizes& n, unsigned seed) {
    const nn::RNN<double> start({I, H, K}, seed);
    const auto random = [&](const Shape& shape) { return random_array<double>(shape, ++seed); };
    Problem p{{start.cell.wx.value(), start.cell.wh.value(), random({H}), start.readout.v.value(), random({K}),
               random({n.T, n.B, I}), random({n.B, H})},
              n.every_step,
              std::vector<Indices>(n.every_step ? n.T : 1, Indices(n.B))};
    std::mt19937 generator(seed);
    for (Indices& step : p.labels)
        for (std::int64_t& label : step) label = std::int64_t(generator() % K);
    return p;
}

Arrays by_hand(const Problem& p) {
    const Arrays& a = p.arrays;
    const analytic::Rnn<double> rnn{a[0], a[1], a[2], a[3], a[4]};
    analytic::Batch<double> batch{a[5], a[6], {}};
    if (p.every_step)
        batch.labels.resize({p.labels.size(), p.labels[0].size()});
    else
        batch.labels.resize({p.labels[0].size()});
    int* label = batch.labels.data();
    for (const Indices& step : p.labels)
        for (const std::int64_t l : step) *label++ = int(l);
    const auto g = analytic::bptt(rnn, batch, analytic::forward(rnn, batch));
    return {g.parameters.wx, g.parameters.wh, g.parameters.b, g.parameters.v, g.parameters.c, g.x, g.h0};
}

// Three ways to write the cell; the first has project and step, the others are called for each x_t.
enum Way { hoisted, plain, composed };
constexpr Way ways[]{hoisted, plain, composed};

// A problem's model on this thread's tape.
struct Recorded {
    explicit Recorded(const Problem& p, Way way) : model({I, H, K}, 0) {
        const auto all = nn::parameters(model);
        for (std::size_t i = 0; i < all.size(); ++i) all[i].parameter->set(p.arrays[i]);
        inputs = nn::wanted(model);
        inputs.push_back(variable(p.arrays[5]));
        inputs.push_back(variable(p.arrays[6]));
        loss = loss_of(p, states(way, inputs[5], inputs[6]));
    }
    nn::Unrolled<V> states(Way way, const V& xs, const V& h0) const {
        const auto& c = model.cell;
        if (way == hoisted) return nn::unroll(c, xs, h0);
        if (way == plain) return nn::unroll([&](const V& x, const V& h) { return c(x, h); }, xs, h0);
        return nn::unroll([&](const V& x, const V& h) { return tanh(matmul(x, c.wx) + matmul(h, c.wh) + c.b); }, xs,
                          h0);
    }
    V loss_of(const Problem& p, const nn::Unrolled<V>& run) const {
        if (!p.every_step) return cross_entropy(model.readout(run.last), p.labels[0]);
        std::vector<V> losses;
        for (std::size_t t = 0; t < run.states.size(); ++t)
            losses.push_back(cross_entropy(model.readout(run.states[t]), p.labels[t]));
        return mean(stack(losses));
    }
    Arrays gradients() const { return gradients(loss); }
    Arrays gradients(const V& of) const {
        const Gradients<double> g = backward(of, inputs);
        Arrays all;
        for (std::size_t i = 0; i < many; ++i) all[i] = g[inputs[i]];
        return all;
    }
    nn::RNN<double> model;
    std::vector<V> inputs;
    V loss;
};

// |a - b| / |b|
double off(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a.data()[i] - b.data()[i]) * (a.data()[i] - b.data()[i]);
        norm += b.data()[i] * b.data()[i];
    }
    REQUIRE(norm > 0);
    return std::sqrt(difference / norm);
}
double check_close(const Arrays& a, const Arrays& b, double most) {
    double worst = 0;
    for (std::size_t i = 0; i < many; ++i) {
        INFO("gradient of ", names[i]);
        CHECK(off(a[i], b[i]) <= most);
        worst = std::max(worst, off(a[i], b[i]));
    }
    return worst;
}

// H v for all inputs at once, v being `direction`: the gradient of the recorded gradient's product with it.
Arrays hessian_times(const Problem& p, const Arrays& direction, Way way) {
    const Tape tape;
    const Recorded r(p, way);
    const auto g = recorded_backward(r.loss, r.inputs);
    V along = 0;
    for (std::size_t i = 0; i < many; ++i) along = along + sum(g[r.inputs[i]] * direction[i]);
    return r.gradients(along);
}

TEST_CASE("the engine's gradients of an RNN are those derived by hand, and the same bits again") {
    double worst[3] = {};
    unsigned seed = 1000;                                    // of one problem after the other
    std::vector<Sizes> all{{28, 33, true}, {9, 64, false}};  // sums of products that fill the engine's buffer
    for (const std::size_t T : {1u, 2u, 7u, 28u, 50u})
        for (const std::size_t B : {1u, 3u, 128u})
            for (const bool every_step : {false, true}) all.push_back({T, B, every_step});
    for (const Sizes& n : all) {
        INFO("T ", n.T, ", B ", n.B, n.every_step ? ", every step" : ", last step", ", seed ", seed += 10);
        const Problem p = random_problem(n, seed);
        const Arrays exact = by_hand(p);
        for (const Way way : ways) {
            INFO("way ", int(way));
            const Tape tape;
            const Recorded r(p, way);
            const Arrays g = r.gradients(), again = r.gradients(), anew = Recorded(p, way).gradients();
            worst[way] = std::max(worst[way], check_close(g, exact, 1e-12));
            for (std::size_t i = 0; i < many; ++i) CHECK((same_bits(g[i], again[i]) && same_bits(g[i], anew[i])));
        }
    }
    MESSAGE("seeds 1010.., worst: hoisted ", worst[hoisted], ", plain ", worst[plain], ", composed ", worst[composed]);
}

TEST_CASE("an unrolled RNN is a deep network with copied weights, whose gradients add up to the RNN's") {
    const std::size_t T = 7;
    const Problem p = random_problem({T, 3, false}, 2000);
    const Arrays exact = by_hand(p);
    const Tape tape;
    V h(p.arrays[6]);
    std::array<std::vector<V>, 3> layers;  // their own wx, wh and b for each step
    for (std::size_t t = 0; t < T; ++t) {
        for (std::size_t i = 0; i < 3; ++i) layers[i].push_back(variable(p.arrays[i]));
        const V x = select(V(p.arrays[5]), 0, std::ptrdiff_t(t));
        h = tanh(matmul(x, layers[0][t]) + matmul(h, layers[1][t]) + layers[2][t]);
    }
    const V loss = cross_entropy(linear(h, V(p.arrays[3]), V(p.arrays[4])), p.labels[0]);
    const Gradients<double> g = backward(loss);
    for (std::size_t i = 0; i < 3; ++i) {
        INFO("seed 2000, ", names[i]);
        Array<double> total = zeros<double>(p.arrays[i].shape());
        for (const V& layer : layers[i]) total += g[layer];
        CHECK(off(total, exact[i]) <= 1e-12);
        CHECK(off(g[layers[i][0]], exact[i]) > 1e-3);  // one layer alone is not all
    }
}

TEST_CASE("second order: the Hessian of an RNN's loss times a vector is the difference of gradients by hand") {
    double worst = 0, apart = 0;
    for (const bool every_step : {false, true}) {
        const Problem p = random_problem({6, 3, every_step}, 3000 + every_step);
        INFO("seed ", 3000 + every_step);
        Problem above = p, below = p;
        Arrays direction;
        const double e = 1e-5;
        for (std::size_t i = 0; i < many; ++i) {
            direction[i] = random_array<double>(p.arrays[i].shape(), 3100 + unsigned(i));
            above.arrays[i] += e * direction[i];
            below.arrays[i] -= e * direction[i];
        }
        const Arrays high = by_hand(above), low = by_hand(below), h = hessian_times(p, direction, hoisted);
        Arrays differences;
        for (std::size_t i = 0; i < many; ++i) differences[i] = (high[i] - low[i]) / (2 * e);
        worst = std::max(worst, check_close(h, differences, 1e-6));
        apart = std::max(apart, check_close(h, hessian_times(p, direction, plain), 1e-10));
        apart = std::max(apart, check_close(h, hessian_times(p, direction, composed), 1e-10));
    }
    MESSAGE("worst against differences ", worst, ", between the three ways ", apart);
}

}  // namespace
}  // namespace xtape::test
