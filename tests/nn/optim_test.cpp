// SPDX-License-Identifier: BSD-3-Clause
// Optimisers against the formulas of their papers, written out as loops over numbers.
#include <xtape/nn/optim.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

const std::vector<std::string> paths{"cell.wx", "cell.wh", "cell.b", "readout.v", "readout.c"};

template <class T> using Arrays = std::vector<Array<T>>;

template <nn::Module M> auto values(const M& model) {
    Arrays<typename M::value_type> all;
    for (const auto& p : nn::parameters(model)) all.push_back(p.parameter->value());
    return all;
}
template <class T> bool same_bits(const Arrays<T>& a, const Arrays<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](auto& x, auto& y) { return test::same_bits(x, y); });
}
template <class T> Arrays<T> random_like(const Arrays<T>& like, unsigned seed) {
    Arrays<T> all;
    for (const Array<T>& a : like) all.push_back(random_array<T>(a.shape(), seed++));
    return all;
}

// These gradients for a model: of a sum that has them as coefficients, without the parameters left out.
template <nn::Module M, class T>
Gradients<T> gradients(const M& model, const Arrays<T>& g, const std::vector<std::size_t>& left_out = {}) {
    const Tape tape;
    Variable<T> y = 0;
    const auto all = nn::wanted(model);
    for (std::size_t i = 0; i < all.size(); ++i)
        if (std::find(left_out.begin(), left_out.end(), i) == left_out.end()) y = y + sum(all[i] * g[i]);
    return backward(y, all);
}

struct Number {
    double w, m = 0, v = 0;
};
using Update = std::function<void(Number&, double g, int step, bool decays)>;

// Seven steps of an optimiser and of its formula; gives the worst difference.
template <class T, class Optimizer> double worst_off(Optimizer optimizer, const Update& update) {
    nn::RNN<T> model({3, 4, 2}, 5);
    std::vector<std::vector<Number>> numbers;
    for (const Array<T>& w : values(model)) {
        auto& all = numbers.emplace_back();
        for (const T x : w) all.push_back({double(x)});
    }
    for (int step = 1; step <= 7; ++step) {
        const Arrays<T> g = random_like(values(model), unsigned(100 * step));
        optimizer.step(model, gradients(model, g));
        for (std::size_t i = 0; i < 5; ++i)
            for (std::size_t k = 0; k < g[i].size(); ++k)
                update(numbers[i][k], double(g[i].data()[k]), step, i == 0 || i == 3);
    }
    CHECK(optimizer.state.steps == 7);
    double worst = 0;
    for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t k = 0; k < numbers[i].size(); ++k)
            worst = std::max(worst, std::abs(double(values(model)[i].data()[k]) - numbers[i][k].w));
    return worst;
}

Update sgd(double rate, double momentum) {
    return [=](Number& n, double g, int, bool) {
        n.v = momentum * n.v + g;
        n.w -= rate * n.v;
    };
}
Update adam(double rate, double b1, double b2, double epsilon, double decay) {
    return [=](Number& n, double g, int step, bool decays) {
        n.m = b1 * n.m + (1 - b1) * g;
        n.v = b2 * n.v + (1 - b2) * g * g;
        const double m = n.m / (1 - std::pow(b1, step)), v = n.v / (1 - std::pow(b2, step));
        n.w -= rate * (m / (std::sqrt(v) + epsilon) + (decays ? decay * n.w : 0));
    };
}

TEST_CASE("steps are those of the formulas, decay on matrices but not on wh and biases (seeds 5 and 100 and on)") {
    CHECK(worst_off<double>(nn::SGD<double>{}, sgd(1e-2, 0)) <= 1e-15);
    CHECK(worst_off<double>(nn::SGD<double>({.rate = 0.1, .momentum = 0.9}), sgd(0.1, 0.9)) <= 1e-14);
    CHECK(worst_off<double>(nn::Adam<double>{}, adam(1e-3, 0.9, 0.999, 1e-8, 0)) <= 1e-14);
    CHECK(worst_off<double>(nn::Adam<double>({0.1, 0.8, 0.95, 1e-3}), adam(0.1, 0.8, 0.95, 1e-3, 0)) <= 1e-14);
    CHECK(worst_off<double>(nn::AdamW<double>{}, adam(1e-3, 0.9, 0.999, 1e-8, 1e-2)) <= 1e-14);
    CHECK(worst_off<double>(nn::AdamW<double>({.rate = 0.1}), adam(0.1, 0.9, 0.999, 1e-8, 1e-2)) <= 1e-14);
    CHECK(worst_off<double>(nn::AdamW<double>({.rate = 0.1, .decay = 0.3}), adam(0.1, 0.9, 0.999, 1e-8, 0.3)) <= 1e-14);
    CHECK(worst_off<float>(nn::SGD<float>({.rate = 0.1f, .momentum = 0.9f}), sgd(0.1, 0.9)) <= 2e-6);
    CHECK(worst_off<float>(nn::AdamW<float>({.rate = 0.1f, .decay = 0.3f}), adam(0.1, 0.9, 0.999, 1e-8, 0.3)) <= 2e-5);
}

TEST_CASE("decay shrinks what decays by default, what a user says, and leaves the bits of the rest") {
    for (const char* path : {"wx", "cell.wx", "readout.v", "deep.net.w", "wh.w", "cell.wh2", "awh"})
        CHECK(nn::decays_by_default(path, {3, 4}));
    CHECK(nn::decays_by_default("filters", {2, 3, 4}));
    for (const char* path : {"wh", "cell.wh", "a.b.wh"}) CHECK(!nn::decays_by_default(path, {4, 4}));
    CHECK(!nn::decays_by_default("cell.b", {4}));
    CHECK(!nn::decays_by_default("scale", {}));
    for (const bool all : {false, true}) {
        nn::RNN<double> model({3, 4, 2}, 5);
        model.cell.b.set(filled<double>({4}, 2));
        const auto before = values(model);
        nn::AdamWOptions<double> options{.rate = 0.5, .decay = 0.25};
        if (all) options.decays = [](const std::string&, const Shape&) { return true; };
        nn::AdamW<double> optimizer(options);
        optimizer.step(model, gradients(model, before, {0, 1, 2, 3, 4}));
        for (std::size_t i = 0; i < 5; ++i) {
            const double factor = all || i == 0 || i == 3 ? 1 - 0.5 * 0.25 : 1;
            CHECK(distance(values(model)[i], Array<double>(before[i] * factor)) <= (factor == 1 ? 0 : 1e-16));
        }
    }
}

TEST_CASE("state is one array for each parameter and kind, of its shape and named after it") {
    nn::RNN<float> model({3, 4, 2}, 5);
    nn::SGD<float> sgd;
    nn::AdamW<float> adam;
    CHECK((sgd.state.arrays.empty() && adam.state.arrays.empty() && adam.state.steps == 0));
    const auto g = gradients(model, random_like(values(model), 1));
    sgd.step(model, g);
    adam.step(model, g);
    REQUIRE((sgd.state.arrays.size() == 5 && adam.state.arrays.size() == 10));
    for (std::size_t i = 0; i < 10; ++i) {
        CHECK(adam.state.arrays[i].first == paths[i / 2] + (i % 2 ? ".v" : ".m"));
        CHECK(adam.state.arrays[i].second.shape() == values(model)[i / 2].shape());
        CHECK(sgd.state.arrays[i / 2].first == paths[i / 2] + ".momentum");
        CHECK(sgd.state.arrays[i / 2].second.shape() == values(model)[i / 2].shape());
    }
}

template <class Optimizer, nn::Module Other>
void check_refuses(Optimizer optimizer, Other other, const std::string& why) {
    nn::RNN<double> model({3, 4, 2}, 5);
    optimizer.step(model, gradients(model, random_like(values(model), 1)));
    const auto before = optimizer.state;
    const auto weights = values(other);
    const auto g = gradients(other, random_like(weights, 2));
    CHECK(contains(thrown([&] { optimizer.step(other, g); }), why));
    CHECK(same_bits(values(other), weights));
    CHECK(optimizer.state.steps == 1);
    for (std::size_t i = 0; i < before.arrays.size(); ++i)
        CHECK(test::same_bits(optimizer.state.arrays[i].second, before.arrays[i].second));
}

struct Renamed : nn::RNN<double> {  // the same shapes, other paths
    using RNN::RNN;
    template <class F> void visit(F&& f) { f("layer", cell), f("readout", readout); }
};

TEST_CASE("another model than that of the first step is refused and nothing changes") {
    nn::Generator generator(1);
    const nn::Linear<double> linear(3, 4, generator);
    const auto all = [&](const auto& optimizer, const std::string& kind) {
        const std::string must = "[optimizer] the model must be the one of its first step; got ";
        check_refuses(optimizer, linear, must + "w." + kind + " of shape (3, 4) for cell.wx." + kind);
        check_refuses(optimizer, nn::RNN<double>({3, 4, 3}, 5),
                      must + "readout.v." + kind + " of shape (4, 3) for readout.v." + kind + " of shape (4, 2)");
        check_refuses(optimizer, Renamed({3, 4, 2}, 5), must + "layer.wx." + kind);
    };
    all(nn::SGD<double>{}, "momentum");
    all(nn::Adam<double>{}, "m");
}

TEST_CASE("a step that throws changes nothing, wherever it throws") {
    nn::RNN<double> model({3, 4, 2}, 5);
    const auto before = values(model);
    const auto g = gradients(model, random_like(before, 1));
    const auto throws = [&](nn::AdamW<double>& optimizer) {
        const auto text = thrown([&] { optimizer.step(model, g); });
        CHECK(same_bits(values(model), before));
        CHECK(optimizer.state.steps == 0);
        CHECK(optimizer.state.arrays.empty());
        return text;
    };
    nn::AdamW<double> last({.decays = [](const std::string& path, const Shape&) {
        check(path != paths.back(), {}, "user", "this one must not be asked for");
        return true;
    }});
    CHECK(contains(throws(last), "[user] this one must not be asked for"));
    nn::AdamW<double> none;
    none.options.decays = nullptr;
    CHECK(contains(throws(none), "[optimizer] decays must say which parameters decay; got no function"));
    none.options.decay = 0;  // then nothing asks
    none.step(model, g);
    CHECK(none.state.steps == 1);
}

TEST_CASE("options out of range are refused at once, and when they were set later") {
    const auto adam = [](const nn::AdamOptions<double>& o) {
        nn::Adam<double> later;
        later.options = o;
        nn::RNN<double> model({3, 4, 2}, 5);
        const auto g = gradients(model, random_like(values(model), 1));
        const std::string text = thrown([&] { (void)nn::Adam<double>(o); });
        const std::string again = thrown([&] { later.step(model, g); });
        CHECK(text.substr(text.find('[')) == again.substr(again.find('[')));
        CHECK(later.state.steps == 0);
        return text;
    };
    const double nan = std::nan("");
    CHECK(contains(adam({.rate = -1}), "[optimizer] the rate must be finite, and 0 or more; got -1"));
    CHECK(contains(adam({.rate = nan}), "the rate must be finite, and 0 or more; got nan"));
    CHECK(contains(adam({.beta1 = 1}), "[optimizer] beta1 must be in [0, 1); got 1"));
    CHECK(contains(adam({.beta2 = -0.5}), "beta2 must be in [0, 1); got -0.5"));
    CHECK(contains(adam({.epsilon = -1}), "epsilon must be finite, and 0 or more; got -1"));
    CHECK(contains(adam({.decay = -1}), "the decay must be finite, and 0 or more; got -1"));
    CHECK(contains(thrown([] { (void)nn::AdamW<float>({.decay = -1}); }), "the decay must be"));
    CHECK(contains(thrown([] { (void)nn::AdamW<float>({.decays = nullptr}); }), "got no function"));
    CHECK(contains(thrown([] { (void)nn::SGD<float>({.rate = -1}); }), "[optimizer] the rate must be finite"));
    const int line = __LINE__ + 1;
    const std::string momentum = thrown([] { (void)nn::SGD<float>({.momentum = 1}); });
    CHECK(contains(momentum, at(__FILE__, line) + "[optimizer] the momentum must be in [0, 1); got 1"));
}

TEST_CASE("a parameter that the loss does not use is one whose gradient is 0") {
    const auto two = [](auto optimizer) {
        nn::RNN<double> model({3, 4, 2}, 5), other = model;
        auto second = optimizer;
        for (unsigned step = 1; step < 4; ++step) {
            Arrays<double> g = random_like(values(model), step);
            std::vector<std::size_t> unused;
            if (step == 2) unused = {1, 4};
            optimizer.step(model, gradients(model, g, unused));
            for (const std::size_t i : unused) g[i].fill(0);
            second.step(other, gradients(other, g));
        }
        CHECK(same_bits(values(model), values(other)));
    };
    two(nn::SGD<double>({.rate = 0.1, .momentum = 0.9}));
    two(nn::AdamW<double>{});
}

TEST_CASE("a live tape and whoever holds a value keep what they had; nobody else costs a copy") {
    nn::RNN<double> model({3, 4, 2}, 5);
    nn::AdamW<double> optimizer({.rate = 0.1});
    const auto g = random_like(values(model), 1);
    const Array<double> before = model.cell.wh.value();
    {
        const Tape tape;
        const Variable<double> y = sum(square(model.cell.wh));
        const auto held = model.readout.v.handle();
        const Array<double> v = *held;
        optimizer.step(model, gradients(model, g));
        CHECK(test::same_bits(backward(y)["cell.wh"], Array<double>(2 * before)));
        CHECK(test::same_bits(*held, v));
        CHECK(distance(model.cell.wh.value(), before) > 0.01);
        CHECK(distance(model.readout.v.value(), v) > 0.01);
    }
    const double* const place = model.cell.wh.value().data();
    optimizer.step(model, gradients(model, g));
    CHECK(model.cell.wh.value().data() == place);
}

}  // namespace
}  // namespace xtape::test
