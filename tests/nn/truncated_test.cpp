// SPDX-License-Identifier: BSD-3-Clause
// Gradients through the last steps alone are those of a network that begins there, as derived by hand.
#include <algorithm>
#include <xtape/nn/analytic/rnn.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

namespace analytic = nn::analytic;
using V = Variable<double>;

constexpr std::size_t T = 9, I = 5, H = 7, K = 4;
const std::vector<std::string> paths{"cell.wx", "cell.wh", "cell.b", "readout.v", "readout.c"};

Indices random_labels(std::size_t batch, unsigned seed) {
    std::mt19937 generator(seed);
    Indices labels(batch);
    for (std::int64_t& label : labels) label = std::int64_t(generator() % K);
    return labels;
}

// Steps begin ... end of a sequence, copied number by number.
Array<double> steps(const Array<double>& xs, std::size_t begin, std::size_t end) {
    const std::size_t width = xs.shape()[1] * xs.shape()[2];
    Array<double> part = Array<double>::from_shape({end - begin, xs.shape()[1], xs.shape()[2]});
    std::copy(xs.data() + begin * width, xs.data() + end * width, part.data());
    return part;
}

// Backpropagation through the last `depth` steps, from the state that the ones before lead to.
analytic::Gradients<double> by_hand(const nn::RNN<double>& model, const Array<double>& xs, const Indices& labels,
                                    std::size_t depth) {
    const auto& cell = model.cell;
    const analytic::Rnn<double> rnn{cell.wx.value(), cell.wh.value(), cell.b.value(), model.readout.v.value(),
                                    model.readout.c.value()};
    analytic::Batch<double> batch{xs, zeros<double>({labels.size(), H}), {}};
    batch.labels.resize({labels.size()});
    std::copy(labels.begin(), labels.end(), batch.labels.begin());
    const auto all = analytic::forward(rnn, batch);
    const auto state = steps(all.h, T - depth, T - depth + 1);
    std::copy(state.begin(), state.end(), batch.h0.begin());
    batch.x = steps(xs, T - depth, T);
    return analytic::bptt(rnn, batch, analytic::forward(rnn, batch));
}

// Gradients by the parameters in the order of `paths`, and by xs.
std::vector<Array<double>> engine(const nn::RNN<double>& model, const V& xs, const Indices& labels, std::size_t depth) {
    std::vector<V> wanted = nn::wanted(model);
    wanted.push_back(xs);
    const auto g = backward(cross_entropy(model.truncated(xs, depth), labels), wanted);
    std::vector<Array<double>> all;
    for (const V& one : wanted) all.push_back(g[one]);
    return all;
}

double norm(const Array<double>& a) {
    double squares = 0;
    for (const double x : a) squares += x * x;
    return std::sqrt(squares);
}

void check_against_hand(std::size_t batch, std::size_t depth) {
    INFO("batch ", batch, ", depth ", depth, ", seed 31");
    const nn::RNN<double> model({I, H, K}, 31, {.init = nn::Init::uniform});
    const Array<double> values = random_array<double>({T, batch, I}, 32);
    const Indices labels = random_labels(batch, 33);
    const auto exact = by_hand(model, values, labels, depth);
    const auto& p = exact.parameters;
    const Tape tape;
    const V xs = variable(values);
    const auto all = engine(model, xs, labels, depth), full = engine(model, xs, labels, T);
    const Array<double> parameters[]{p.wx, p.wh, p.b, p.v, p.c};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        INFO(paths[i]);
        CHECK(norm(all[i] - parameters[i]) <= 1e-13 * norm(parameters[i]));
        if (i < 3 && depth + 1 < T)  // of the first step alone, whose state is 0, wh has nothing
            CHECK(norm(all[i] - full[i]) > 1e-4 * norm(full[i]));
    }
    CHECK(distance(steps(all.back(), T - depth, T), Array<double>(exact.x)) <= 1e-13);
    CHECK(norm(steps(all.back(), 0, T - depth)) == 0);
}

TEST_CASE("truncated gradients are those derived by hand, from the state that the steps before lead to") {
    for (const std::size_t batch : {1u, 3u, 70u})  // up to 64 rows inputs are multiplied at once
        for (const std::size_t depth : {1u, 2u, 5u, 8u, 9u}) check_against_hand(batch, depth);
}

template <class Real> void check_whole(bool skip) {
    const nn::RNN<Real> model({I, H, K}, 41, {.skip = skip});
    const Array<Real> values = random_array<Real>({T, 3, I}, 42);
    const Indices labels = random_labels(3, 43);
    const auto gradients = [&](const auto& scores) {
        const Tape tape;
        return backward(cross_entropy(scores(Variable<Real>(values)), labels), nn::wanted(model));
    };
    const auto whole = gradients([&](const auto& xs) { return model(xs); });
    for (const std::size_t depth : {T, T + 1, std::size_t{1'000'000}}) {
        const auto same = gradients([&](const auto& xs) { return model.truncated(xs, depth); });
        for (const auto& [path, parameter] : nn::parameters(model))
            CHECK(same_bits(same[*parameter], whole[*parameter]));
    }
    for (std::size_t depth = 1; depth <= T; ++depth)  // the scores are the same at any depth
        CHECK(distance(model.truncated(values, depth).value(), model(values).value()) <=
              (sizeof(Real) == 4 ? 1e-6 : 1e-15));
}

TEST_CASE("a depth of the whole sequence, or more, is no truncation: the same bits") {
    for (const bool skip : {false, true}) check_whole<float>(skip), check_whole<double>(skip);
}

TEST_CASE("a depth of 0, and what is no sequence, are refused") {
    const nn::RNN<double> model({I, H, K}, 1);
    const V xs = zeros<double>({T, 2, I});
    CHECK(contains(thrown([&] { (void)model.truncated(xs, 0); }),
                   "[RNN] gradients must go through one step or more; got a depth of 0"));
    CHECK(contains(thrown([&] { (void)model.truncated(zeros<double>({2, I}), 3); }), "sequences must be (T, B, I)"));
}

}  // namespace
}  // namespace xtape::test
