// SPDX-License-Identifier: BSD-3-Clause
// Gradients of a batch that is cut into shards: the same as of the whole, and the same bits on any number of threads.
#include <dlfcn.h>

#include <atomic>
#include <thread>
#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/flush.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

template <class T> struct Task {
    nn::RNN<T> model{{5, 11, 3}, 7};
    Array<T> xs;  // (T, B, I)
    Indices labels;
    explicit Task(std::size_t rows, unsigned seed = 1, std::size_t steps = 4)
        : xs(random_array<T>({steps, rows, 5}, seed)), labels(rows) {
        std::mt19937 generator(seed);
        for (std::int64_t& label : labels) label = std::int64_t(generator() % 3);
    }
    Variable<T> operator()(std::size_t begin, std::size_t end) const {
        const Variable<T> part = slice(Variable<T>(xs), 1, std::ptrdiff_t(begin), std::ptrdiff_t(end));
        const auto b = labels.begin();
        return cross_entropy(model(part), Indices(b + std::ptrdiff_t(begin), b + std::ptrdiff_t(end)));
    }
    nn::LossAndGradients<T> run(const nn::Shards& shards) const {
        return nn::parallel_grad(model, labels.size(), *this, shards);
    }
};

template <class T> bool same(const nn::LossAndGradients<T>& a, const nn::LossAndGradients<T>& b) {
    const auto &x = a.gradients.items(), &y = b.gradients.items();
    bool all = a.loss == b.loss && x.size() == 5 && y.size() == 5;
    for (std::size_t i = 0; all && i < 5; ++i)
        all = x[i].names == y[i].names && same_bits(*x[i].gradient, *y[i].gradient);
    return all;
}

template <class T> double worst_off(const nn::LossAndGradients<T>& a, const Task<T>& task) {
    const Tape tape;
    const Variable<T> loss = task(0, task.labels.size());
    const Gradients<T> whole = backward(loss, nn::wanted(task.model));
    double worst = std::abs(double(a.loss) - double(loss.value()()));
    for (const Variable<T>& p : nn::wanted(task.model)) {
        REQUIRE(whole.find(p));
        worst = std::max(worst, distance(a.gradients[p], whole[p]));
    }
    return worst;
}

#if defined(__SSE__)
bool mode_is(unsigned mode) { return (_mm_getcsr() & 0x8040) == mode; }
#else
bool mode_is(unsigned) { return true; }
#endif

int blas_threads(int set = 0) {
    static auto* get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    static auto* put = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (put && set) put(set);
    return get ? get() : 1;
}

TEST_CASE("shards give the bits of one thread on any number of threads, and the gradient of the whole batch") {
    double worst = 0, worst_float = 0;
    for (const std::size_t batch : {1u, 32u, 37u, 64u})
        for (const std::size_t rows : {1u, 5u, 8u, 32u, 37u, 100u}) {
            INFO("batch ", batch, ", rows ", rows, ", seed 1");
            const Task<double> task(batch);
            const Task<float> floats(batch);
            const auto one = task.run({1, rows});
            const auto one_float = floats.run({1, rows});
            for (const std::size_t threads : {2u, 3u, 8u, 0u}) {
                INFO("threads ", threads);
                CHECK(same(task.run({threads, rows}), one));
                CHECK(same(floats.run({threads, rows}), one_float));
            }
            worst = std::max(worst, worst_off(one, task));
            worst_float = std::max(worst_float, worst_off(one_float, floats));
        }
    CHECK(worst <= 1e-12);
    CHECK(worst_float <= 2e-6);
    MESSAGE("worst difference from the whole batch ", worst, ", in float ", worst_float);
}

TEST_CASE("bits of a shard depend neither on the size nor on the content of others, nor on its place") {
    const std::size_t rows = 8;
    const Task<float> alone(rows, 3);
    const auto expected = alone.run({1, rows});
    for (const std::size_t batch : {16u, 64u})
        for (const std::size_t place : {0u, 1u}) {
            INFO("batch ", batch, ", place ", place, ", seeds 3 and 4");
            Task<float> task(batch, 4);
            task.model = alone.model;
            for (std::size_t t = 0; t < 4; ++t) std::copy_n(&alone.xs(t, 0, 0), rows * 5, &task.xs(t, place * rows, 0));
            std::copy_n(alone.labels.begin(), rows, task.labels.begin() + std::ptrdiff_t(place * rows));
            // Others count nothing, and a power of two as the weight changes no bit of what is left.
            const auto only = [&](std::size_t begin, std::size_t end) {
                return begin == place * rows ? task(begin, end) : task(begin, end) * 0.0f;
            };
            const auto got = nn::parallel_grad(task.model, batch, only, {2, rows});
            CHECK(got.loss * float(batch / rows) == expected.loss);
            for (std::size_t i = 0; i < 5; ++i) {
                const Array<float> g = *got.gradients.items()[i].gradient * float(batch / rows);
                CHECK(distance(g, *expected.gradients.items()[i].gradient) == 0);
            }
        }
}

TEST_CASE("what a shard throws is thrown, that of the first shard; nothing changes and the threads work on") {
    Task<double> task(40);
    const auto before = task.run({3, 8});
    const Array<double> w = task.model.cell.wh.value();
    for (const std::size_t threads : {1u, 2u, 3u, 8u}) {
        INFO("threads ", threads);
        const auto bad = [&](std::size_t begin, std::size_t end) {
            if (begin == 16) fail(Where{}, "shard", "two must do");
            return begin == 32 ? throw 4 : task(begin, end);
        };
        CHECK(thrown([&] { (void)nn::parallel_grad(task.model, 40, bad, {threads, 8}); }) == "[shard] two must do");
        const auto worse = [&](std::size_t begin, std::size_t end) { return begin == 8 ? throw 1 : task(begin, end); };
        CHECK_THROWS_AS((void)nn::parallel_grad(task.model, 40, worse, {threads, 8}), int);
        const auto wide = [&](std::size_t begin, std::size_t end) { return task(begin, end) * filled<double>({2}, 1); };
        CHECK(contains(thrown([&] {
                           (void)nn::parallel_grad(task.model, 40, wide, {threads, 8});
                       }),
                       "[parallel_grad] the loss of a shard must be one number; got shape (2,); try mean(y)"));
        CHECK(!recording());
        CHECK(same_bits(task.model.cell.wh.value(), w));
        CHECK(same(task.run({threads, 8}), before));
    }
    CHECK(contains(thrown([&] { (void)nn::parallel_grad(task.model, 0, task); }), "must have rows; got 0 and 32"));
    CHECK(contains(thrown([&] { (void)task.run({1, 0}); }), "[parallel_grad] a batch and its shards must have rows"));
}

TEST_CASE("a loss may run shards of its own") {
    const Task<double> task(24);
    const auto expected = task.run({1, 8});
    std::atomic<int> good = 0;
    const auto nested = [&](std::size_t begin, std::size_t end) {
        good += same(task.run({4, 8}), expected);
        return task(begin, end);
    };
    for (const std::size_t threads : {1u, 3u})
        CHECK(same(nn::parallel_grad(task.model, 24, nested, {threads, 8}), expected));
    CHECK(good == 6);
}

TEST_CASE("two threads may call at once") {
    const Task<double> a(40, 5), b(33, 6);
    const auto expected_a = a.run({1, 8}), expected_b = b.run({1, 8});
    std::atomic<int> good = 0;
    std::thread other([&] {
        for (int i = 0; i < 25; ++i) good += same(a.run({3, 8}), expected_a);
    });
    for (int i = 0; i < 25; ++i) good += same(b.run({3, 8}), expected_b);
    other.join();
    CHECK(good == 50);
}

TEST_CASE("tasks run once each, with one BLAS thread and denormals flushed, and the caller gets back what it had") {
    if (blas().core == "unknown") return;  // not OpenBLAS
    const int before = blas_threads();
    blas_threads(2);
    for (const std::size_t tasks : {0u, 1u, 3u, 1000u})
        for (const bool throws : {false, true}) {
            std::vector<std::atomic<int>> ran(tasks);
            std::atomic<bool> good = true;
            const auto task = [&](std::size_t i) {
                ++ran[i];
                if (blas_threads() != 1 || recording() || !mode_is(0x8040)) good = false;
                if (throws) throw std::runtime_error(std::to_string(i));
            };
            if (throws && tasks)
                CHECK_THROWS_WITH_AS(nn::run_parallel(tasks, 3, task), "0", std::runtime_error);
            else
                nn::run_parallel(tasks, 3, task);
            CHECK((good && mode_is(0)));  // as every thread begins
            CHECK(blas_threads() == 2);
            for (const auto& n : ran) CHECK(n == 1);
        }
    blas_threads(before);
}

TEST_CASE("what a loss does not use has the gradient 0, and what some shards use has theirs") {
    const Task<double> task(20);
    const auto& m = task.model;
    const auto loss = [&](std::size_t begin, std::size_t end) {
        const Variable<double> y = sum(square(m.readout.c)) * double(end - begin);
        return begin == 8 ? y + sum(m.cell.b * 3.0) : y;
    };
    const auto g = nn::parallel_grad(m, 20, loss, {2, 8}).gradients;
    CHECK(same_bits(g["cell.wx"], zeros<double>({5, 11})));
    CHECK(same_bits(g[m.cell.wh], zeros<double>({11, 11})));
    CHECK(distance(g["cell.b"], filled<double>({11}, 3 * 0.4)) <= 1e-15);  // which the first shard did not use
}

}  // namespace
}  // namespace xtape::test
