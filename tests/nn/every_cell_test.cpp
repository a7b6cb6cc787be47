// SPDX-License-Identifier: BSD-3-Clause
// {gradient, Hessian times vector, forward mode, float, threads} x {every cell} x {every driver}; the table is printed.
#include <iomanip>
#include <iostream>
#include <sstream>
#include <xtape/nn/layers.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/truncated.hpp>

#include "cells.hpp"

namespace xtape::test {
namespace {

// What each driver says of a sequence, as one number for each sequence: (B)
template <class Cell> struct Drivers {
    using value_type = typename Cell::value_type;
    using V = Variable<value_type>;
    Cell one, two;
    nn::Layers<Cell> deep, deep_both;

    template <class Make> explicit Drivers(const Make& make)
        : one(make(3)),
          two(make(3)),
          deep(3, {.layers = 2, .residual = true}, make),
          deep_both(3, {.layers = 2, .bidirectional = true}, make) {}
    template <class F> void visit(F&& f) { f("one", one), f("two", two), f("deep", deep), f("deep_both", deep_both); }

    static constexpr const char* names[] = {"unroll",        "reversed",  "padded", "step by step",
                                            "bidirectional", "truncated", "layers", "layers both"};
    V operator()(std::size_t driver, const V& xs, const Indices& lengths) const {
        const std::size_t batch = xs.shape()[1];
        const auto first = one.initial(batch);
        switch (driver) {
            case 0:
                return said(nn::unroll(one, xs, first).outputs());
            case 1:
                return said(nn::unroll(one, xs, first, {.reverse = true}).outputs());
            case 2:
                return said(nn::unroll(one, xs, first, {.padding = lengths}).outputs());
            case 3:
                return step_by_step(xs, first);
            case 4: {
                const auto both = nn::bidirectional(one, two, xs, first, two.initial(batch), lengths);
                return said(both.outputs()) + sum(square(both.final_state()), 1);
            }
            case 5:
                return said(truncated(xs, lengths).outputs());
            case 6:
                return said(deep(xs, {.padding = lengths}).outputs());
            default:
                return said(deep_both(xs, {.padding = lengths}).outputs());
        }
    }

    // From here on what truncated states that it differentiates, with its frozen states as they are now; and no more.
    void freeze(const V& xs, const Indices& lengths) {
        frozen_ = nn::unroll(one, xs, one.initial(xs.shape()[1]), {.padding = lengths}).states;
    }
    void thaw() { frozen_.clear(); }

private:
    using State = decltype(std::declval<const Cell&>().initial(1));
    nn::Unrolled<State> truncated(const V& xs, const Indices& lengths) const {
        const State first = one.initial(xs.shape()[1]);
        if (frozen_.empty()) return nn::truncated(one, xs, first, {.every = 2, .depth = 3}, lengths);
        // Blocks {0, 1}, from the first state, and {2, 3}, from the frozen state before step 1
        auto run = nn::detail::unroll(one, xs, first, nn::Padding(lengths), {0, 2}, Where::here());
        const auto second = nn::detail::unroll(one, xs, frozen_[0], nn::Padding(lengths), {1, 4}, Where::here());
        run.states.insert(run.states.end(), {second.states[1], second.states[2]});
        return run;
    }
    std::vector<State> frozen_;

    static V said(const V& outputs) {  // (T, B, H) -> (B), with a weight of its own for each step and unit
        const Shape s = outputs.shape();
        Array<value_type> weights = Array<value_type>::from_shape({s[0], 1, s[2]});
        for (std::size_t i = 0; i < weights.size(); ++i) weights.data()[i] = value_type(std::sin(1.0 + double(i)));
        return sum(sum(square(outputs) * weights + outputs, 2), 0);
    }
    template <class S> V step_by_step(const V& xs, S state) const {
        std::vector<V> all;
        for (std::ptrdiff_t t = 0; t < std::ptrdiff_t(xs.shape()[0]); ++t) {
            state = nn::advance(one, select(xs, 0, t), state, t, Where::here());
            all.push_back(nn::output(state));
        }
        return said(stack(all));
    }
};

// The model and the sequence moved a step along a direction, and moved back at the end.
template <class M> struct Moved {
    M& model;
    std::vector<Array<double>> before;
    Moved(M& m, const std::vector<Array<double>>& direction, double step) : model(m) {
        std::size_t i = 0;
        for (const auto& [path, p] : nn::parameters(m)) {
            before.push_back(p->value());
            p->set(Array<double>(p->value() + step * direction[i++]));
        }
    }
    ~Moved() {
        std::size_t i = 0;
        for (const auto& [path, p] : nn::parameters(model)) p->set(before[i++]);
    }
};

double dot(const Array<double>& a, const Array<double>& b) {
    double s = 0;
    for (std::size_t i = 0; i < a.size(); ++i) s += a.data()[i] * b.data()[i];
    return s;
}
double relative(double a, double b) { return std::abs(a - b) / std::max({1e-3, std::abs(a), std::abs(b)}); }

constexpr std::size_t steps = 4, rows = 5;
const Indices lengths{4, 1, 0, 3, 2};

template <class Make, class MakeFloat> class Checks {
public:
    using Model = Drivers<std::invoke_result_t<Make, std::size_t>>;
    using FloatModel = Drivers<std::invoke_result_t<MakeFloat, std::size_t>>;
    Checks(const Make& make, const MakeFloat& make_float, std::size_t driver)
        : model_(make), float_(make_float), driver_(driver), xs_(random_array<double>({steps, rows, 3}, 21)) {
        randomise(model_, 22);
        const auto from = nn::parameters(model_);
        for (std::size_t i = 0; const auto& [path, p] : nn::parameters(float_))
            p->set(xt::cast<float>(from[i++].parameter->value()));
        for (const auto& [path, p] : from) direction_.push_back(random_array<double>(p->shape(), 23));
        direction_.push_back(random_array<double>(xs_.shape(), 24));
    }

    // along a direction of all parameters and inputs, against central differences
    double gradient() {
        const auto [up, down] = both_sides([&] { return along(gradients()); }, [&] { return loss(); });
        return relative(along(gradients()), (up.second - down.second) / (2 * eps));
    }
    double hessian() {
        std::vector<Array<double>> h;
        {
            const Tape tape;
            const std::vector<Variable<double>> all = wanted();
            const auto g = recorded_backward(sum(model_(driver_, all.back(), lengths)), all);
            Variable<double> slope = 0.0;
            for (std::size_t i = 0; i < all.size(); ++i) slope = slope + sum(g[all[i]] * direction_[i]);
            const auto second = backward(slope, all);
            for (const auto& v : all) h.push_back(second[v]);
        }
        const auto [up, down] = both_sides([&] { return along(gradients()); }, [&] { return loss(); });
        return relative(along(h), (up.first - down.first) / (2 * eps));
    }
    double forward_mode() {
        const auto f = [&](const Variable<double>& x) { return model_(driver_, x, lengths); };
        const Array<double>& v = direction_.back();
        model_.freeze(xs_, lengths);
        const Array<double> up = f(Array<double>(xs_ + eps * v)).value(),
                            down = f(Array<double>(xs_ - eps * v)).value();
        model_.thaw();
        return distance(jvp(f, xs_, v), Array<double>((up - down) / (2 * eps)));
    }
    double in_float() {
        const Tape tape;
        const Variable<float> x = variable(Array<float>(xt::cast<float>(xs_)));
        const auto g = backward(sum(float_(driver_, x, lengths)));
        const auto exact = gradients();
        double most = distance(g[x], exact.back());
        for (std::size_t i = 0; const auto& p : nn::wanted(float_)) most = std::max(most, distance(g[p], exact[i++]));
        return most;
    }
    bool same_on_threads() const {
        const auto on = [&](std::size_t threads) {
            const auto loss = [&](std::size_t begin, std::size_t end) {
                const auto from = std::ptrdiff_t(begin), to = std::ptrdiff_t(end);
                const Indices some(lengths.begin() + from, lengths.begin() + to);
                return mean(model_(driver_, slice(Variable<double>(xs_), 1, from, to), some));
            };
            return nn::parallel_grad(model_, rows, loss, {.threads = threads, .rows = 2}).gradients;
        };
        const auto one = on(1), three = on(3);
        for (const auto& p : nn::wanted(model_))
            if (!same_bits(one[p], three[p])) return false;
        return true;
    }

private:
    static constexpr double eps = 1e-5;
    double loss() const { return sum(model_(driver_, xs_, lengths)).item(); }
    std::vector<Variable<double>> wanted() const {
        std::vector<Variable<double>> all = nn::wanted(model_);
        all.push_back(variable(xs_));
        return all;
    }
    std::vector<Array<double>> gradients() const {
        const Tape tape;
        const std::vector<Variable<double>> all = wanted();
        const auto g = backward(sum(model_(driver_, all.back(), lengths)), all);
        std::vector<Array<double>> values;
        for (const auto& v : all) values.push_back(g[v]);
        return values;
    }
    double along(const std::vector<Array<double>>& g) const {
        double s = 0;
        for (std::size_t i = 0; i < g.size(); ++i) s += dot(g[i], direction_[i]);
        return s;
    }
    template <class F, class G> auto both_sides(const F& f, const G& g) {
        const Array<double> here = xs_;
        model_.freeze(xs_, lengths);
        const auto at = [&](double step) {
            const Moved<Model> moved(model_, direction_, step);
            xs_ = here + step * direction_.back();
            const std::pair values(f(), g());
            xs_ = here;
            return values;
        };
        const std::pair sides(at(eps), at(-eps));
        model_.thaw();
        return sides;
    }

    Model model_;
    FloatModel float_;
    std::size_t driver_;
    Array<double> xs_;
    std::vector<Array<double>> direction_;
};

TEST_CASE("every cell in every driver: first and second order, forward mode, float, threads") {
    std::ostringstream table;
    table << std::left << std::setw(18) << "cell" << std::setw(15) << "driver"
          << "gradient  hessian   forward   float     threads\n"
          << std::scientific << std::setprecision(1);
    std::size_t combinations = 0;
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        for_each_cell<float>([&](const std::string& same, const auto& make_float) {
            using Model = Drivers<std::invoke_result_t<decltype(make), std::size_t>>;
            using FloatModel = Drivers<std::invoke_result_t<decltype(make_float), std::size_t>>;
            if constexpr (requires(Model m, FloatModel f) { same_kind(m.one, f.one); })
                if (name == same)
                    for (std::size_t driver = 0; driver < std::size(Model::names); ++driver) {
                        Checks<decltype(make), decltype(make_float)> checks(make, make_float, driver);
                        const double g = checks.gradient(), h = checks.hessian(), j = checks.forward_mode(),
                                     f = checks.in_float();
                        const bool threads = checks.same_on_threads();
                        table << std::setw(18) << name << std::setw(15) << Model::names[driver] << g << "   " << h
                              << "   " << j << "   " << f << "   " << (threads ? "same bits" : "DIFFERENT") << "\n";
                        INFO(name, ", ", Model::names[driver]);
                        CHECK(g <= 1e-7);
                        CHECK(h <= 1e-6);
                        CHECK(j <= 1e-8);
                        CHECK(f <= 2e-5);
                        CHECK(threads);
                        ++combinations;
                    }
        });
    });
    MESSAGE("seeds 21 to 24\n", table.str());
    CHECK(combinations == 12 * 8);
}

}  // namespace
}  // namespace xtape::test
