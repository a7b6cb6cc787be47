// SPDX-License-Identifier: BSD-3-Clause
// {gradient, Hessian times vector, forward mode, float, threads} x {every cell, and noisy ones} x {every driver}; the
// table is printed.
#include <iomanip>
#include <iostream>
#include <sstream>
#include <xtape/nn/noisy_cells.hpp>
#include <xtape/nn/parallel.hpp>

#include "drivers.hpp"

namespace xtape::test {
namespace {

using Arrays = std::vector<Array<double>>;  // one for each parameter, and one for the sequence

// The model and the sequence moved a step along a direction, and moved back at the end.
template <class M> struct Moved {
    M& model;
    Arrays before;
    Moved(M& m, const Arrays& direction, double step) : model(m) {
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

double dot(const Arrays& a, const Arrays& b) {
    double s = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a[i].size(); ++j) s += a[i].data()[j] * b[i].data()[j];
    return s;
}
double relative(double off, double a, double b) { return std::abs(off) / std::max({1e-3, std::abs(a), std::abs(b)}); }

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
        // Of each its own: with equal ones, gradients of equal shapes could change places.
        for (unsigned seed = 30; const auto& [path, p] : from)
            direction_.push_back(random_array<double>(p->shape(), ++seed));
        direction_.push_back(random_array<double>(xs_.shape(), 23));
    }

    struct Off {
        double gradient, hessian, forward;
    };
    // Along a direction of all parameters and inputs, against central differences.
    Off off() {
        model_.freeze(xs_, lengths);
        const Side up = moved(eps), down = moved(-eps);
        model_.thaw();
        const Array<double> slopes = (up.said - down.said) / (2 * eps);  // of each sequence
        const double exact = sum(Variable<double>(slopes)).item(), along = dot(gradients(), direction_);
        Arrays curved;  // by each parameter and input
        for (std::size_t i = 0; i < direction_.size(); ++i)
            curved.push_back(Array<double>((up.gradients[i] - down.gradients[i]) / (2 * eps)));
        const Arrays h = hessian_times_direction();
        Arrays wrong = h;
        for (std::size_t i = 0; i < h.size(); ++i) wrong[i] -= curved[i];
        const auto norm = [](const Arrays& a) { return std::sqrt(dot(a, a)); };
        return {relative(along - exact, along, exact), relative(norm(wrong), norm(h), norm(curved)),
                std::max(forward_of_xs(), distance(forward_of_all(), slopes))};
    }
    double in_float() {
        const Tape tape;
        const Variable<float> x = variable(Array<float>(xt::cast<float>(xs_)));
        const auto g = backward(sum(float_(driver_, x, lengths)));
        const auto exact = gradients();
        double most = distance(g[x], exact.back());
        for (std::size_t i = 0; const auto& p : nn::wanted(float_)) most = std::max(most, distance(g[p], exact[i++]));
        return std::max(most, forward_and_curved_in_float());
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
    struct Side {
        Array<double> said;
        Arrays gradients;
    };
    Side moved(double step) {
        const Array<double> here = xs_;
        const Moved<Model> there(model_, direction_, step);
        xs_ = here + step * direction_.back();
        Side side{model_(driver_, xs_, lengths).value(), gradients()};
        xs_ = here;
        return side;
    }
    std::vector<Variable<double>> wanted() const {
        std::vector<Variable<double>> all = nn::wanted(model_);
        all.push_back(variable(xs_));
        return all;
    }
    Arrays gradients() const {
        const Tape tape;
        const std::vector<Variable<double>> all = wanted();
        const auto g = backward(sum(model_(driver_, all.back(), lengths)), all);
        Arrays values;
        for (const auto& v : all) values.push_back(g[v]);
        return values;
    }
    // The gradient along the direction, recorded
    Variable<double> slope(const Variable<double>& y, const std::vector<Variable<double>>& all,
                           const Variable<double>& seed) const {
        const auto g = recorded_backward(y, all, seed);
        Variable<double> total = 0.0;
        for (std::size_t i = 0; i < all.size(); ++i) total = total + sum(g[all[i]] * direction_[i]);
        return total;
    }
    Arrays hessian_times_direction() const {
        const Tape tape;
        const std::vector<Variable<double>> all = wanted();
        const auto g = backward(slope(sum(model_(driver_, all.back(), lengths)), all, 1.0), all);
        Arrays values;
        for (const auto& v : all) values.push_back(g[v]);
        return values;
    }
    // What jvp does, by the parameters too: the gradient is linear in its seed.
    Array<double> forward_of_all() const {
        const Tape tape;
        const std::vector<Variable<double>> all = wanted();
        const Variable<double> seed = variable(filled<double>({rows}, 1));
        return backward(slope(model_(driver_, all.back(), lengths), all, seed), {seed})[seed];
    }
    double forward_of_xs() {
        const auto f = [&](const Variable<double>& x) { return model_(driver_, x, lengths); };
        const Array<double>& v = direction_.back();
        model_.freeze(xs_, lengths);
        const Array<double> up = f(Array<double>(xs_ + eps * v)).value(),
                            down = f(Array<double>(xs_ - eps * v)).value();
        model_.thaw();
        return distance(jvp(f, xs_, v), Array<double>((up - down) / (2 * eps)));
    }

    // jvp and hvp by the inputs
    double forward_and_curved_in_float() const {
        const auto in_double = [&](const Variable<double>& x) { return model_(driver_, x, lengths); };
        const auto in_float = [&](const Variable<float>& x) { return float_(driver_, x, lengths); };
        const auto total = [](const auto& f) { return [&](const auto& x) { return sum(f(x)); }; };
        const Array<double>& v = direction_.back();
        const Array<float> x = xt::cast<float>(xs_), w = xt::cast<float>(v);
        const Array<double> h = hvp(total(in_double), xs_, v);
        const double scale = std::max(1.0, distance(h, zeros<double>(h.shape())));  // layer norm's is large
        return std::max(distance(jvp(in_float, x, w), jvp(in_double, xs_, v)),
                        distance(hvp(total(in_float), x, w), h) / scale);
    }

    Model model_;
    FloatModel float_;
    std::size_t driver_;
    Array<double> xs_;
    Arrays direction_;
};

// A row of the table for each driver; gives how many.
template <class Make, class MakeFloat>
std::size_t check_drivers(std::ostream& table, const std::string& name, const Make& make, const MakeFloat& make_float) {
    using All = Checks<Make, MakeFloat>;
    constexpr std::size_t drivers = std::size(All::Model::names);
    for (std::size_t driver = 0; driver < drivers; ++driver) {
        All checks(make, make_float, driver);
        const auto off = checks.off();
        const double in_float = checks.in_float();
        const bool threads = checks.same_on_threads();
        table << std::setw(22) << name << std::setw(15) << All::Model::names[driver] << off.gradient << "   "
              << off.hessian << "   " << off.forward << "   " << in_float << "   "
              << (threads ? "same bits" : "DIFFERENT") << "\n";
        INFO(name, ", ", std::string(All::Model::names[driver]));
        CHECK(off.gradient <= 1e-7);
        CHECK(off.hessian <= 1e-6);
        CHECK(off.forward <= 1e-8);
        CHECK(in_float <= 2e-5);
        CHECK(threads);
    }
    return drivers;
}

// The cells whose state is noisy in training, of either kind of noise.
template <class T> auto zoneout_lstm(nn::Generator& bits) {
    return [&](std::size_t n) { return nn::Zoneout(nn::LSTMCell<T>(n, 4, bits), {0.2, 0.4}, 1); };
}
template <class T> auto dropout_gru(nn::Generator& bits) {
    return [&](std::size_t n) { return nn::RecurrentDropout(nn::GRUCell<T>(n, 4, bits), 0.4, 1); };
}

TEST_CASE("every cell in every driver: first and second order, forward mode, float, threads") {
    std::ostringstream table;
    table << std::left << std::setw(22) << "cell" << std::setw(15) << "driver"
          << "gradient  hessian   forward   float     threads\n"
          << std::scientific << std::setprecision(1);
    std::size_t combinations = 0;
    for_each_cell<double>([&](const std::string& name, const auto& make) {
        for_each_cell<float>([&](const std::string& same, const auto& make_float) {
            if constexpr (requires { same_kind(make(3), make_float(3)); })
                if (name == same) combinations += check_drivers(table, name, make, make_float);
        });
    });
    nn::Generator bits(25);
    const nn::Training training(26, 1);
    combinations += check_drivers(table, "Zoneout LSTM", zoneout_lstm<double>(bits), zoneout_lstm<float>(bits));
    combinations += check_drivers(table, "RecurrentDropout GRU", dropout_gru<double>(bits), dropout_gru<float>(bits));
    MESSAGE("seeds 21 to 26, directions from 31\n", table.str());
    CHECK(combinations == 14 * 9);
}

}  // namespace
}  // namespace xtape::test
