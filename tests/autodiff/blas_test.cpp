// SPDX-License-Identifier: BSD-3-Clause
// Which kernels run. OpenBLAS chooses them when it is loaded, so each case that needs others is a process of its own.
#include <dlfcn.h>
#include <unistd.h>
#include <cstdlib>
#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/gemm.hpp>

#include "support.hpp"

namespace xtape::test {
namespace {

// This program's case of that name alone, with this environment; did it pass?
bool passes(const std::string& name, const std::string& environment) {
    char self[4096] = {};
    REQUIRE(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    const std::string command = "env -u OPENBLAS_CORETYPE " + environment + " '" + self + "' --no-skip --test-case='" +
                                name + "' --no-version >/dev/null";
    return std::system(command.c_str()) == 0;
}
bool can_restart() {
    return dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init") && dlsym(RTLD_DEFAULT, "openblas_get_corename");
}

// Whole numbers: every order of adding gives the same
template <class T> bool multiplies_rightly(std::size_t m, std::size_t n, std::size_t k) {
    std::vector<T> a(m * k), b(k * n), c(m * n);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = T(i % 17) - 8;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = T(i % 13) - 6;
    gemm<T>({a.data(), m, k, k}, {b.data(), k, n, n}, {c.data(), n});
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            T sum = 0;
            for (std::size_t l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
            if (c[i * n + j] != sum) return false;
        }
    return true;
}
void check_products() {
    for (const std::size_t n : {1u, 2u, 5u, 16u, 33u, 64u, 100u, 257u}) {
        if (sanitized && n > 64) continue;
        CAPTURE(n);
        CHECK(multiplies_rightly<float>(n, n + 3, 2 * n));
        CHECK(multiplies_rightly<double>(n, n + 3, 2 * n));
    }
}

// Only in a process of its own, whose library was loaded with kernels of 2004 that nobody asked for
TEST_CASE("hidden: kernels that are too old are mended" * doctest::skip()) {
    unsetenv("OPENBLAS_CORETYPE");
#if defined(__x86_64__)
    const bool newer = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    const bool newer = false;
#endif
    CHECK(blas().mended == newer);
    if (newer) CHECK((blas().core == "Haswell" || blas().core == "Zen" || blas().core == "SkylakeX"));
    CHECK(std::getenv("OPENBLAS_CORETYPE") == nullptr);
    check_products();
}
TEST_CASE("hidden: what a user asks for is respected" * doctest::skip()) {
    CHECK(blas().core == "Prescott");
    CHECK(!blas().mended);
    CHECK(std::string(std::getenv("OPENBLAS_CORETYPE")) == "Prescott");
    check_products();
}
TEST_CASE("hidden: this always fails" * doctest::skip()) { CHECK(std::getenv("XTAPE_NEVER_SET") != nullptr); }

TEST_CASE("kernels that are too old are mended, and multiply rightly") {
    CHECK(!passes("hidden: this always fails", ""));  // or a process that fails would not be seen
    if (!can_restart()) {
        MESSAGE("not an OpenBLAS with kernels for many processors: nothing to mend");
        return;
    }
    CHECK(passes("hidden: kernels that are too old are mended", "OPENBLAS_CORETYPE=Prescott"));
    CHECK(
        !passes("hidden: kernels that are too old are mended", "OPENBLAS_CORETYPE=Haswell"));  // nothing to mend there
}

TEST_CASE("a user's OPENBLAS_CORETYPE is respected") {
    if (can_restart()) CHECK(passes("hidden: what a user asks for is respected", "OPENBLAS_CORETYPE=Prescott"));
}

TEST_CASE("blas() names the kernels, once and for all") {
    CHECK(!blas().core.empty());
    CHECK(&blas() == &blas());
    MESSAGE("kernels: " << blas().core << std::string(blas().mended ? ", mended" : ""));
    check_products();
}

TEST_CASE("one BLAS thread for as long as anybody needs it, and then what was set before") {
    auto* get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    auto* set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (!get || !set) {
        MESSAGE("not OpenBLAS");
        return;
    }
    const int at_first = get();
    for (const int before : {1, 2}) {
        set(before);
        {
            const OneBlasThread outer;
            CHECK(get() == 1);
            {
                const OneBlasThread inner;
                CHECK(get() == 1);
            }
            CHECK(get() == 1);
            check_products();
        }
        CHECK(get() == before);
    }
    set(at_first);
}

}  // namespace
}  // namespace xtape::test
