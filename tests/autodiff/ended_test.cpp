// SPDX-License-Identifier: BSD-3-Clause
// Variables whose tape is gone, or is another thread's, are refused: always, with the caller's line.
#include <functional>
#include <memory>
#include <thread>
#include <xtape/autodiff/checkpoint.hpp>
#include <xtape/autodiff/grad.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;

V carried(double value = 3) {
    const Tape tape;
    return variable(value) * 2;
}

V twice(const V& x) { return x + x; }

// Each of these uses `old` on a line that it gives.
struct Use {
    std::string what;
    std::function<void(const V& old, const V& live)> run;
    int line;
};
const Array<double> two(2.0);
// clang-format off
const std::vector<Use> uses{
    {"old + live", [](const V& old, const V& w) { (void)(old + w); }, __LINE__},
    {"live + old", [](const V& old, const V& w) { (void)(w + old); }, __LINE__},
    {"old - number", [](const V& old, const V&) { (void)(old - 1); }, __LINE__},
    {"number - old", [](const V& old, const V&) { (void)(1 - old); }, __LINE__},
    {"2.0 * old", [](const V& old, const V&) { (void)(2.0 * old); }, __LINE__},
    {"old * 2.0f", [](const V& old, const V&) { (void)(old * 2.0f); }, __LINE__},
    {"array * old", [](const V& old, const V&) { (void)(two * old); }, __LINE__},
    {"old * array", [](const V& old, const V&) { (void)(old * two); }, __LINE__},
    {"expression / old", [](const V& old, const V&) { (void)((two + two) / old); }, __LINE__},
    {"old / expression", [](const V& old, const V&) { (void)(old / (two + two)); }, __LINE__},
    {"-old", [](const V& old, const V&) { (void)-old; }, __LINE__},
    {"tanh", [](const V& old, const V&) { (void)tanh(old); }, __LINE__},
    {"square", [](const V& old, const V&) { (void)square(old); }, __LINE__},
    {"sum", [](const V& old, const V&) { (void)sum(old); }, __LINE__},
    {"mean", [](const V& old, const V&) { (void)mean(old); }, __LINE__},
    {"where", [](const V& old, const V& w) { (void)where(two, w, old); }, __LINE__},
    {"reshape", [](const V& old, const V&) { (void)reshape(old, {1, 1}); }, __LINE__},
    {"stack", [](const V& old, const V& w) { (void)stack<double>({w, old}); }, __LINE__},
    {"identity", [](const V& old, const V&) { (void)identity(old); }, __LINE__},
    {"named", [](const V& old, const V&) { (void)named(old, "h"); }, __LINE__},
    {"backward of it", [](const V& old, const V&) { (void)backward(old); }, __LINE__},
    {"backward to it", [](const V& old, const V& w) { (void)backward(w * w, {old}); }, __LINE__},
    {"recorded_backward", [](const V& old, const V& w) { (void)recorded_backward(w * w, {old}); }, __LINE__},
    {"checkpoint", [](const V& old, const V&) { (void)checkpoint<double>(twice, old); }, __LINE__},
};
// clang-format on

void refuses_all(const V& old, const V& live) {
    for (const Use& use : uses) {
        INFO(use.what);
        const std::string text = thrown([&] { use.run(old, live); });
        CHECK(contains(text, at(__FILE__, use.line)));
        CHECK(contains(text, "[variable] a variable must belong to a live tape of this thread"));
        CHECK(contains(text, "try detach(v)"));
    }
}

TEST_CASE("a variable carried out of an ended tape is refused by every use, with the caller's line") {
    const V old = carried();
    const Tape tape;
    const V w = variable(2.0);
    refuses_all(old, w);
    // However much the new tape has recorded: the old variable's place is somebody else's now.
    V y = w;
    for (int i = 0; i < 5; ++i) y = y * w;
    refuses_all(old, w);
    CHECK(number(backward(y, {w})[w]) == 6 * 32);  // and nothing of it was recorded wrongly
}

TEST_CASE("a carried variable is refused where nothing records") {
    const V old = carried();
    const V constant(2.0);
    for (const Use& use : {uses[0], uses[6], uses[10], uses[11]}) {
        INFO(use.what);
        CHECK(contains(thrown([&] { use.run(old, constant); }), "live tape of this thread"));
        const Tape tape;
        const NoGrad off;
        CHECK(contains(thrown([&] { use.run(old, constant); }), "live tape of this thread"));
    }
}

TEST_CASE("a variable of an inner tape that has ended is refused by the outer one") {
    const Tape outer;
    const V w = variable(2.0);
    V inside;
    {
        const Tape inner;
        inside = w * w;
        CHECK(number((inside * w).value()) == 8);
    }
    const Tape again;  // what it records stands where the other's stood
    const V same_place = w * w;
    CHECK(same_place.place().index == inside.place().index);
    refuses_all(inside, w);
}

TEST_CASE("an inner tape uses what the outer one recorded") {
    const Tape outer;
    const V w = variable(2.0);
    const Tape inner;
    const V y = w * w;
    CHECK(number(backward(y, {w})[w]) == 4);
    CHECK(outer.size() == 2);
    CHECK(inner.size() == 1);
}

TEST_CASE("a variable of another thread is refused, whether its tape lives or not") {
    const Tape tape;
    const V w = variable(2.0);
    V from_there;
    std::thread([&] {
        const Tape mine;
        const V own = variable(1.0);
        refuses_all(w, own);
        from_there = own * 2;
    }).join();
    refuses_all(from_there, w);
}

TEST_CASE("a detached variable is a constant, and is carried") {
    const V old = detach(carried());
    CHECK(!old.tracked());
    const Tape tape;
    const V w = variable(2.0);
    CHECK(number(backward(w * old, {w})[w]) == 6);
}

// Not unique_ptr or optional: their reset() is noexcept, so that what a destructor throws ends the program.
TEST_CASE("tapes that end out of order throw, and free what they held") {
    auto* outer = new Tape;
    const int line = __LINE__ - 1;
    const V w = variable(2.0);
    auto* inner = new Tape;
    V y = w * 3;
    const std::weak_ptr<const Array<double>> leaf = w.handle();
    const std::string text = thrown([&] { delete outer; });
    CHECK(contains(text, at(__FILE__, line) + "[Tape] tapes must end in the reverse order"));
    CHECK(recording());
    y = y * w;  // the inner one is still good
    CHECK(number(backward(y, {w})[w]) == 12);
    CHECK(thrown([&] { delete inner; }).empty());
    CHECK(!recording());
    CHECK(contains(thrown([&] { (void)(w * 2); }), "live tape of this thread"));
    CHECK(leaf.use_count() == 1);  // only ours
    const Tape tape;
    CHECK(tape.size() == 0);
}

TEST_CASE("three tapes that end in any order") {
    const std::vector<std::vector<std::size_t>> orders{{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (const auto& order : orders) {
        std::vector<Tape*> tapes;
        for (int i = 0; i < 3; ++i) {
            tapes.push_back(new Tape);
            (void)variable(double(i));
            (void)variable(float(i));
        }
        std::vector<std::size_t> living{0, 1, 2};
        for (const std::size_t i : order) {
            const bool last = living.back() == i;
            CHECK(thrown([&] { delete tapes[i]; }).empty() == last);
            std::erase(living, i);
        }
        CHECK(!recording());
        CHECK(Tape().size() == 0);
    }
}

TEST_CASE("a tape that ends on another thread than it began on throws") {
    Tape* tape = nullptr;
    std::thread([&] { tape = new Tape; }).join();
    CHECK(contains(thrown([&] { delete tape; }), "[Tape] a tape must end on the thread that began it"));
    CHECK(!recording());

    tape = new Tape;  // and when its own thread goes on
    const V lost = variable(1.0);
    const std::weak_ptr<const Array<double>> value = lost.handle();
    std::thread([&] { CHECK(!thrown([&] { delete tape; }).empty()); }).join();
    {
        const Tape next;
        refuses_all(lost, variable(2.0));
    }
    CHECK(!recording());
}

TEST_CASE("an error that leaves tapes behind leaves nothing recorded") {
    CHECK(!thrown([] {
               const Tape outer;
               const V w = variable(array<double>({2}, {1, 2}));
               const Tape inner;
               (void)(w * w + array<double>({3}, {1, 2, 3}));
           }).empty());
    CHECK(!recording());
    const Tape tape;
    CHECK(tape.size() == 0);
}

}  // namespace
}  // namespace xtape::test
