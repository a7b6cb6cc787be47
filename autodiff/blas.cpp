// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/blas.hpp>

#include <cblas.h>
#include <dlfcn.h>

#include <cstdlib>
#include <mutex>
#include <string_view>
#include <vector>

namespace xtape {
namespace {

// Looked up by name, so that a program with another BLAS still links.
template <class F> F* symbol(const char* name) { return reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name)); }

std::string core_name() {
    auto* name = symbol<char*()>("openblas_get_corename");
    return name ? name() : "unknown";
}

bool uses_avx2(std::string_view core) {
    for (const char* known : {"Haswell", "Zen", "SkylakeX", "Cooperlake", "Sapphirerapids", "Excavator"})
        if (core == known) return true;
    return false;
}

// The newest kernels of OpenBLAS 0.3.21 that this processor can run; none if the old ones are right.
const char* better_core() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
    return nullptr;
}

bool multiplies_rightly() {
    const int m = 37, n = 29, k = 41;
    std::vector<float> a(m * k), b(k * n), c(m * n);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = float(i % 17) - 8;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = float(i % 13) - 6;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.data(), k, b.data(), n, 0, c.data(), n);
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            float sum = 0;  // whole numbers: every order of adding gives the same
            for (std::size_t l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
            if (c[i * n + j] != sum) return false;
        }
    return true;
}

void restart_with(const char* core) {
    setenv("OPENBLAS_CORETYPE", core, 1);
    symbol<void()>("gotoblas_dynamic_quit")();
    symbol<void()>("gotoblas_dynamic_init")();
    unsetenv("OPENBLAS_CORETYPE");
}

Blas look() {
    const std::string core = core_name();
    const char* better = better_core();
    const bool can_restart = symbol<void()>("gotoblas_dynamic_quit") && symbol<void()>("gotoblas_dynamic_init");
    if (core == "unknown" || uses_avx2(core) || !better || !can_restart || std::getenv("OPENBLAS_CORETYPE"))
        return {core, false};
    restart_with(better);
    if (multiplies_rightly()) return {core_name(), core_name() != core};
    restart_with(core.c_str());
    return {core_name(), false};
}

void set_blas_threads(int n) {
    static auto* set = symbol<void(int)>("openblas_set_num_threads");
    if (set && n > 0 && n != blas_threads()) set(n);
}

struct {
    std::mutex lock;
    int users = 0, before = 1;
} one_thread;

}  // namespace

const Blas& blas() {
    static const Blas b = look();
    return b;
}

int blas_threads() {
    static auto* get = symbol<int()>("openblas_get_num_threads");
    return get ? get() : 0;
}

OneBlasThread::OneBlasThread() {
    blas();
    const std::lock_guard hold(one_thread.lock);
    if (one_thread.users++ == 0) {
        one_thread.before = blas_threads();
        set_blas_threads(1);
    }
}

OneBlasThread::~OneBlasThread() {
    const std::lock_guard hold(one_thread.lock);
    if (--one_thread.users == 0) set_blas_threads(one_thread.before);
}

}  // namespace xtape
