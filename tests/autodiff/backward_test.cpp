// SPDX-License-Identifier: BSD-3-Clause
// What is asked of backward and what it gives.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/ops.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

TEST_CASE("gradients of intermediates, and of a variable asked for twice") {
    const Tape tape;
    const V w = variable(2.0), h = w * 3, z = h * h;
    const auto g = backward(z, {h, w, h, w, z});
    CHECK(g.items().size() == 5);
    CHECK(number(g[h]) == 12);
    CHECK(number(g[w]) == 36);
    CHECK(number(g[z]) == 1);
    for (std::size_t i = 0; i < 5; ++i) CHECK(number(*g.items()[i].gradient) == (i == 4 ? 1 : i % 2 ? 36 : 12));
}

TEST_CASE("an intermediate that is asked for still passes its gradient on, whatever meets there") {
    const Tape tape;
    const V w = variable(2.0), h = identity(w), y = h + h * h + w;  // dy/dh = 1 + 2h, dy/dw = 2 + 2h
    const auto g = backward(y, {h, w});
    CHECK(number(g[h]) == 5);
    CHECK(number(g[w]) == 6);
}

TEST_CASE("backward may be called again, from the same result and from others") {
    const Tape tape;
    const V w = variable(2.0), y = w * w, z = y * w;
    for (int i = 0; i < 3; ++i) {
        CHECK(number(backward(y)[w]) == 4);
        CHECK(number(backward(z)[w]) == 12);
        CHECK(number(backward(z, {y})[y]) == 2);
    }
    CHECK(tape.size() == 3);
}

TEST_CASE("a constant result gives zeros") {
    const Tape tape;
    const V w = variable(array<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(same_bits(backward(V(4.0), {w})[w], zeros<double>({2, 3})));
    CHECK(same_bits(backward(V(4.0))[w], zeros<double>({2, 3})));
    CHECK(same_bits(recorded_backward(V(4.0), {w})[w].value(), zeros<double>({2, 3})));
}

TEST_CASE("what the result does not depend on has the gradient zero, also when it was recorded later") {
    const Tape tape;
    const V w = variable(2.0), other = variable(array<double>({2}, {1, 2})), y = w * w, later = w * 5;
    const auto g = backward(y, {w, other, later});
    CHECK(number(g[w]) == 4);
    CHECK(same_bits(g[other], zeros<double>({2})));
    CHECK(number(g[later]) == 0);
    CHECK(g.find(other) == nullptr);
    CHECK(backward(y).find(later) == nullptr);
}

TEST_CASE("backward throws for a constant among what is wanted") {
    const Tape tape;
    const V w = variable(2.0), c(array<double>({2}, {1, 2}));
    const std::string text = thrown([&] { (void)backward(w * w, {w, c}); });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[backward] a gradient is for a variable of the tape"));
    CHECK(contains(text, "(2,)"));
}

TEST_CASE("gradients throw for a constant, for what was not asked for, and for another tape's variable") {
    V carried;
    {
        const Tape tape;
        carried = variable(1.0);
    }
    const Tape tape;
    const V w = variable(2.0), v = variable(3.0);
    const auto g = backward(w * v, {w});
    CHECK(contains(thrown([&] { (void)g.at(V(1.0)); }), at(__FILE__, __LINE__) + "[gradients] a constant"));
    const std::string text = thrown([&] { (void)g.at(v); });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[gradients] the variable must have been asked for"));
    CHECK(contains(thrown([&] { (void)g[v]; }), "[gradients] the variable must have been asked for"));
    CHECK(contains(thrown([&] { (void)g[carried]; }), "is of another tape"));
}

TEST_CASE("a result that is not one number needs a seed, of its shape") {
    const Tape tape;
    const V w = variable(array<double>({2}, {1, 2})), y = w * w;
    const std::string text = thrown([&] { (void)backward(y); });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[backward] the result must be one number; got shape (2,)"));
    CHECK(contains(thrown([&] { (void)recorded_backward(y, {w}); }), "[backward] the result must be one number"));
    CHECK(same_bits(backward(y, {w}, array<double>({2}, {3, 5}))[w], array<double>({2}, {6, 20})));
    const auto wrong = array<double>({2, 1}, {3, 5});
    const int line = __LINE__ + 1;
    const std::string seed = thrown([&] { (void)backward(y, {w}, wrong); });
    CHECK(contains(seed, at(__FILE__, line) + "[backward] the seed must have the result's shape (2,); got (2, 1)"));
    CHECK(contains(thrown([&] { (void)recorded_backward(y, {w}, V(wrong)); }), "[backward] the seed"));
}

TEST_CASE("one number may have any rank") {
    const Tape tape;
    const V w = variable(array<double>({1, 1}, {3}));
    CHECK(same_bits(backward(w * w)[w], array<double>({1, 1}, {6})));
}

TEST_CASE("gradients are found by name, and an unknown name lists those there are") {
    const Tape tape;
    const V w = named(variable(2.0), "w"), h = named(w * 3, "hidden"), y = h * h;
    const auto g = backward(y, {w, h});
    CHECK(number(g["w"]) == 36);
    CHECK(number(g["hidden"]) == 12);
    CHECK(number(backward(y)["w"]) == 36);
    CHECK(number(recorded_backward(y, {w})["w"].value()) == 36);
    const std::string text = thrown([&] { (void)g.at("weight"); });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[gradients] the name must be one of w, hidden; got weight"));
    CHECK(contains(thrown([&] { (void)backward(y, {y})["w"]; }), "one of (none)"));
    CHECK(contains(thrown([] { (void)named(V(1.0), "c"); }), at(__FILE__, __LINE__) + "[named] a constant"));
}

TEST_CASE("a name is forgotten with its tape") {
    {
        const Tape tape;
        (void)named(variable(1.0), "w");
    }
    const Tape tape;
    const V v = variable(2.0);
    CHECK(contains(thrown([&] { (void)backward(v * v)["w"]; }), "one of (none)"));
}

TEST_CASE("gradients outlive the tape") {
    Gradients<double> g({}, true);
    V w;
    {
        const Tape tape;
        w = named(variable(array<double>({2}, {1, 2})), "w");
        g = backward(sum(w * w));
    }
    const Tape other;
    (void)variable(array<double>({2}, {7, 7}));
    CHECK(same_bits(g[w], array<double>({2}, {2, 4})));
    CHECK(same_bits(g["w"], array<double>({2}, {2, 4})));
}

TEST_CASE("recorded gradients can be differentiated, with and without a seed that is a variable") {
    const Tape tape;
    const V w = variable(array<double>({2}, {1, 2})), y = w * w * w;
    const V seed = variable(array<double>({2}, {3, 5}));
    const V dw = recorded_backward(y, {w}, seed)[w];  // 3 w^2 s
    CHECK(same_bits(dw.value(), array<double>({2}, {9, 60})));
    const auto g = backward(sum(dw), {w, seed});
    CHECK(same_bits(g[w], array<double>({2}, {18, 60})));  // 6 w s
    CHECK(same_bits(g[seed], array<double>({2}, {3, 12})));
}

TEST_CASE("a penalty on a gradient trains") {
    const Tape tape;
    const V w = variable(2.0), loss = w * w * w;                    // 3 w^2 = 12
    const V dw = recorded_backward(loss)[w], all = loss + dw * dw;  // w^3 + 9 w^4: 3 w^2 + 36 w^3
    CHECK(number(backward(all)[w]) == 12 + 288);
}

TEST_CASE("only what lies between the wanted variables and the result is computed") {
    const Tape tape;
    const V w = variable(1.0), infinite = sqrt(variable(0.0)), y = w * 2 + infinite;
    CHECK(number(backward(y, {w})[w]) == 2);
    const V masked = w * 0 + infinite;  // dy/dw = 0, whatever infinity is beside it
    CHECK(number(backward(masked, {w})[w]) == 0);
}

}  // namespace
}  // namespace xtape::test
