// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <signal.h>
#include <sys/resource.h>

#include <doctest/doctest.h>

// A disk on which a file may have that many bytes: what goes beyond is first written in part and then refused.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t most) : signal_(signal(SIGXFSZ, SIG_IGN)) {
        REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit now{most, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &now) == 0);
    }
    ~SmallDisk() {
        CHECK(setrlimit(RLIMIT_FSIZE, &before_) == 0);
        signal(SIGXFSZ, signal_);
    }

private:
    void (*signal_)(int);
    rlimit before_{};
};
