// SPDX-License-Identifier: BSD-3-Clause
// Where weights begin.
#include <dlfcn.h>

#include <xtape/nn/init.hpp>

#include "orthonormal.hpp"

namespace xtape::test {
namespace {

struct Size {
    std::size_t rows, columns;
};
const std::vector<Size> sizes{{1, 1},     {1, 5},   {5, 1},   {2, 2},   {64, 64},
                              {128, 128}, {70, 33}, {33, 70}, {200, 3}, {3, 200}};

TEST_CASE("orthogonal weights have orthonormal columns, or rows if there are fewer, times the gain") {
    double worst = 0, worst_float = 0;
    nn::Generator generator(11);
    for (const Size& size : sizes) {
        const std::size_t rows = size.rows, columns = size.columns;
        INFO(rows, " x ", columns, ", seed 11");
        const Array<double> w = nn::orthogonal<double>(rows, columns, generator);
        CHECK(w.shape() == Shape{rows, columns});
        worst = std::max(worst, not_orthonormal(w, 1));
        worst_float = std::max(worst_float, not_orthonormal(nn::orthogonal<float>(rows, columns, generator), 1));
        CHECK(not_orthonormal(nn::orthogonal<double>(rows, columns, generator, 3), 3) <= 1e-11);
    }
    CHECK(worst <= 1e-12);
    CHECK(worst_float <= 1e-6);
    MESSAGE("worst ", worst, ", in float ", worst_float);
    CHECK(nn::orthogonal<float>(0, 3, generator).shape() == Shape{0, 3});
    CHECK(nn::orthogonal<float>(3, 0, generator).shape() == Shape{3, 0});
}

TEST_CASE("orthogonal weights are uniformly distributed: signs, traces and fourth powers (seed 12)") {
    nn::Generator generator(12);
    const int draws = 2000;
    int positive = 0;
    for (int i = 0; i < draws; ++i) positive += nn::orthogonal<double>(1, 1, generator)(0, 0) > 0;
    CHECK(std::abs(positive - draws / 2) < 4 * std::sqrt(draws) / 2);
    for (const std::size_t n : {2u, 6u}) {  // E tr = 0, E tr^2 = 1, E q^4 = 3 / (n (n + 2))
        double trace = 0, squares = 0, fourth = 0;
        for (int i = 0; i < draws; ++i) {
            const Array<double> q = nn::orthogonal<double>(n, n, generator);
            double own = 0;
            for (std::size_t k = 0; k < n; ++k) own += q(k, k), fourth += std::pow(q(k, 0), 4) / double(n) / draws;
            trace += own / draws;
            squares += own * own / draws;
        }
        INFO("n ", n, ": E tr ", trace, ", E tr^2 ", squares, ", E q^4 ", fourth);
        CHECK(std::abs(trace) < 0.1);
        CHECK(std::abs(squares - 1) < 0.15);
        CHECK(fourth == doctest::Approx(3.0 / double(n * (n + 2))).epsilon(0.02));
    }
}

TEST_CASE("Glorot weights fill (-a, a) evenly, a = gain sqrt(6 / (rows + columns))") {
    for (const double gain : {1.0, 0.5})
        for (const Size& size : {Size{100, 200}, Size{300, 28}, Size{1, 20000}}) {
            const std::size_t rows = size.rows, columns = size.columns;
            INFO(rows, " x ", columns, ", gain ", gain, ", seed 13");
            nn::Generator generator(13);
            const double a = gain * std::sqrt(6.0 / double(rows + columns));
            const Array<float> w = nn::glorot<float>(rows, columns, generator, gain);
            REQUIRE(w.shape() == Shape{rows, columns});
            double low = 0, high = 0, mean = 0, squares = 0;
            const double n = double(w.size());
            for (const float x : w) {
                low = std::min(low, double(x));
                high = std::max(high, double(x));
                mean += double(x) / n;
                squares += double(x) * double(x) / n;
            }
            CHECK((low >= -a * (1 + 1e-7) && low < -0.99 * a));
            CHECK((high <= a * (1 + 1e-7) && high > 0.99 * a));
            CHECK(std::abs(mean) < 4 * a / std::sqrt(3 * n));
            CHECK(squares == doctest::Approx(a * a / 3).epsilon(0.02 * a * a));
        }
    nn::Generator generator(1);
    CHECK(nn::glorot<double>(0, 0, generator).shape() == Shape{0, 0});
}

template <class T> void check_seeds() {
    for (const std::uint64_t seed : {1u, 2u, 1000003u}) {
        nn::Generator a(seed), b(seed), c(seed + 1);
        const Array<T> w = nn::orthogonal<T>(40, 30, a), g = nn::glorot<T>(40, 30, a);
        CHECK(same_bits(w, nn::orthogonal<T>(40, 30, b)));
        CHECK(same_bits(g, nn::glorot<T>(40, 30, b)));
        CHECK(distance(w, nn::orthogonal<T>(40, 30, c)) > 0.01);
        CHECK(distance(g, nn::glorot<T>(40, 30, c)) > 0.01);
        CHECK(distance(w, nn::orthogonal<T>(40, 30, a)) > 0.01);
    }
}

TEST_CASE("the same seed gives the same bits, another seed or the next draw others") {
    check_seeds<float>();
    check_seeds<double>();
}

TEST_CASE("the same seed gives the same bits on any number of BLAS threads") {
    auto* get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    auto* set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (!get || !set) return;
    const int before = get();
    std::vector<Array<float>> all;
    for (const int threads : {1, 2, 4}) {
        set(threads);
        nn::Generator generator(14);
        all.push_back(nn::orthogonal<float>(256, 256, generator));
        CHECK(same_bits(all.back(), all.front()));
    }
    set(before);
}

}  // namespace
}  // namespace xtape::test
