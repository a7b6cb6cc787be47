// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/config.hpp>

#include <cstddef>
#include <new>
#include <type_traits>

namespace xtape {

// The instruction set and the SIMD macro decide xtensor's layout of memory. They are part of the allocator's type, so
// of every function that takes an array, and of those that take memory: objects built differently do not link (rather
// than crash).
#if __cplusplus < 202002L
#error "xtape needs C++20; compile with -std=c++20"
#elif !defined(XTENSOR_USE_XSIMD)
#error "xtape needs XTENSOR_USE_XSIMD in every file; link to xtape::autodiff, which defines it"
#elif defined(__FAST_MATH__)
#error "xtape does not work with -ffast-math: it breaks NaN, infinities and xsimd's functions"
#endif
namespace arch {
#if defined(__AVX512BW__)
struct avx512bw;
using here = avx512bw;
#elif defined(__AVX2__)
struct avx2;
using here = avx2;
#elif defined(__AVX__)
struct avx;
using here = avx;
#elif defined(__SSE2__)
struct sse2;
using here = sse2;
#else
struct generic;
using here = generic;
#endif
static_assert(std::is_same_v<here, struct XTAPE_VECTORS>,
              "[xtape] the library was built with -march=" XTAPE_MARCH
              ", this file with another; give this file the "
              "same, or build the library for this file's with -DXTAPE_ARCH=...");
}  // namespace arch

// Blocks of memory, aligned to 64 bytes, that are used again instead of going back to the system: a training loop
// allocates nothing after its first step. A block may be freed on another thread than it was taken on.
// Throws std::bad_alloc. Under sanitizers every call goes to malloc, so that they see each block's birth and death.
void* pool_take(std::size_t bytes, arch::here* = nullptr);
void pool_give(void* block, std::size_t bytes, arch::here* = nullptr) noexcept;

template <class T, class Arch = arch::here> struct PoolAllocator {
    using value_type = T;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using const_pointer = const T*;
    using reference = T&;
    using const_reference = const T&;
    template <class U> struct rebind { using other = PoolAllocator<U, Arch>; };

    PoolAllocator() = default;
    template <class U> PoolAllocator(const PoolAllocator<U, Arch>&) {}
    T* allocate(std::size_t n, const void* = nullptr) {
        if (n > (std::size_t(1) << 47) / sizeof(T)) throw std::bad_alloc{};  // more than there are addresses
        return static_cast<T*>(pool_take(n * sizeof(T)));
    }
    void deallocate(T* p, std::size_t n) noexcept { pool_give(p, n * sizeof(T)); }
    bool operator==(const PoolAllocator&) const { return true; }
};

}  // namespace xtape
