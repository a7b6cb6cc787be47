// SPDX-License-Identifier: BSD-3-Clause
// What docs/from_pytorch.md says stands here, and is true.
#include <doctest/doctest.h>

#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/flush.hpp>
#include <xtape/nn/io/import.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;

namespace {

using doctest::Approx;
const Array<double> x{{1, 2}, {3, 4}};

TEST_CASE("arrays") {
    Array<double> a{{1, 2}, {3, 4}};
    CHECK(a == x);
    CHECK(a.shape() == Shape{2, 2});
    CHECK(a(0, 1) == 2);
    CHECK(zeros<double>({2, 3}).size() == 6);
    CHECK(filled<double>({2, 3}, 7.0)(1, 2) == 7);
    CHECK(array_from<double>(std::vector<int>{1, 2, 3, 4}, {2, 2}) == x);
}

TEST_CASE("operations") {
    const Variable<double> a = x, b = x * 10;
    const Indices i{0, 1};
    const Array<double> u{1, 2};
    CHECK((a * b).value() == Array<double>{{10, 40}, {90, 160}});
    CHECK(matmul(a, b).value() == Array<double>{{70, 100}, {150, 220}});
    CHECK(square(a).value() == Array<double>{{1, 4}, {9, 16}});
    CHECK(tanh(a).value()(0, 0) == Approx(std::tanh(1.0)));
    CHECK(where(a.value() > 2.0, a, b).value() == Array<double>{{10, 20}, {3, 4}});
    CHECK(sum(a, 0, true).value() == Array<double>{{4, 6}});
    CHECK(mean(a).item() == 2.5);
    CHECK(transpose(a).value() == Array<double>{{1, 3}, {2, 4}});
    CHECK(reshape(a, {4}).value() == Array<double>{1, 2, 3, 4});
    CHECK(select(a, 1, 0).value() == Array<double>{1, 3});
    CHECK(slice(a, 1, 0, 1).shape() == Shape{2, 1});
    CHECK(stack({a, b}).shape() == Shape{2, 2, 2});
    CHECK(concatenate({a, b}, 1).shape() == Shape{2, 4});
    CHECK(broadcast_to(a, {5, 2, 2}).shape() == Shape{5, 2, 2});
    CHECK(pick(a, i).value() == Array<double>{1, 4});
    CHECK(log_softmax(a).value()(0, 0) == Approx(-1 - std::log1p(std::exp(-1.0)) + 0));
    CHECK(cross_entropy(a, i).item() == Approx(std::log1p(std::exp(-1.0)) + 0.5));
    CHECK(cross_entropy(a, i, {.smoothing = 0.1}).item() == Approx(std::log1p(std::exp(-1.0)) + 0.5));
    CHECK(pow(a, 3).value() == Array<double>{{1, 8}, {27, 64}});
    CHECK(abs(a - b).value() == Array<double>{{9, 18}, {27, 36}});
    CHECK(abs(a).value() == x);
    CHECK(maximum(a, b).value() == b.value());
    CHECK(masked_fill(a, a.value() > 2.0, 0).value() == Array<double>{{1, 2}, {0, 0}});
    CHECK(take(a, i).value() == x);
    CHECK(flip(a, 0).value() == Array<double>{{3, 4}, {1, 2}});
    CHECK(softmax(a).value()(0, 0) == Approx(1 / (1 + std::exp(1.0))));
    CHECK(softmax(a, a.value() <= 3.0).value()(1, 0) == 1);
    CHECK(softmax(a, a.value() <= 0.0).value() == zeros<double>({2, 2}));
    CHECK(layer_norm(a, u, u).value()(0, 1) == Approx(4).epsilon(1e-4));
}

TEST_CASE("gradients") {
    const Tape tape;
    const Variable<double> w = variable(2.0), v = variable(x);
    const auto loss = w * w * sum(v);
    const auto gradients = backward(loss);
    CHECK(gradients[w](0) == 40);
    CHECK(backward(loss, {w})[w](0) == 40);
    CHECK(backward(v * v, {v}, x)[v] == Array<double>{{2, 8}, {18, 32}});
    CHECK(!detach(w).tracked());
    CHECK(loss.item() == 40);
    const NoGrad pause;
    CHECK(!(w * w).tracked());
}

TEST_CASE("derivatives of functions, and higher ones") {
    const auto f = [](const Variable<double>& y) { return sum(y * y * y); };
    const Array<double> z{1, 2}, v{1, 0};
    CHECK(grad(f)(z) == Array<double>{3, 12});
    CHECK(value_and_grad(f)(z).first(0) == 9);
    CHECK(jacobian(f)(z) == Array<double>{3, 12});
    CHECK(hessian(f)(z) == Array<double>{{6, 0}, {0, 12}});
    CHECK(vjp(f, z, 2.0) == Array<double>{6, 24});
    CHECK(jvp(f, z, v)(0) == 3);
    CHECK(hvp(f, z, v) == Array<double>{6, 0});
    CHECK(gradcheck(f, z));
    const Tape tape;
    const Variable<double> y = variable(z), once = recorded_backward(f(y), {y})[y];
    CHECK(backward(sum(square(once)), {y})[y] == Array<double>{36, 288});
    CHECK(checkpoint<double>(f, y).item() == 9);
}

struct Net {
    using value_type = double;
    nn::Linear<double> hidden, out;

    explicit Net(nn::Generator generator) : hidden(2, 8, generator), out(8, 2, generator) {}
    Variable<double> operator()(const Variable<double>& in) const { return out(tanh(hidden(in))); }
    template <class F> void visit(F&& f) { f("hidden", hidden), f("out", out); }
};

TEST_CASE("modules and training") {
    Net model(nn::Generator(1));
    const Net copy = model;
    CHECK(nn::parameters(model)[0].path == "hidden.w");
    CHECK(nn::count(model) == 42);
    const Indices labels{0, 1};
    nn::AdamW<double> optimizer({.rate = 1e-2, .decay = 1e-2});
    const nn::WarmUpCosine schedule{.peak = 1e-2, .steps = 50};
    double loss_now = 0;
    for (int step = 0; step < 50; ++step) {
        const Tape tape;
        const auto loss = cross_entropy(model(x), labels);
        auto gradients = backward(loss);
        nn::clip_by_norm(gradients, 1.0);
        optimizer.options.rate = schedule(step);
        optimizer.step(model, gradients);
        loss_now = loss.item();
    }
    CHECK(loss_now < 0.5 * cross_entropy(copy(x), labels).item());
    CHECK(copy.out.b.value() == zeros<double>({2}));
}

TEST_CASE("a batch on all cores") {
    const Net model(nn::Generator(1));
    const Variable<double> xs = filled<double>({64, 2}, 1.0);
    const auto loss_of_rows = [&](std::size_t begin, std::size_t end) {
        return mean(square(model(slice(xs, 0, std::ptrdiff_t(begin), std::ptrdiff_t(end)))));
    };
    const auto [loss, gradients] = nn::parallel_grad(model, 64, loss_of_rows);
    CHECK(loss == Approx(mean(square(model(xs))).item()));
    CHECK(gradients[model.out.b].size() == 2);
}

TEST_CASE("sequences") {
    nn::Generator generator(1);
    const nn::RNNCell<double> cell(3, 4, generator);
    const Variable<double> xs = filled<double>({5, 2, 3}, 1.0);
    CHECK(nn::unroll(cell, xs, cell.initial(2)).states.size() == 5);
    CHECK(nn::unroll(cell, xs, cell.initial(2)).last.shape() == Shape{2, 4});
}

TEST_CASE("weights from PyTorch") {
    const std::filesystem::path path = XTAPE_TEST_DATA "/reference/torch-rnn-tanh-stacked.safetensors";
    auto file = nn::io::read_safetensors(path);
    for (const std::string name : {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"})
        file.tensors["rnn." + name] = file.at("parameters." + name);
    nn::Generator generator(1);
    nn::RNNCell<double> cell(4, 5, generator);
    const auto weights = nn::io::from_torch<double>(file, nn::io::Recurrent::rnn, {.prefix = "rnn."});
    cell.wx.set(weights.wx), cell.wh.set(weights.wh), cell.b.set(weights.b);
    CHECK(float(cell.wx.value()(1, 2)) == file.get<float>("rnn.weight_ih_l0", {5, 4})[2 * 4 + 1]);
    file.tensors["fc.weight"] = nn::io::tensor<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
    file.tensors["fc.bias"] = nn::io::tensor<float>({2}, std::vector<float>{7, 8});
    const Array<double> w = nn::io::transposed(nn::io::array_of<double>(file, "fc.weight"));
    CHECK(w == Array<double>{{1, 4}, {2, 5}, {3, 6}});
    CHECK(nn::io::array_of<double>(file, "fc.bias") == Array<double>{7, 8});
}

TEST_CASE("parameters, threads, numbers") {
    Parameter<double> b("b", zeros<double>({3}));
    b.set(filled<double>({3}, 1.0));
    CHECK(b.value()(2) == 1);
    const OneBlasThread one;
    CHECK(blas_threads() <= 1);
    const FlushDenormals flush;
    volatile double tiny = 1e-308;
    CHECK(tiny * 0.1 == 0);
}

}  // namespace
