// SPDX-License-Identifier: BSD-3-Clause
#include "apps/interrupt.hpp"

#include <doctest/doctest.h>

#include "program.hpp"

namespace {

constexpr int went_on = 7;

// How a program ends that is sent SIGTERM twice, that much time apart.
int code_of_program_signalled_twice(std::chrono::duration<double> apart) {
    const pid_t child = fork();
    if (child == 0) {
        xtape::apps::catch_interrupts();
        kill(getpid(), SIGTERM);
        std::this_thread::sleep_for(apart);
        kill(getpid(), SIGTERM);
        _exit(xtape::apps::interrupted() == SIGTERM ? went_on : 0);
    }
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return program::code_of(status);
}

}  // namespace

TEST_CASE("a signal that comes twice at once, as timeout sends it, is noted; one that comes later again ends") {
    using namespace std::chrono_literals;
    CHECK(code_of_program_signalled_twice(0s) == went_on);
    CHECK(code_of_program_signalled_twice(1.5 * xtape::apps::one_wish * 1s) == -SIGTERM);
}
