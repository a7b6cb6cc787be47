// SPDX-License-Identifier: BSD-3-Clause
// What docs/comparing.md says stands here, and is true.
#include <doctest/doctest.h>

#include <sstream>
#include <xtape/nn/io/io.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;

namespace {

using V = Variable<double>;
using A = Array<double>;
const A x{{1, 2}, {3, 4}, {5, 6}}, w{0.3, -0.2};

TEST_CASE("functions and models") {
    const auto f = [](const V& a) { return mean(square(a)); };
    const A analytic = 2 * x / double(x.size());
    CHECK(compare_gradients(f, analytic, x));
    CHECK(compare_gradients(
        f, [](const A& a) { return A(2 * a / double(a.size())); }, x));

    const auto g = [](const V& a, const V& b) { return sum(matmul(a, b)); };
    const auto both = [](const A& a, const A& b) {
        return std::vector<A>{zeros<double>(a.shape()) + b, sum(V(a), 0).value()};
    };
    CHECK(compare_gradients(g, both, {x, w}));
    CHECK(compare_gradients(g, both, {x, w}, {.names = {"x", "w"}}));
    const auto report = compare_gradients(f, A(2 * x), x, {.sizes = {{"B", 3}, {"I", 2}}});
    CHECK(!report);
    CHECK(report.normalisation == "the factor is B*I: a mean on one side is a sum on the other");
    std::ostringstream out;
    out << report;
    CHECK(out.str() == formatted(report, Format::text));
    CHECK(!formatted(report, Format::latex).empty());

    nn::Generator bits(1);
    const nn::Linear<double> model(2, 1, bits);
    const auto loss = [](const nn::Linear<double>& m) { return sum(m(V(x))); };
    const std::vector<A> derived{array_from(std::vector<double>{9, 12}, {2, 1}), A{3}};
    CHECK(nn::compare_gradients(loss, derived, model));
}

struct Two {  // a model whose parameters are x and w
    using value_type = double;
    Parameter<double> x, w;
    template <class F> void visit(F&& f) { f("x", x), f("w", w); }
};

TEST_CASE("what another program wrote") {
    const std::string file = XTAPE_TEST_DATA "/numpy/gradients.npz";
    const A a = nn::io::load_npz<double>(file, "input/x"), b = nn::io::load_npz<double>(file, "input/w");
    const auto two_inputs = [](const V& p, const V& q) { return sum(square(tanh(matmul(p, q)))) / 4.0; };
    CHECK(compare_gradients(two_inputs, nn::io::NpzGradients(file, "gradient/"), {a, b}, {.names = {"x", "w"}}));
    const Two two{{"x", a}, {"w", b}};
    const auto tanh_loss = [&](const Two& m) { return two_inputs(m.x, m.w); };
    CHECK(nn::compare_gradients(tanh_loss, nn::io::NpzGradients(file, "gradient/"), two));
}

TEST_CASE("several ways") {
    const ManyToOne<double> h = [](const std::vector<V>& in) { return sum(tanh(in[0] * in[1])); };
    const std::vector<A> inputs{x, w};
    A dx = x, dw = zeros<double>({2});
    for (std::size_t i = 0; i < 6; ++i) {
        const double y = std::tanh(x.data()[i] * w(i % 2));
        dx.data()[i] = (1 - y * y) * w(i % 2), dw(i % 2) += (1 - y * y) * x.data()[i];
    }
    const Method<double> by_hand{"by hand", {"plain loops"}, {{"x0", dx}, {"x1", dw}}};
    const auto reverse = by_reverse_mode(h, inputs);
    const auto forward = by_forward_mode(h, inputs);
    const auto by_values = by_differences(h, inputs);
    CHECK(compare_methods<double>({reverse, forward, by_values, by_hand}));
}

TEST_CASE("cells, step by step") {
    const V xs = zeros<double>({5, 3, 2}) + 0.5;
    nn::Generator bits(1);
    const nn::GRUCell<double> cell(2, 4, bits);
    const auto step_loss = [](std::size_t, const V& state) { return sum(square(state)); };
    const nn::Recurrence recurrence(xs, cell.initial(3), step_loss);
    const auto terms = nn::bptt_terms(recurrence, cell);
    CHECK(terms.terms[4][1][0].name == "wx");
    CHECK(terms.credit("wh").shape() == Shape{5, 5});
    CHECK(nn::compare_gradients(recurrence, terms.total(), cell));
    const auto trace = nn::bptt_trace(recurrence, cell);
    CHECK(nn::compare_gradients(recurrence, trace, cell));
}

}  // namespace
