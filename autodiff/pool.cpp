// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/pool.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define XTAPE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define XTAPE_SANITIZED
#endif
#endif

namespace xtape {
namespace {

// Four sizes a doubling, from 64 bytes on: at most a fifth of a block is unused.
std::size_t rounded(std::size_t n) {
    if (n <= 64) return 64;
    const std::size_t step = std::max<std::size_t>(64, std::bit_floor(n - 1) / 4);
    return (n + step - 1) & ~(step - 1);  // a power of two
}

void* from_system(std::size_t bytes) {
    if (void* block = std::aligned_alloc(64, bytes)) return block;
    throw std::bad_alloc{};
}

#ifdef __x86_64__

// A library or program that was carried to an older processor says so before main, where it would die of an illegal
// instruction.
[[gnu::constructor]] void check_processor() {
    __builtin_cpu_init();
    if (__builtin_cpu_supports(XTAPE_NEEDS)) return;
    std::fputs("[xtape] built with -march=" XTAPE_MARCH ", but this processor has no " XTAPE_NEEDS
               "; build xtape and the program here\n",
               stderr);
    std::_Exit(1);
}

#endif

#ifndef XTAPE_SANITIZED

std::size_t bin_of(std::size_t rounded_bytes) {
    const auto k = std::size_t(std::bit_width(rounded_bytes)) - 1;
    return k * 4 + ((rounded_bytes >> (k - 2)) & 3) - 24;
}

// A list of free blocks, linked through their own first bytes.
struct Blocks {
    struct Free {
        Free* next;
    };
    Free* first = nullptr;
    std::size_t size = 0;

    void push(void* block) noexcept {
        first = new (block) Free{first};
        ++size;
    }
    void* pop() noexcept {
        Free* block = first;
        first = block->next;
        --size;
        return block;
    }
    void move_to(Blocks& other, std::size_t n) noexcept {
        for (; n > 0; --n) other.push(pop());
    }
};
using Bins = std::array<Blocks, 192>;

// What a thread keeps of one size, a megabyte and four blocks; the rest is everybody's.
bool too_many(std::size_t blocks, std::size_t bytes) { return blocks > 4 && (blocks - 4) * bytes > 1 << 20; }

// A thread that only frees feeds one that only takes through these lists. Never destroyed: static arrays outlive
// the objects of threads.
struct Shared {
    std::mutex lock;
    Bins bins;
    std::vector<Bins*> idle;  // emptied lists of ended threads
};
Shared& shared() {
    static Shared& s = *new Shared;
    return s;
}

void spill(Blocks& own, std::size_t bin, std::size_t left) {
    const std::lock_guard hold(shared().lock);
    own.move_to(shared().bins[bin], own.size - left);
}

void refill(Blocks& own, std::size_t bin) {
    const std::lock_guard hold(shared().lock);
    Blocks& all = shared().bins[bin];
    all.move_to(own, std::min<std::size_t>(32, all.size));
}

enum class Life : char { unborn, alive, ended };
thread_local Life life = Life::unborn;
thread_local Bins* mine = nullptr;

struct HandBack {
    ~HandBack() {
        for (std::size_t b = 0; b < mine->size(); ++b)
            if ((*mine)[b].size) spill((*mine)[b], b, 0);
        const std::lock_guard hold(shared().lock);
        shared().idle.push_back(mine);
        life = Life::ended;
    }
};

void begin_thread() {
    const std::lock_guard hold(shared().lock);
    auto& idle = shared().idle;
    mine = idle.empty() ? new Bins : idle.back();
    if (!idle.empty()) idle.pop_back();
    static thread_local HandBack at_exit;
    life = Life::alive;
}

#endif

}  // namespace

#ifdef XTAPE_SANITIZED

void* pool_take(std::size_t bytes, arch::here*) { return from_system(rounded(bytes)); }
void pool_give(void* block, std::size_t, arch::here*) noexcept { std::free(block); }

#else

void* pool_take(std::size_t bytes, arch::here*) {
    if (life != Life::alive) {
        if (life == Life::ended) return from_system(rounded(bytes));
        begin_thread();
    }
    bytes = rounded(bytes);
    const std::size_t bin = bin_of(bytes);
    Blocks& own = (*mine)[bin];
    if (!own.size) refill(own, bin);
    return own.size ? own.pop() : from_system(bytes);
}

void pool_give(void* block, std::size_t bytes, arch::here*) noexcept {
    if (!block) return;
    if (life == Life::unborn) begin_thread();
    if (life == Life::ended) return std::free(block);
    bytes = rounded(bytes);
    const std::size_t bin = bin_of(bytes);
    Blocks& own = (*mine)[bin];
    own.push(block);
    if (too_many(own.size, bytes)) spill(own, bin, own.size / 2);
}

#endif

}  // namespace xtape
