// SPDX-License-Identifier: BSD-3-Clause
// Recomputation changes what is kept, and nothing else.
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/checkpoint.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using P = Parameter<double>;
using F = std::function<V(const V&)>;

constexpr std::size_t B = 3, T = 12, H = 6;

struct Net {
    P wx{"wx", random_array<double>({4, H}, 1)}, wh{"wh", random_array<double>({H, H}, 2)}, b{"b", zeros<double>({H})};
    Array<double> x = random_array<double>({T, B, 4}, 3);

    V step(const V& xs, const V& h, std::size_t t) const {
        return tanh(affine(select(xs, 0, std::ptrdiff_t(t)), wx, h, wh, b));
    }
    F steps(const V& xs, std::size_t from, std::size_t n) const {
        return [=, this](const V& start) {
            V h = start;
            for (std::size_t t = from; t < from + n; ++t) h = step(xs, h, t);
            return h;
        };
    }
    // The loss after T steps, `every` of them a checkpoint (0: none), those in halves which are checkpoints too if
    // nested
    V loss(const V& xs, std::size_t every, bool nested = false) const {
        V h(zeros<double>({B, H}));
        if (!every) h = steps(xs, 0, T)(h);
        for (std::size_t t = 0; every && t < T; t += every) {
            const F halves = [=, this](const V& s) {
                return checkpoint<double>(steps(xs, t + every / 2, every - every / 2),
                                          checkpoint<double>(steps(xs, t, every / 2), s));
            };
            h = checkpoint<double>(nested ? halves : steps(xs, t, every), h);
        }
        return sum(h * h);
    }
};

struct Found {
    Array<double> loss, x, wx, wh, b, hvp;
    std::size_t recorded;
};
Found found(const Net& net, std::size_t every, bool nested = false) {
    const Tape tape;
    const V xs = variable(net.x), y = net.loss(xs, every, nested);
    Found f{y.value(), {}, {}, {}, {}, {}, tape.size()};
    const auto g = backward(y);
    f.x = g[xs], f.wx = g[net.wx], f.wh = g[net.wh], f.b = g[net.b];
    CHECK(tape.size() == f.recorded);  // what was recomputed is gone
    const V dw = recorded_backward(y, {net.wh})[net.wh];
    f.hvp = backward(sum(dw * V(random_array<double>({H, H}, 5))), {net.wh})[net.wh];
    return f;
}

TEST_CASE("a checkpoint gives the same gradients to the bit, and the same second derivatives to 1e-12") {
    const Net net;
    const Found plain = found(net, 0);
    CHECK(distance(plain.hvp, zeros<double>({H, H})) > 0.01);
    for (const std::size_t every : {1u, 2u, 3u, 4u, 6u, 12u})
        for (const bool nested : {false, true}) {
            CAPTURE(every);
            CAPTURE(nested);
            const Found f = found(net, every, nested);
            CHECK(same_bits(f.loss, plain.loss));
            CHECK(same_bits(f.x, plain.x));
            CHECK(same_bits(f.wx, plain.wx));
            CHECK(same_bits(f.wh, plain.wh));
            CHECK(same_bits(f.b, plain.b));
            CHECK(distance(f.hvp, plain.hvp) < 1e-12);
            if (every >= 3) CHECK(f.recorded < plain.recorded / 2);
        }
}

TEST_CASE("what a checkpoint computes inside is not kept") {
    const Tape tape;
    const V x = variable(random_array<double>({8}, 1));
    std::weak_ptr<const Array<double>> inside;
    const V y = checkpoint<double>(
        [&](const V& v) {
            const V middle = tanh(v);
            inside = middle.handle();
            return middle * middle;
        },
        x);
    CHECK(inside.expired());
    CHECK(tape.size() == 2);
    CHECK(distance(backward(sum(y), {x})[x], backward(sum(tanh(x) * tanh(x)), {x})[x]) == 0);
    CHECK(inside.expired());
}

TEST_CASE("a checkpoint of a checkpoint of a checkpoint") {
    const Tape tape;
    const V x = variable(1.5), w = variable(0.5);
    F f = [&](const V& v) { return v * v * w; };
    for (int i = 0; i < 3; ++i) f = [f](const V& v) { return checkpoint<double>(f, v); };
    const V y = f(x);
    CHECK(tape.size() == 3);
    const auto g = recorded_backward(y, {x, w});
    CHECK(number(g[x].value()) == 1.5);
    CHECK(number(g[w].value()) == 2.25);
    CHECK(number(backward(g[x], {w})[w]) == 3);
    CHECK(number(backward(g[w], {x})[x]) == 3);
}

TEST_CASE("a checkpoint passes captured variables, parameters and intermediates their gradients") {
    const P p("p", Array<double>(3.0));
    const Tape tape;
    const V w = variable(2.0), h = w * 5, x = variable(1.0);
    const V y = checkpoint<double>([&](const V& v) { return v * h * w * p; }, x);  // 5 w^2 p x
    const auto g = backward(y, {x, w, h, p});
    CHECK(number(g[x]) == 60);
    CHECK(number(g[w]) == 60);
    CHECK(number(g[h]) == 6);
    CHECK(number(g[p]) == 20);
    CHECK(number(backward(y)[p]) == 20);
}

TEST_CASE("a checkpoint whose function only gives back what it captured, or a constant") {
    const Tape tape;
    const V w = variable(2.0), x = variable(1.0);
    CHECK(number(backward(checkpoint<double>([&](const V&) { return w; }, x) * 3, {w})[w]) == 3);
    CHECK(number(backward(checkpoint<double>([&](const V& v) { return v; }, x) * 3, {x})[x]) == 3);
    CHECK(!checkpoint<double>([&](const V&) { return V(7.0); }, x).tracked());
    CHECK(number(backward(checkpoint<double>([&](const V&) { return w * w; }, V(1.0)), {w})[w]) == 4);
}

TEST_CASE("a checkpoint that captures a variable recorded after it is refused") {
    const Tape tape;
    const V w = variable(2.0);
    V later;
    const V y = checkpoint<double>([&](const V& x) { return later.tracked() ? x * later : x * w; }, w);
    later = w * 2;
    const std::size_t before = tape.size();
    for (int i = 0; i < 2; ++i)
        CHECK(contains(thrown([&] { (void)backward(y * later, {w}); }),
                       "[checkpoint] what it captures must be recorded"));
    CHECK(contains(thrown([&] { (void)recorded_backward(y, {w}); }), "[checkpoint] what it captures must be recorded"));
    CHECK(tape.size() == before + 2);  // the products of the two calls, and nothing recomputed
    later = detach(later);
    CHECK(number(backward(w * w, {w})[w]) == 4);
}

TEST_CASE("a checkpoint inside a checkpoint that captures a variable recorded after both is refused") {
    const Tape tape;
    const V w = variable(2.0);
    V later;
    const F inner = [&](const V& x) { return later.tracked() ? x * later : x * w; };
    const V y = checkpoint<double>([&](const V& x) { return checkpoint<double>(inner, x); }, w);
    later = w * 2;
    CHECK(contains(thrown([&] { (void)backward(y * later, {w}); }), "[checkpoint] what it captures must be recorded"));
}

TEST_CASE("a parameter that changes between a checkpoint and its gradient is refused") {
    P p("p", Array<double>(3.0));
    const Tape tape;
    const V x = variable(2.0);
    const V y = checkpoint<double>([&](const V& v) { return v * p; }, x);
    p.set(Array<double>(4.0));
    const std::size_t before = tape.size();
    CHECK(contains(thrown([&] { (void)backward(y); }), "[checkpoint] what it captures must be the same in backward"));
    CHECK(tape.size() == before);
}

TEST_CASE("a checkpoint whose function throws leaves nothing behind, and an ended variable is refused") {
    V old;
    {
        const Tape tape;
        old = variable(1.0);
    }
    const Tape tape;
    const V x = variable(array<double>({2}, {1, 2}));
    const F wrong = [](const V& v) { return v * v + array<double>({3}, {1, 2, 3}); };
    CHECK(contains(thrown([&] { (void)checkpoint<double>(wrong, x); }), "[add] shapes must broadcast"));
    CHECK(tape.size() == 1);
    CHECK(contains(thrown([&] { (void)checkpoint<double>([&](const V& v) { return v * old; }, x); }), "live tape"));
    CHECK(tape.size() == 1);
}

TEST_CASE("a checkpoint where nothing records is its function") {
    const P p("p", Array<double>(3.0));
    const F f = [&](const V& v) { return v * p; };
    CHECK(number(checkpoint<double>(f, V(2.0)).value()) == 6);
    CHECK(!checkpoint<double>(f, p).tracked());
    const Tape tape;
    const V x = variable(2.0);
    {
        const NoGrad off;
        CHECK(!checkpoint<double>(f, x).tracked());
    }
    CHECK(tape.size() == 1);
    const V y = checkpoint<double>(f, x);
    const NoGrad off;  // and backward inside a NoGrad recomputes all the same
    CHECK(number(backward(y, {x})[x]) == 3);
}

TEST_CASE("what one checkpoint left behind does not meet the next one") {
    const Tape tape;
    const V w = variable(random_array<double>({2, 2}, 1)), x = variable(random_array<double>({1, 2}, 2));
    const F first = [&](const V& v) {
        (void)(tanh(w) * w);  // recorded, and of no use
        return matmul(v, w);
    };
    const F second = [&](const V& v) { return matmul(v, tanh(w)); };
    const V y = sum(checkpoint<double>(second, checkpoint<double>(first, x))), plain = sum(second(first(x)));
    CHECK(same_bits(backward(y, {w, x})[w], backward(plain, {w, x})[w]));
    CHECK(same_bits(backward(y, {w, x})[x], backward(plain, {w, x})[x]));
}

TEST_CASE("a checkpoint that returns a parameter gives it the gradient") {
    const P p("p", Array<double>(3.0));
    const Tape tape;
    const V first = variable(7.0), x = variable(2.0);
    auto g = backward(checkpoint<double>([&](const V&) { return V(p); }, x) * 2);
    CHECK(number(g[p]) == 2);
    CHECK(number(g[first]) == 0);
    g = backward(checkpoint<double>([](const V& v) { return v; }, p) * 2);
    CHECK(number(g[p]) == 2);
    CHECK(number(g[first]) == 0);
}

}  // namespace
}  // namespace xtape::test
