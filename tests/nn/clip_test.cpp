// SPDX-License-Identifier: BSD-3-Clause
// Clipping by the global norm, and the learning rate's schedule.
#include <xtape/nn/clip.hpp>
#include <xtape/nn/rnn.hpp>
#include <xtape/nn/schedule.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

// Gradients of a model's parameters: random, but for one number.
template <class T> Gradients<T> gradients(const nn::RNN<T>& model, double scale, int which = -1, T number = 0) {
    const Tape tape;
    Variable<T> y = 0;
    const auto all = nn::wanted(model);
    for (int i = 0; i < int(all.size()); ++i) {
        Array<T> g = random_array<T>(all[std::size_t(i)].shape(), unsigned(i), -scale, scale);
        if (i == which) g.data()[g.size() - 1] = number;
        if (i != 4) y = y + sum(all[std::size_t(i)] * g);  // the last one is not used
    }
    return backward(y, all);
}
template <class T> std::vector<Array<T>> copies(const Gradients<T>& g) {
    std::vector<Array<T>> all;
    for (const auto& item : g.items()) all.push_back(item.gradient ? *item.gradient : zeros<T>(item.shape));
    return all;
}
template <class T> double norm(const Gradients<T>& g) {
    double squares = 0;
    for (const Array<T>& a : copies(g))
        for (const T x : a) squares += double(x) * double(x);
    return std::sqrt(squares);
}

template <class T> void check_clips(double scale, double most, double epsilon) {
    const nn::RNN<T> model({3, 4, 2}, 5);
    Gradients<T> g = gradients(model, scale);
    const auto before = copies(g);
    const double was = norm(g);
    INFO("norm ", was, ", most ", most, ", seeds 0 to 4");
    CHECK(nn::clip_by_norm(g, most) == doctest::Approx(was).epsilon(1e-14));
    if (was > most) CHECK(norm(g) == doctest::Approx(most).epsilon(epsilon));
    for (std::size_t i = 0; i < 5; ++i) {
        const Array<T> now = copies(g)[i];
        if (was <= most)
            CHECK(same_bits(now, before[i]));
        else
            CHECK(distance(now, Array<T>(xt::cast<T>(xt::cast<double>(before[i]) * (most / was)))) <= epsilon);
    }
}

TEST_CASE("clipping reports the norm from before, and scales all gradients by one factor only when it is too large") {
    check_clips<double>(1, 0.5, 1e-14);
    check_clips<double>(1, 1e3, 1e-14);
    check_clips<double>(1e100, 1, 1e-14);
    check_clips<double>(1, 0, 1e-14);
    check_clips<float>(1, 0.5, 1e-6);
    check_clips<float>(1, 1e3, 1e-6);
    check_clips<float>(1e30, 1, 1e-6);  // whose squares are no floats
    const nn::RNN<double> model({3, 4, 2}, 5);
    Gradients<double> g = gradients(model, 1);
    const double exactly = nn::clip_by_norm(g, 1e9);
    const auto before = copies(g);
    CHECK(nn::clip_by_norm(g, exactly) == exactly);
    for (std::size_t i = 0; i < 5; ++i) CHECK(same_bits(copies(g)[i], before[i]));
}

TEST_CASE("a gradient that is not finite is refused by its parameter's name, and none changes") {
    const std::vector<std::string> names{"cell.wx", "cell.wh", "cell.b", "readout.v"};
    const nn::RNN<float> model({3, 4, 2}, 5);
    using Limits = std::numeric_limits<float>;
    for (int which = 0; which < 4; ++which)
        for (const float number : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
            Gradients<float> g = gradients(model, 1, which, number);
            const auto before = copies(g);
            const int line = __LINE__ + 1;
            const std::string text = thrown([&] { (void)nn::clip_by_norm(g, 1e-3); });
            const std::string shape = "of shape " + xtape::text(before[std::size_t(which)].shape());
            CHECK(text == at(__FILE__, line) + "[clip_by_norm] gradients must be finite; that of " +
                              names[std::size_t(which)] + " " + shape + " is not; try a lower rate");
            for (std::size_t i = 0; i < 5; ++i) CHECK(same_bits(copies(g)[i], before[i]));
        }
    const Tape tape;
    const Variable<double> x = variable(2.0);
    Gradients<double> g = backward(x * Limits::infinity(), {x});
    CHECK(contains(thrown([&] { (void)nn::clip_by_norm(g, 1); }), "that of an unnamed variable of shape () is not"));
}

TEST_CASE("gradients whose squares are beyond the largest number are finite") {
    const Tape tape;
    const Variable<double> x = variable(2.0);
    Gradients<double> g = backward(x * 1e200, {x});
    CHECK(nn::clip_by_norm(g, 1) == doctest::Approx(1e200));
    CHECK(number(g[x]) == doctest::Approx(1));
}

TEST_CASE("a norm to clip to is a number that is not negative") {
    const nn::RNN<double> model({3, 4, 2}, 5);
    Gradients<double> g = gradients(model, 1);
    const auto before = copies(g);
    for (const double most : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
        CHECK(contains(thrown([&] { (void)nn::clip_by_norm(g, most); }), "the largest norm must be 0 or more; got "));
        for (std::size_t i = 0; i < 5; ++i) CHECK(same_bits(copies(g)[i], before[i]));
    }
}

TEST_CASE("two parameters whose gradients are one array are each scaled once, and other holders keep theirs") {
    const Parameter<double> a("a", random_array<double>({6}, 1)), b("b", random_array<double>({6}, 2));
    const Tape tape;
    Gradients<double> g = backward(sum((a + b) * 3.0), {a, b});
    REQUIRE(g.find(a) == g.find(b));  // shared, or this shows nothing
    const Gradients<double> other = g;
    CHECK(nn::clip_by_norm(g, 1) == doctest::Approx(3 * std::sqrt(12.0)));
    for (const char* name : {"a", "b"}) {
        CHECK(distance(g[name], filled<double>({6}, 1 / std::sqrt(12.0))) <= 1e-15);
        CHECK(distance(other[name], filled<double>({6}, 3)) == 0);
    }
}

TEST_CASE("the rate warms up in a straight line, then falls along half a cosine to its floor at the last step") {
    const nn::WarmUpCosine rate{.peak = 2, .steps = 105, .warm_up = 4, .floor = 0.1};
    for (int step = 0; step < 4; ++step) CHECK(rate(step) == doctest::Approx(0.5 * (step + 1)));
    CHECK(rate(4) == 2);
    CHECK(rate(54) == doctest::Approx(2 * (1 + 0.1) / 2));
    CHECK(rate(29) == doctest::Approx(2 * (0.1 + 0.9 * (1 + std::sqrt(0.5)) / 2)));
    CHECK(rate(104) == doctest::Approx(0.2).epsilon(1e-14));
    CHECK(rate(105) == rate(104));
    CHECK(rate(1000000) == rate(104));
    for (int step = 5; step < 105; ++step) CHECK(rate(step) < rate(step - 1));
    CHECK(nn::WarmUpCosine{.peak = 3, .steps = 11}(0) == 3);
    CHECK(nn::WarmUpCosine{.peak = 3, .steps = 11}(10) == doctest::Approx(0.03).epsilon(1e-14));
    CHECK(nn::WarmUpCosine{.peak = 3, .steps = 11, .floor = 1}(7) == 3);
    CHECK(std::abs(nn::WarmUpCosine{.peak = 3, .steps = 11, .floor = 0}(10)) <= 1e-15);
}

TEST_CASE("a training of one step or none, or of warm-up alone, has a rate between floor and peak") {
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 1}(0) == doctest::Approx(0.01));  // its first step is its last one
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 1, .warm_up = 1}(0) == 1);
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 2, .warm_up = 1}(1) == doctest::Approx(0.01));
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 2}(0) == 1);
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 2}(1) == doctest::Approx(0.01));
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 0}(0) == doctest::Approx(0.01));
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 3, .warm_up = 3}(2) == 1);
    CHECK(nn::WarmUpCosine{.peak = 1, .steps = 3, .warm_up = 10}(2) == doctest::Approx(0.3));
}

}  // namespace
}  // namespace xtape::test
