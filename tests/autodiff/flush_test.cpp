// SPDX-License-Identifier: BSD-3-Clause
// Numbers below the normal range count as zero inside backward, and nowhere else.
#include <thread>
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/flush.hpp>
#include <xtape/autodiff/ops.hpp>

#if defined(__SSE__)
#include "support.hpp"

namespace xtape::test {
namespace {

constexpr unsigned flush = 0x8000, denormals_are_zero = 0x0040, modes = 0xffc0;  // all but the sticky flags

TEST_CASE("the processor's floating point mode is what it was, after backward, also when it throws") {
    const unsigned before = _mm_getcsr();
    for (const unsigned mode : {before & ~(flush | denormals_are_zero), before | flush, before | denormals_are_zero}) {
        _mm_setcsr(mode);
        const Tape tape;
        const Variable<float> x = variable(2.0f), y = variable(filled<float>({2}, 1.0f));
        (void)backward(x * x);
        CHECK((_mm_getcsr() & modes) == (mode & modes));
        (void)recorded_backward(x * x);
        CHECK((_mm_getcsr() & modes) == (mode & modes));
        CHECK(!thrown([&] { (void)backward(y * y); }).empty());
        CHECK((_mm_getcsr() & modes) == (mode & modes));
    }
    _mm_setcsr(before);
}

TEST_CASE("the mode inside, and its end") {
    const unsigned before = _mm_getcsr();
    {
        const FlushDenormals scope;
        CHECK((_mm_getcsr() & (flush | denormals_are_zero)) == (flush | denormals_are_zero));
        const FlushDenormals again;
    }
    CHECK((_mm_getcsr() & modes) == (before & modes));
}

TEST_CASE("a float gradient below 1e-38 counts as zero, and the same value going forward does not") {
    const Tape tape;
    const Variable<float> x = variable(filled<float>({19}, 1.0f)), y = sum(x * 1e-20f * 1e-20f);
    CHECK(number(y.value()) > 0);
    CHECK(same_bits(backward(y, {x})[x], zeros<float>({19})));
    CHECK(number(sum(x * 1e-20f * 1e-20f).value()) > 0);
    const Variable<float> small = sum(x * 1e-18f * 1e-18f);  // a normal number still
    CHECK(backward(small, {x})[x].data()[18] == doctest::Approx(1e-36f));
    const Variable<double> d = variable(1.0);
    CHECK(number(backward(d * 1e-20 * 1e-20, {d})[d]) == doctest::Approx(1e-40));
}

TEST_CASE("on a thread of its own too") {
    bool zero = false, same = false;
    std::thread([&] {
        const unsigned before = _mm_getcsr();
        const Tape tape;
        const Variable<float> x = variable(1.0f);
        zero = number(backward(x * 1e-20f * 1e-20f, {x})[x]) == 0;
        same = (_mm_getcsr() & modes) == (before & modes);
    }).join();
    CHECK(zero);
    CHECK(same);
}

}  // namespace
}  // namespace xtape::test
#endif
