// SPDX-License-Identifier: BSD-3-Clause
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <array>
#include <chrono>
#include <thread>

#include <xtape/nn/io/file.hpp>

#include "scratch.hpp"

using namespace xtape::nn::io;
namespace fs = std::filesystem;

namespace {

// A signal every 300 microseconds, for this thread and not for those it starts before begin().
class Alarms {
public:
    Alarms() {
        struct sigaction interrupt {};
        interrupt.sa_handler = [](int) {};  // without SA_RESTART: calls under way end early
        REQUIRE(sigaction(SIGALRM, &interrupt, &before_) == 0);
        sigemptyset(&alarm_);
        sigaddset(&alarm_, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarm_, nullptr);
    }
    ~Alarms() {
        const itimerval never{};
        setitimer(ITIMER_REAL, &never, nullptr);
        sigaction(SIGALRM, &before_, nullptr);
    }
    void begin() const {
        pthread_sigmask(SIG_UNBLOCK, &alarm_, nullptr);
        const itimerval often{{0, 300}, {0, 300}};
        setitimer(ITIMER_REAL, &often, nullptr);
    }

private:
    struct sigaction before_ {};
    sigset_t alarm_{};
};

std::string slowly(const fs::path& pipe) {
    std::ifstream in(pipe, std::ios::binary);
    std::array<char, 4096> part{};
    std::string received;
    while (in.read(part.data(), part.size()) || in.gcount() > 0) {
        received.append(part.data(), static_cast<std::size_t>(in.gcount()));
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return received;
}

}  // namespace

TEST_CASE("Writing goes on after signals and short writes") {
    const Scratch scratch;
    const fs::path pipe = scratch / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::string text(1'000'000, ' '), received;
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
    std::string what;
    {
        const Alarms alarms;
        std::thread reader([&] { received = slowly(pipe); });
        alarms.begin();
        what = message([&] { write_file(pipe, bytes(text)); });
        reader.join();
    }
    CHECK(what.empty());
    CHECK(received == text);
}
