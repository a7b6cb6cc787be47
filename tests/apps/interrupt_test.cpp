// SPDX-License-Identifier: BSD-3-Clause
#include "apps/interrupt.hpp"

#include <doctest/doctest.h>

#include "program.hpp"

using namespace std::chrono_literals;
using namespace xtape::apps;

namespace {

constexpr int went_on = 7;

void send_sigterm() { kill(getpid(), SIGTERM); }

// How a program ends that does this.
template <class Body> int code_of(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        catch_interrupts();
        body();
        _exit(went_on);
    }
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return program::code_of(status);
}

int code_of_program_signalled_twice(std::chrono::duration<double> apart) {
    return code_of([apart] {
        send_sigterm();
        std::this_thread::sleep_for(apart);
        send_sigterm();
        if (interrupted() != SIGTERM) _exit(0);
    });
}

}  // namespace

TEST_CASE("a signal that comes twice at once, as timeout sends it, is noted; one that comes later again ends") {
    CHECK(code_of_program_signalled_twice(0s) == went_on);
    CHECK(code_of_program_signalled_twice(1.5 * one_wish * 1s) == -SIGTERM);
}

TEST_CASE("signals that are released end the program, and so does one that was noted before") {
    CHECK(code_of([] { release_interrupts(), send_sigterm(); }) == -SIGTERM);
    CHECK(code_of([] { send_sigterm(), release_interrupts(); }) == -SIGTERM);
    CHECK(code_of(release_interrupts) == went_on);
}
