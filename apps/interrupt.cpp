// SPDX-License-Identifier: BSD-3-Clause
#include "interrupt.hpp"

#include <csignal>
#include <ctime>
#include <initializer_list>

namespace xtape::apps {
namespace {

volatile std::sig_atomic_t signal_that_came = 0;
timespec when_it_came;

double seconds_since_it_came() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return double(now.tv_sec - when_it_came.tv_sec) + 1e-9 * double(now.tv_nsec - when_it_came.tv_nsec);
}

void note(int signal) {
    if (!signal_that_came) {
        clock_gettime(CLOCK_MONOTONIC, &when_it_came);
        signal_that_came = signal;
    } else if (seconds_since_it_came() > one_wish) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

}  // namespace

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int other : {SIGINT, SIGTERM}) sigaddset(&action.sa_mask, other);
    for (const int caught : {SIGINT, SIGTERM}) sigaction(caught, &action, nullptr);
}

void release_interrupts() {
    for (const int caught : {SIGINT, SIGTERM}) std::signal(caught, SIG_DFL);
    if (signal_that_came) std::raise(signal_that_came);
}

int interrupted() { return signal_that_came; }

}  // namespace xtape::apps
