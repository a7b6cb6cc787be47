// SPDX-License-Identifier: BSD-3-Clause
// What docs/from_libtorch.md says stands here, and is true.
#include <doctest/doctest.h>

#include <xtape/autodiff/blas.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;

namespace {

using doctest::Approx;

TEST_CASE("arrays") {
    const Array<double> x{{1, 2}, {3, 4}};
    CHECK(x.shape() == Shape{2, 2});
    CHECK(x(0, 1) == 2);
    CHECK(x.data()[3] == 4);
    CHECK(zeros<double>({2, 3}).size() == 6);
    const double p[] = {1, 2, 3, 4};
    CHECK(array_from<double>(p, {2, 2}) == x);
    const Array<float> y = xt::cast<float>(x);
    CHECK(y(1, 1) == 4);
}

TEST_CASE("operations") {
    const Variable<double> a = Array<double>{{1, 2}, {3, 4}}, b = a * 10;
    const Indices labels{0, 1};
    CHECK((a * b + 1).value() == Array<double>{{11, 41}, {91, 161}});
    CHECK(matmul(a, b).value() == Array<double>{{70, 100}, {150, 220}});
    CHECK(tanh(a).value()(0, 0) == Approx(std::tanh(1.0)));
    CHECK(sum(a, 0).value() == Array<double>{4, 6});
    CHECK(select(a, 1, 0).value() == Array<double>{1, 3});
    CHECK(slice(a, 1, 0, 1).shape() == Shape{2, 1});
    CHECK(reshape(a, {4}).value() == Array<double>{1, 2, 3, 4});
    CHECK(stack({a, b}).shape() == Shape{2, 2, 2});
    CHECK(concatenate({a, b}, 1).shape() == Shape{2, 4});
    CHECK(log_softmax(a, -1).value()(0, 1) == Approx(-std::log1p(std::exp(-1.0))));
    CHECK(cross_entropy(a, labels).item() == Approx(std::log1p(std::exp(-1.0)) + 0.5));
}

TEST_CASE("gradients") {
    const Tape tape;
    const auto w = variable(2.0);
    const auto loss = w * w * w;
    CHECK(loss.item() == 8);
    CHECK(backward(loss)[w](0) == 12);
    CHECK(backward(loss, {w})[w](0) == 12);
    const auto once = recorded_backward(loss, {w})[w];
    CHECK(backward(once, {w})[w](0) == 12);
    CHECK(!detach(w).tracked());
    const NoGrad pause;
    CHECK(!(w * w).tracked());
}

struct Net {
    using value_type = double;
    nn::Linear<double> hidden, out;

    explicit Net(nn::Generator bits) : hidden(2, 8, bits), out(8, 2, bits) {}
    auto operator()(const Variable<double>& x) const { return out(tanh(hidden(x))); }
    template <class F> void visit(F&& f) { f("hidden", hidden), f("out", out); }
};

TEST_CASE("modules and training") {
    Net net(nn::Generator(1));
    const Array<double> x{{1, 2}, {3, 4}};
    const Indices labels{0, 1};
    const double before = cross_entropy(net(x), labels).item();
    CHECK(nn::parameters(net).size() == 4);
    nn::AdamW<double> optimizer({.rate = 1e-2, .decay = 1e-2});
    for (int step = 0; step < 50; ++step) {
        const Tape tape;
        auto gradients = backward(cross_entropy(net(x), labels));
        nn::clip_by_norm(gradients, 1.0);
        optimizer.step(net, gradients);
    }
    CHECK(cross_entropy(net(x), labels).item() < 0.5 * before);
    Parameter<double> b("b", zeros<double>({3}));
    CHECK(b.is_parameter());
}

TEST_CASE("threads and errors") {
    const OneBlasThread one;
    CHECK(blas_threads() <= 1);
    const Variable<double> a = zeros<double>({2, 3});
    CHECK_THROWS_AS((void)matmul(a, a), xtape::Error);
}

}  // namespace
