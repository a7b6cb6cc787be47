// SPDX-License-Identifier: BSD-3-Clause
// The pool: memory is used again whichever thread frees it, and outlives the threads. Under sanitizers the pool is
// malloc, and these only run.
#include <unistd.h>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <xtape/autodiff/backward.hpp>
#include <xtape/autodiff/ops.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

// Destroyed after the main thread's own objects, when the pool of that thread is long gone
const Array<double> at_exit = filled<double>({1000}, 1.0);

double resident_mb() {
    std::size_t all = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> all >> pages;
    return double(pages) * double(sysconf(_SC_PAGESIZE)) / (1 << 20);
}
void check_growth(double before, double allowed) {
    const double grown = resident_mb() - before;
    MESSAGE("resident memory grew by " << grown << " MB");
    if (!sanitized) CHECK(grown < allowed);
}

class Queue {  // of at most four batches
public:
    void push(Array<float> a) {
        std::unique_lock hold(lock_);
        changed_.wait(hold, [this] { return batches_.size() < 4; });
        batches_.push_back(std::move(a));
        changed_.notify_all();
    }
    Array<float> pop() {
        std::unique_lock hold(lock_);
        changed_.wait(hold, [this] { return !batches_.empty(); });
        Array<float> a = std::move(batches_.front());
        batches_.pop_front();
        changed_.notify_all();
        return a;
    }

private:
    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<Array<float>> batches_;
};

TEST_CASE("gates are kept for derivatives alone") {
    const Variable<float> z(filled<float>({4096, 4096}, 0.5f)), c(filled<float>({4096, 1024}, 0.5f));  // 64 and 16 MB
    const double before = resident_mb();
    const Variable<float> h = lstm_output(z, lstm_memory(z, c));  // 16 MB each, and twice as much to keep, or thrice
    check_growth(before, 40);
    CHECK(h.value().data()[0] > 0);
}

TEST_CASE("a loader thread that feeds a trainer thread does not grow memory") {
    const int batches = sanitized ? 200 : 3000;
    const double before = resident_mb();
    Queue queue;
    std::thread loader([&] {
        for (int i = 0; i < batches; ++i) queue.push(filled<float>({256, 1024}, float(i)));
    });
    int wrong = 0;
    for (int i = 0; i < batches; ++i) {
        const Array<float> batch = queue.pop();
        wrong += batch.data()[0] != float(i) || batch.data()[batch.size() - 1] != float(i);
    }
    loader.join();
    CHECK(wrong == 0);
    check_growth(before, 60);
}

TEST_CASE("arrays that one thread only makes and another only drops, with tapes between") {
    const int batches = sanitized ? 100 : 2000;
    const Parameter<float> w("w", filled<float>({1024, 1}, 0.5f));
    const double before = resident_mb();
    Queue queue;
    std::thread loader([&] {
        for (int i = 0; i < batches; ++i) queue.push(filled<float>({64, 1024}, 1.0f));
    });
    for (int i = 0; i < batches; ++i) {
        const Tape tape;
        const Variable<float> x(queue.pop());
        const auto g = backward(sum(square(matmul(x, w))));
        if (i % 100 == 0) CHECK(g[w].data()[7] == 2 * 64 * 512.0f);
    }
    loader.join();
    check_growth(before, 60);
}

TEST_CASE("200 short threads leave nothing behind") {
    const double before = resident_mb();
    for (int i = 0; i < 200; ++i)
        std::thread([] {
            std::vector<Array<double>> many;
            for (int k = 0; k < 50; ++k) many.push_back(filled<double>({std::size_t(64) << (k % 8)}, 1.0));
            many.push_back(filled<double>({1 << 17}, 2.0));
            const Tape tape;
            (void)sum(variable(many.back()));
        }).join();
    check_growth(before, 60);
}

TEST_CASE("a chain of handles from thread to thread") {
    const double before = resident_mb();
    auto handle = Variable<float>(filled<float>({256, 1024}, 1.0f));
    const int threads = sanitized ? 10 : 200;
    for (int i = 0; i < threads; ++i) std::thread([&] { handle = Variable<float>(handle + 1.0f); }).join();
    CHECK(handle.value().data()[1000] == float(threads + 1));
    check_growth(before, 40);
}

TEST_CASE("a training loop takes no new memory after its first step") {
    const Parameter<float> w("w", random_array<float>({64, 64}, 1));
    const Variable<float> x(random_array<float>({32, 64}, 2));
    auto step = [&] {
        const Tape tape;
        Variable<float> h = x;
        for (int t = 0; t < 20; ++t) h = tanh(matmul(h, w));
        return backward(sum(h))[w];
    };
    for (int i = 0; i < 5; ++i) (void)step();
    const double before = resident_mb();
    for (int i = 0; i < (sanitized ? 5 : 500); ++i) (void)step();
    check_growth(before, 2);
}

TEST_CASE("an array outlives the thread that made it, and its pool") {
    Array<double> a;
    std::thread([&] { a = filled<double>({5000}, 3.0); }).join();
    const Array<double> another = filled<double>({5000}, 4.0);
    CHECK(a.data() != another.data());
    CHECK(same_bits(a, filled<double>({5000}, 3.0)));
}

struct Late {  // made before the thread's pool, and so destroyed after it
    Array<double> held;
    ~Late() {
        held = filled<double>({100}, 1.0);
        held = Array<double>();
    }
};

TEST_CASE("a thread-local array is freed after its thread's pool is gone") {
    for (int i = 0; i < 3; ++i)
        std::thread([] {
            static thread_local Late late;
            late.held = filled<double>({5000}, 3.0);
        }).join();
    CHECK(at_exit.size() == 1000);
}

TEST_CASE("blocks are aligned to 64 bytes, apart, and given back without a pointer") {
    std::map<char*, std::size_t> blocks;
    for (const std::size_t bytes :
         {0u, 1u, 63u, 64u, 65u, 100u, 129u, 200u, 257u, 1000u, 4097u, 100000u, 1u << 20u, (1u << 20u) + 1u})
        for (int i = 0; i < 3; ++i) {
            auto* block = static_cast<char*>(pool_take(bytes));
            CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
            std::memset(block, 0x5a, bytes);
            CHECK(blocks.emplace(block, bytes).second);
            pool_give(pool_take(bytes), bytes);
        }
    const char* end = nullptr;
    for (const auto& [block, bytes] : blocks) {
        CHECK(block >= end);
        end = block + bytes;
        pool_give(block, bytes);
    }
    for (const std::size_t bytes : {64u, 5000u}) pool_give(nullptr, bytes);
    CHECK_THROWS_AS(PoolAllocator<double>().allocate(std::size_t(-1) / 8), std::bad_alloc);
    CHECK_THROWS_AS(PoolAllocator<double>().allocate(std::size_t(1) << 58), std::bad_alloc);
}

}  // namespace
}  // namespace xtape::test
