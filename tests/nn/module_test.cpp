// SPDX-License-Identifier: BSD-3-Clause
// Modules: what they list, and those that users write.
#include <xtape/nn/optim.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

// A minimal gated cell, with a module of its own: h' = h + z (tanh(x wx + h wh + b) - h)
template <class T> struct GatedCell {
    using value_type = T;
    nn::RNNCell<T> candidate;
    nn::Linear<T> gate;
    GatedCell(std::size_t inputs, std::size_t hidden, nn::Generator& g)
        : candidate(inputs, hidden, g), gate(inputs, hidden, g) {}
    Variable<T> operator()(const Variable<T>& x, const Variable<T>& h) const {
        return h + sigmoid(gate(x)) * (candidate(x, h) - h);
    }
    template <class F> void visit(F&& f) { f("candidate", candidate), f("gate", gate); }
};

// A model as users write one: modules inside modules, and a parameter of its own.
template <class T> struct Model {
    using value_type = T;
    GatedCell<T> cell;
    Parameter<T> start;
    nn::Readout<T> readout;
    explicit Model(nn::Generator&& g) : cell(2, 6, g), start("start", zeros<T>({1, 6})), readout(6, 2, g) {
        nn::name_parameters(*this);
    }
    Variable<T> operator()(const Variable<T>& xs) const {
        return readout(nn::unroll(cell, xs, broadcast_to(start, {xs.shape()[1], 6})).last);
    }
    template <class F> void visit(F&& f) { f("cell", cell), f("start", start), f("readout", readout); }
};

template <nn::Module M> std::vector<std::string> paths(const M& model) {
    std::vector<std::string> all;
    for (const auto& p : nn::parameters(model)) all.push_back(p.path);
    return all;
}

TEST_CASE("a model lists its parameters by path, in its order, and they are the model's own") {
    nn::RNN<float> model({28, 128, 10}, 1);
    CHECK(paths(model) == std::vector<std::string>{"cell.wx", "cell.wh", "cell.b", "readout.v", "readout.c"});
    CHECK(nn::count(model) == 21386);
    const std::vector<Shape> shapes{{28, 128}, {128, 128}, {128}, {128, 10}, {10}};
    const auto all = nn::parameters(model);
    const auto wanted = nn::wanted(model);
    const std::vector<const Parameter<float>*> own{&model.cell.wx, &model.cell.wh, &model.cell.b, &model.readout.v,
                                                   &model.readout.c};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(all[i].parameter == own[i]);
        CHECK(all[i].parameter->name() == all[i].path);
        CHECK(own[i]->value().shape() == shapes[i]);
        CHECK(wanted[i].handle() == own[i]->handle());
        CHECK(wanted[i].is_parameter());
    }
    CHECK(paths(model.cell) == std::vector<std::string>{"wx", "wh", "b"});
}

TEST_CASE("modules of users nest, and count") {
    const Model<double> model{nn::Generator(1)};
    CHECK(paths(model) == std::vector<std::string>{"cell.candidate.wx", "cell.candidate.wh", "cell.candidate.b",
                                                   "cell.gate.w", "cell.gate.b", "start", "readout.v", "readout.c"});
    CHECK(nn::count(model) == 2 * 6 + 6 * 6 + 6 + 2 * 6 + 6 + 6 + 6 * 2 + 2);
}

TEST_CASE("gradients are found by path, by parameter, and not by the name of one that is not there") {
    const nn::RNN<double> model({3, 4, 2}, 5);
    const Tape tape;
    const Variable<double> loss = cross_entropy(model(random_array<double>({3, 2, 3}, 1)), {0, 1});
    const Gradients<double> g = backward(loss, nn::wanted(model)), used = backward(loss);
    for (const auto& p : nn::parameters(model)) {
        INFO(p.path);
        REQUIRE(g.find(*p.parameter));
        CHECK(same_bits(g[p.path], *g.find(*p.parameter)));
        CHECK(same_bits(g[p.path], used[p.path]));
        CHECK(distance(g[p.path], zeros<double>(p.parameter->shape())) > 1e-6);
    }
    CHECK(contains(thrown([&] { (void)g["cell.w"]; }),
                   "[gradients] the name must be one of cell.wx, cell.wh, cell.b, readout.v, readout.c; got cell.w"));
}

struct Twice {  // a slip: both are listed as "a"
    using value_type = double;
    nn::Generator bits{1};
    nn::Linear<double> a{3, 4, bits}, b{4, 2, bits};
    template <class F> void visit(F&& f) { f("a", a), f("a", b); }
};
struct Outer {
    using value_type = double;
    Twice inner;
    template <class F> void visit(F&& f) { f("inner", inner); }
};
struct Counted {  // a name that a vector gives to its first element, too
    using value_type = double;
    nn::Generator bits{1};
    std::vector<nn::Linear<double>> parts{nn::Linear<double>(2, 3, bits)};
    Parameter<double> other{"other", zeros<double>({2})};
    template <class F> void visit(F&& f) { f("parts", parts), f("parts.0.w", other); }
};

TEST_CASE("a name that a model lists twice is refused by whatever takes it apart") {
    Twice model;
    Outer outer;
    const std::string must = "[visit] each entry must have a name of its own; got ";
    const int line = __LINE__ + 1;
    CHECK(contains(thrown([&] { (void)nn::parameters(model); }), at(__FILE__, line) + must + "a twice"));
    CHECK(contains(thrown([&] { (void)nn::wanted(outer); }), must + "inner.a twice"));
    CHECK(contains(thrown([&] { (void)nn::buffers(model); }), must));
    CHECK(contains(thrown([&] { nn::name_parameters(outer); }), must));
    CHECK(contains(thrown([&] { (void)nn::count(Counted()); }), must + "parts.0.w twice"));
    const Tape tape;
    const auto g = backward(sum(square(model.a.w)));
    nn::SGD<double> optimizer;
    CHECK(contains(thrown([&] { optimizer.step(model, g); }), must));
    CHECK(optimizer.state.steps == 0);
}

TEST_CASE("a copy of a model has parameters of its own") {
    nn::RNN<double> model({3, 4, 2}, 5);
    nn::RNN<double> copy = model;
    const Array<double> before = model.cell.wh.value();
    copy.cell.wh.edit().fill(7);
    CHECK(same_bits(model.cell.wh.value(), before));
    CHECK(paths(copy) == paths(model));
    const Tape tape;
    const Gradients<double> g = backward(sum(square(copy.cell.b + 1.0)) + sum(model.cell.b));
    CHECK(distance(g[copy.cell.b], filled<double>({4}, 2)) == 0);
    CHECK(distance(g[model.cell.b], filled<double>({4}, 1)) == 0);
}

TEST_CASE("optimisers refuse gradients of a copy of the model, and change nothing") {
    nn::RNN<double> model({3, 4, 2}, 5);
    const nn::RNN<double> copy = model;
    nn::SGD<double> sgd;
    nn::AdamW<double> adam;
    const Tape tape;
    const Gradients<double> g = backward(sum(copy.cell.wx), nn::wanted(copy));
    const Array<double> before = model.cell.wx.value();
    CHECK(contains(thrown([&] { sgd.step(model, g); }), "[optimizer] gradients must be of this model's parameters"));
    CHECK(contains(thrown([&] { adam.step(model, g); }), "[optimizer] gradients must be of this model's parameters"));
    CHECK(same_bits(model.cell.wx.value(), before));
    CHECK((sgd.state.arrays.empty() && adam.state.arrays.empty() && adam.state.steps == 0));
}

TEST_CASE("unroll takes a user's cell, function or module, and gives the states of the loop") {
    nn::Generator generator(3);
    const GatedCell<double> cell(2, 6, generator);
    const Array<double> xs = random_array<double>({5, 3, 2}, 1), start = random_array<double>({3, 6}, 2);
    const auto run = nn::unroll(cell, Variable<double>(xs), Variable<double>(start));
    Variable<double> h(start);
    REQUIRE(run.states.size() == 5);
    for (std::ptrdiff_t t = 0; t < 5; ++t) {
        h = cell(select(Variable<double>(xs), 0, t), h);
        CHECK(same_bits(run.states[std::size_t(t)].value(), h.value()));
    }
    CHECK(run.last.handle() == run.states[4].handle());
    const auto decay = [](const Variable<double>& x, const Variable<double>& s) { return s * 0.5 + x; };
    const auto sums = nn::unroll(decay, filled<double>({3, 1, 1}, 1), zeros<double>({1, 1}));
    CHECK(sums.last.value()(0, 0) == 1.75);
    const auto total = [&](const Variable<double>& x) { return nn::unroll(cell, x, Variable<double>(start)).last; };
    const auto report = gradcheck(total, xs);
    INFO(report.text);
    CHECK(report.passed);
}

TEST_CASE("Adam trains a user's model: which of two first inputs was larger, five steps ago") {
    Model<double> model{nn::Generator(3)};
    nn::Adam<double> adam({.rate = 0.02});
    const std::size_t rows = 64;
    const auto batch = [&](unsigned seed) {
        const Array<double> xs = random_array<double>({5, rows, 2}, seed);
        Indices labels;
        for (std::size_t i = 0; i < rows; ++i) labels.push_back(xs(0, i, 0) > xs(0, i, 1));
        return std::pair(xs, labels);
    };
    const auto loss_of = [&](unsigned seed) {
        const auto [xs, labels] = batch(seed);
        return cross_entropy(model(Variable<double>(xs)), labels);
    };
    const double first = number(loss_of(9999).value());
    const std::vector<Variable<double>> before = nn::wanted(model);
    for (unsigned step = 0; step < 120; ++step) {
        const Tape tape;
        adam.step(model, backward(loss_of(step), nn::wanted(model)));
    }
    const double last = number(loss_of(9999).value());
    INFO("seeds 3, 0 to 119 and 9999: loss ", first, " -> ", last);
    CHECK(last < 0.5 * first);
    for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(distance(before[i].value(), nn::wanted(model)[i].value()) > 0);
}

}  // namespace
}  // namespace xtape::test
