// SPDX-License-Identifier: BSD-3-Clause
// Arrays that training changes: one leaf a tape, found by identity, never seen to change by a live tape.
#include <thread>
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/ops.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using P = Parameter<double>;

TEST_CASE("a parameter is one leaf of a tape, however often it is used") {
    const P p("w", array<double>({2}, {1, 2}));
    const Tape tape;
    const V y = sum(p * p + p);
    CHECK(tape.size() == 4);  // p, p p, + p, sum
    CHECK(same_bits(backward(y)[p], array<double>({2}, {3, 5})));
    CHECK(same_bits(backward(y, {p})[p], array<double>({2}, {3, 5})));
    CHECK(same_bits(backward(y)["w"], array<double>({2}, {3, 5})));
    CHECK(backward(y).items().size() == 1);
}

TEST_CASE("a parameter lives longer than tapes, and takes its place on each") {
    const P p("w", Array<double>(3.0));
    for (int i = 0; i < 3; ++i) {
        const Tape tape;
        for (int j = 0; j < i; ++j) (void)variable(1.0);
        CHECK(number(backward(p * p)[p]) == 6);
    }
}

TEST_CASE("a parameter that was not used has the gradient zero") {
    const P p("w", array<double>({2}, {1, 2})), q("q", Array<double>(3.0));
    const Tape tape;
    const V y = q * q;
    CHECK(same_bits(backward(y)[p], zeros<double>({2})));
    CHECK(same_bits(backward(y, {p, q})[p], zeros<double>({2})));
    CHECK(number(backward(y, {p, q})[q]) == 6);
}

TEST_CASE("a copy of a parameter is another parameter of the same value") {
    const P p("w", Array<double>(3.0));
    P q = p;
    q.rename("q");
    CHECK(p.name() == "w");
    CHECK(q.name() == "q");
    q.set(Array<double>(5.0));
    CHECK(number(p.value()) == 3);
    const Tape tape;
    const auto g = backward(p * q);
    CHECK(number(g[p]) == 5);
    CHECK(number(g[q]) == 3);
    P r("r", Array<double>(1.0));
    const auto identity = r.place().serial;
    r = q;  // the value, not the identity
    CHECK(r.place().serial == identity);
    CHECK(number(r.value()) == 5);
}

TEST_CASE("a moved parameter stays the same parameter") {
    P p("w", Array<double>(3.0));
    const auto identity = p.place().serial;
    const Tape tape;
    const V y = p * p;
    const P q = std::move(p);
    CHECK(q.place().serial == identity);
    CHECK(number(backward(y)[q]) == 6);
}

TEST_CASE("a variable that is a parameter gets the parameter's gradient") {
    const P p("w", Array<double>(3.0));
    const V v = p;
    const Tape tape;
    CHECK(v.is_parameter());
    CHECK(number(backward(p * v)[v]) == 6);
    CHECK(number(backward(p * v)[p]) == 6);
    CHECK(!detach(p).tracked());
}

TEST_CASE("a parameter is edited in place only if nobody else holds its value") {
    P p("w", array<double>({2}, {1, 2}));
    const double* const before = p.value().data();
    p.edit().fill(3);
    CHECK(p.value().data() == before);
    const V holder = detach(p);
    p.edit().fill(4);
    CHECK(p.value().data() != before);
    CHECK(same_bits(holder.value(), array<double>({2}, {3, 3})));
    CHECK(p.name() == "w");
    const double* const then = p.value().data();
    P copy = p;
    copy.edit().fill(5);
    CHECK(same_bits(p.value(), array<double>({2}, {4, 4})));
    CHECK(p.value().data() == then);
}

TEST_CASE("a live tape does not see a parameter change") {
    P p("w", Array<double>(3.0));
    const Tape tape;
    const V y = p * p * p;
    const V old = p;
    p.edit().fill(100);
    CHECK(number(backward(y, {old})[old]) == 27);
    CHECK(number(backward(y)[p]) == 27);
    p.set(Array<double>(7.0));
    CHECK(number(backward(y)["w"]) == 27);
}

TEST_CASE("a parameter that changed takes a second place, and each use keeps the value it saw") {
    P p("w", Array<double>(3.0));
    const Tape tape;
    const V y = p * p;
    const V old = p;
    p.set(Array<double>(5.0));
    const V z = p * p;
    CHECK(number(backward(z, {p})[p]) == 10);
    CHECK(number(backward(y, {old})[old]) == 6);
    CHECK(number(backward(z)[p]) == 10);
    CHECK(number(backward(z)["w"]) == 10);
    for (const auto& g : {backward(y + z), backward(y + z, {p})}) {
        CHECK(number(g[p]) == 10);
        CHECK(number(g["w"]) == 10);
    }
}

TEST_CASE("a parameter that was not asked for is refused, where others were asked for") {
    const P a("a", Array<double>(2.0)), b("b", Array<double>(3.0));
    const Tape tape;
    const auto g = backward(a * b, {a});
    CHECK(number(g[a]) == 3);
    const std::string text = thrown([&] { (void)g[b]; });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[gradients] the variable must have been asked for"));
}

TEST_CASE("a parameter that was moved from is another one when it is given a value") {
    P a("a", Array<double>(2.0));
    const P b = std::move(a), c("c", Array<double>(5.0));
    a = c;
    const Tape tape;
    const auto g = backward(a * a * b);
    CHECK(number(g[b]) == 25);
    CHECK(number(g[a]) == 20);
    CHECK(number(g[c]) == 0);
}

TEST_CASE(
    "a parameter is not named or differentiated where nothing records, and is its own gradient where a tape does") {
    const P p("p", Array<double>(2.0));
    CHECK(contains(thrown([&] { (void)named(p, "q"); }), "[named] a tape must record"));
    CHECK(contains(thrown([&] { (void)backward(p, {p}); }), "[backward] a tape must record"));
    CHECK(p.handle().use_count() == 1);
    const Tape tape;
    CHECK(number(backward(p)[p]) == 1);
    CHECK(number(backward(p, {p})[p]) == 1);
}

TEST_CASE("a new value has the old one's shape") {
    P p("w", array<double>({2}, {1, 2}));
    const std::string text = thrown([&] { p.set(array<double>({2, 1}, {1, 2})); });
    CHECK(contains(text, at(__FILE__, __LINE__ - 1) + "[Parameter::set] the shape of w must stay (2,); got (2, 1)"));
    CHECK(same_bits(p.value(), array<double>({2}, {1, 2})));
}

TEST_CASE("parameters are used where nothing records, and nothing is kept of that") {
    P p("w", Array<double>(3.0));
    CHECK(number((p * p).value()) == 9);
    CHECK(!(p * p).tracked());
    const double* const before = p.value().data();
    p.edit().fill(4);
    CHECK(p.value().data() == before);  // nobody holds the old value
    const Tape tape;
    {
        const NoGrad off;
        CHECK(number((p * p).value()) == 16);
    }
    CHECK(tape.size() == 0);
}

TEST_CASE("threads share parameters, reading only, each with its own gradients") {
    const P p("w", array<double>({3}, {1, 2, 3}));
    std::vector<Array<double>> found(8);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < found.size(); ++t)
        threads.emplace_back([&p, &found, t] {
            for (int i = 0; i < 200; ++i) {
                const Tape tape;
                const V x(double(t) + 1);
                found[t] = backward(sum(p * p * x))[p];
            }
        });
    for (auto& t : threads) t.join();
    for (std::size_t t = 0; t < found.size(); ++t) {
        const double twice = 2 * (double(t) + 1);
        CHECK(same_bits(found[t], array<double>({3}, {twice, 2 * twice, 3 * twice})));
    }
    CHECK(p.handle().use_count() == 1);
}

TEST_CASE("float and double parameters live on one tape") {
    const P d("d", Array<double>(3.0));
    const Parameter<float> f("f", Array<float>(2.0f));
    const Tape tape;
    CHECK(number(backward(f * f)[f]) == 4);
    CHECK(number(backward(d * d)[d]) == 6);
}

}  // namespace
}  // namespace xtape::test
