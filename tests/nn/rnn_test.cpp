// SPDX-License-Identifier: BSD-3-Clause
// The recurrent network: short sequences, wrong ones, numbers that are none, and a whole training.
#include <xtape/nn/clip.hpp>
#include <xtape/nn/optim.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/rnn.hpp>
#include <xtape/nn/schedule.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

// The cell as a function, which unroll calls for each x_t.
auto plain(const nn::RNNCell<double>& cell) {
    return [&cell](const V& x, const V& h) { return cell(x, h); };
}

TEST_CASE("no steps: the last state is the first one, and no gradient reaches the weights") {
    const nn::RNN<double> model({3, 4, 2}, 5);
    const Tape tape;
    const V xs = variable(zeros<double>({0, 2, 3})), h = variable(random_array<double>({2, 4}, 1));
    const auto check = [&](const nn::Unrolled<V>& run) {
        CHECK(run.states.empty());
        CHECK(same_bits(run.last.value(), h.value()));
        const Array<double> seed = random_array<double>({2, 4}, 2);
        const Gradients<double> g = backward(run.last, {h, xs, model.cell.wx, model.cell.wh}, seed);
        CHECK(same_bits(g[h], seed));
        CHECK(g[xs].shape() == Shape{0, 2, 3});
        CHECK(same_bits(g["cell.wx"], zeros<double>({3, 4})));
        CHECK(same_bits(g[model.cell.wh], zeros<double>({4, 4})));
    };
    check(nn::unroll(model.cell, xs, h));
    check(nn::unroll(plain(model.cell), xs, h));
    CHECK(same_bits(model(xs).value(), zeros<double>({2, 2})));  // the readout of zeros
}

TEST_CASE("one step, and five, are the formula") {
    const nn::RNN<double> model({3, 4, 2}, 5);
    const nn::RNNCell<double>& cell = model.cell;
    const Array<double> xs = random_array<double>({5, 2, 3}, 1);
    Array<double> h = random_array<double>({2, 4}, 2);
    const V first(h);
    for (std::size_t t = 0; t < 5; ++t) {
        Array<double> next = h;
        for (std::size_t i = 0; i < 2; ++i)
            for (std::size_t k = 0; k < 4; ++k) {
                double a = cell.b.value()(k);
                for (std::size_t j = 0; j < 3; ++j) a += xs(t, i, j) * cell.wx.value()(j, k);
                for (std::size_t j = 0; j < 4; ++j) a += h(i, j) * cell.wh.value()(j, k);
                next(i, k) = std::tanh(a);
            }
        h = next;
        const V part = slice(V(xs), 0, 0, std::ptrdiff_t(t) + 1);
        for (const auto& run : {nn::unroll(cell, part, first), nn::unroll(plain(cell), part, first)}) {
            CHECK(run.states.size() == t + 1);
            CHECK(distance(run.states[t].value(), h) <= 1e-15);
            CHECK(same_bits(run.last.value(), run.states[t].value()));
        }
    }
    CHECK(same_bits(model.cell.initial(3).value(), zeros<double>({3, 4})));
}

TEST_CASE("what does not fit is refused with its shapes, by the step at which it shows") {
    const nn::RNN<double> model({3, 4, 2}, 5);
    const V good = zeros<double>({6, 2, 3}), wide = zeros<double>({6, 2, 5}), h = zeros<double>({2, 4});
    const auto text = [&](const auto& cell, const V& xs, const V& start) {
        return thrown([&] { (void)nn::unroll(cell, xs, start); });
    };
    const auto cell = plain(model.cell);
    CHECK(contains(text(cell, wide, h),
                   "[affine] shapes must be x (B, I), wx (I, H), h (B, J), wh (J, H), b (H,); got "
                   "(2, 5), (3, 4), (2, 4), (4, 4), (4,) (in unroll step 0 > RNNCell)"));
    CHECK(contains(
        text(model.cell, wide, h),
        "[linear] shapes must be x (..., I), w (I, O), b (O,); got (6, 2, 5), (3, 4), (4,) (in unroll > RNNCell)"));
    CHECK(contains(text(model.cell, good, V(zeros<double>({3, 4}))),
                   "[unroll] sequences must be (T, B, features) and states (B, ...); got (6, 2, 3) and (3, 4)"));
    CHECK(contains(text(model.cell, V(zeros<double>({4, 3})), V(zeros<double>({1, 4}))),
                   "[unroll] sequences must be (T, B, features) and states (B, ...); got (4, 3) and (1, 4)"));
    CHECK(contains(text(cell, good, V(zeros<double>({2, 7}))), "(2, 7), (4, 4), (4,) (in unroll step 0 > RNNCell)"));
    int calls = 0;
    const auto later = [&](const V& x, const V& s) { return calls++ < 4 ? cell(x, s) : matmul(x, s); };
    CHECK(contains(text(later, good, h), "got (2, 3) x (2, 4); try reshape (in unroll step 4)"));
    const int line = __LINE__ + 1;  // the caller's, whoever finds it
    for (const V& xs : {h, wide}) CHECK(contains(thrown([&] { (void)model(xs); }), at(__FILE__, line)));
    CHECK(contains(thrown([&] { (void)model(h); }), "[RNN] sequences must be (T, B, I); got (2, 4) (in RNN)"));
    CHECK(contains(text(model.cell, V(1.0), h), "[unroll] a sequence must have an axis of time; got one number"));
    CHECK(!contains(thrown([&] { (void)matmul(h, h); }), "unroll"));  // the step is forgotten
}

template <class T> T loss_of(const nn::RNN<T>& model, const Array<T>& xs, bool hoisted) {
    const Variable<T> h = model.cell.initial(xs.shape()[1]), v(xs);
    const auto call = [&](const Variable<T>& x, const Variable<T>& s) { return model.cell(x, s); };
    const auto run = hoisted ? nn::unroll(model.cell, v, h) : nn::unroll(call, v, h);
    return number(cross_entropy(model.readout(run.last), Indices(xs.shape()[1], 1)).value());
}

template <class T> void check_nan_reaches_the_loss() {
    using Limits = std::numeric_limits<T>;
    const nn::RNN<T> model({3, 11, 2}, 5);
    const Array<T> xs = random_array<T>({4, 5, 3}, 1);
    for (const bool hoisted : {false, true}) {
        INFO("hoisted ", hoisted, ", seed 1");
        const T finite = loss_of(model, xs, hoisted);
        CHECK(std::isfinite(finite));
        for (std::size_t i = 0; i < xs.size(); ++i) {
            Array<T> bad = xs;
            bad.data()[i] = Limits::quiet_NaN();
            CHECK(std::isnan(loss_of(model, bad, hoisted)));
            bad.data()[i] = Limits::infinity();  // tanh is 1 or -1 there, as of a large number; and inf - inf is NaN
            const T infinite = loss_of(model, bad, hoisted);
            bad.data()[i] = T(1e20);
            CHECK(infinite == doctest::Approx(loss_of(model, bad, hoisted)).epsilon(1e-6));
            CHECK(infinite != finite);
            bad.data()[i] = Limits::infinity();
            bad.data()[i / 3 * 3 + (i + 1) % 3] = Limits::infinity();
            CHECK(std::isnan(loss_of(model, bad, hoisted)));
        }
        for (std::size_t p = 0; p < 5; ++p)
            for (const T number : {Limits::quiet_NaN(), Limits::infinity()}) {
                nn::RNN<T> broken = model;
                Array<T>& w = nn::parameters(broken)[p].parameter->edit();
                w.data()[w.size() - 1] = number;
                const T loss = loss_of(broken, xs, hoisted);
                INFO(nn::parameters(broken)[p].path, " ", number, ": ", loss);
                CHECK((std::isnan(loss) || (std::isinf(number) && loss != finite)));
            }
    }
}

TEST_CASE("NaN in any input or weight reaches the loss, infinity saturates or is NaN, and never passes unseen") {
    check_nan_reaches_the_loss<double>();
    check_nan_reaches_the_loss<float>();
}

// Sequences and the sign of their first number.
struct Batch {
    Array<float> xs;
    Indices labels;
    Batch(std::size_t rows, unsigned seed) : xs(random_array<float>({6, rows, 2}, seed)) {
        for (std::size_t i = 0; i < rows; ++i) labels.push_back(xs(0, i, 0) > 0);
    }
};

nn::RNN<float> trained(std::size_t threads) {
    nn::RNN<float> model({2, 12, 2}, 21);
    nn::AdamW<float> optimizer;
    const nn::WarmUpCosine rate{.peak = 0.01, .steps = 300, .warm_up = 20};
    for (unsigned step = 0; step < 300; ++step) {
        const Batch batch(48, 1000 + step);
        auto [loss, gradients] = nn::parallel_grad(
            model, 48,
            [&](std::size_t begin, std::size_t end) {
                const auto b = std::ptrdiff_t(begin), e = std::ptrdiff_t(end);
                const auto first = batch.labels.begin();
                return cross_entropy(model(slice(Variable<float>(batch.xs), 1, b, e)), Indices(first + b, first + e));
            },
            {threads, 32});
        REQUIRE(std::isfinite(loss));
        (void)nn::clip_by_norm(gradients, 1);
        optimizer.options.rate = float(rate(step));
        optimizer.step(model, gradients);
    }
    return model;
}

TEST_CASE("an RNN learns the sign of the first of six inputs, to the same bits on one thread and on two") {
    const nn::RNN<float> model = trained(2), again = trained(1);
    for (std::size_t i = 0; i < 5; ++i) CHECK(same_bits(nn::wanted(model)[i].value(), nn::wanted(again)[i].value()));
    const Batch fresh(2000, 5);
    const Array<float> scores = model(Variable<float>(fresh.xs)).value();
    double right = 0;
    for (std::size_t i = 0; i < 2000; ++i) right += (scores(i, 1) > scores(i, 0)) == (fresh.labels[i] == 1);
    MESSAGE("accuracy ", right / 2000, " (seeds 21, 1000 to 1299, 5)");
    CHECK(right / 2000 > 0.95);
}

}  // namespace
}  // namespace xtape::test
