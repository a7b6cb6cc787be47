// SPDX-License-Identifier: BSD-3-Clause
// Numbers that depend on what they are for, and on nothing else.
#include <thread>
#include <xtape/autodiff/checkpoint.hpp>
#include <xtape/nn/dropout.hpp>
#include <xtape/nn/parallel.hpp>
#include <xtape/nn/random.hpp>
#include <xtape/nn/rnn.hpp>

#include "../autodiff/support.hpp"

namespace xtape::test {
namespace {

using Words = std::array<std::uint64_t, 4>;
using Key = std::array<std::uint64_t, 2>;
__extension__ typedef unsigned __int128 Wide;

// Philox4x64-10 as the paper defines it: Salmon et al. 2011, section 3.3
Words philox(Words c, Key k) {
    for (int round = 0; round < 10; ++round) {
        const Wide a = Wide(0xd2e7470ee14c6c93) * c[0], b = Wide(0xca5a826395121157) * c[2];
        c = {std::uint64_t(b >> 64) ^ c[1] ^ k[0], std::uint64_t(b), std::uint64_t(a >> 64) ^ c[3] ^ k[1],
             std::uint64_t(a)};
        k = {k[0] + 0x9e3779b97f4a7c15, k[1] + 0xbb67ae8584caa73b};
    }
    return c;
}

TEST_CASE("the tests' own Philox has the known answers that Random123 publishes") {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
          Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
    CHECK(philox({all, all, all, all}, {all, all}) ==
          Words{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0});
    CHECK(philox({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                 {0x452821e638d01377, 0xbe5466cf34e90c6c}) ==
          Words{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6});
}

// The words that an array (steps, rows, features) is made of
Words words(const nn::Source& s, const nn::Draw& d, std::size_t t, std::size_t row, std::size_t block) {
    return philox({block | d.part << 48, d.layer, std::uint64_t(d.time) + t, s.row + row}, {s.seed, s.step});
}

TEST_CASE("arrays are the numbers of Philox for their seed, step, layer, time, row and part") {
    std::mt19937_64 generator(11);
    for (int trial = 0; trial < 20; ++trial) {
        const nn::Source s{generator(), generator(), generator() % 1000};
        nn::Draw d{generator(), std::ptrdiff_t(generator()), generator() % 65536, 1};
        if (trial == 0) d.time = nn::Draw::all_steps;
        const Shape shape{3, 2, 1 + generator() % 20};
        const Array<double> u = nn::uniform<double>(shape, s, d);
        const Array<float> f = nn::uniform<float>(shape, s, d);
        const Array<double> m = nn::bernoulli<double>(shape, 0.3, s, d);
        CHECK(same_bits(Array<float>(xt::cast<float>(m)), nn::bernoulli<float>(shape, 0.3, s, d)));
        for (std::size_t t = 0; t < 3; ++t)
            for (std::size_t r = 0; r < 2; ++r)
                for (std::size_t i = 0; i < shape[2]; ++i) {
                    const std::uint64_t word = words(s, d, t, r, i / 4)[i % 4];
                    CHECK(u(t, r, i) == std::ldexp(double(word >> 11), -53));
                    CHECK(f(t, r, i) == std::ldexp(float(word >> 40), -24));
                    const std::uint64_t pair = words(s, d, t, r, i / 8)[i / 2 % 4];
                    const auto half = std::uint32_t(i % 2 ? pair >> 32 : pair);
                    CHECK(m(t, r, i) == (std::ldexp(double(half), -32) < 0.3 ? 1 : 0));
                }
    }
}

TEST_CASE("shapes of any rank and size; what cannot be drawn is refused") {
    const nn::Source s{1, 2, 3};
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{3, 0}, Shape{0, 3}, Shape{2, 1, 3, 2}})
        CHECK(nn::uniform<double>(shape, s, {}).shape() == shape);
    const Array<double> flat = nn::uniform<double>({4, 6}, s, {}), cube = nn::uniform<double>({4, 3, 2}, s, {});
    CHECK(std::equal(flat.begin(), flat.end(), cube.begin()));  // features are counted, whatever their axes
    CHECK(nn::uniform<double>({}, s, {})() == flat(0, 0));
    CHECK(nn::bernoulli<double>({50, 9}, 0, s, {}) == zeros<double>({50, 9}));
    CHECK(nn::bernoulli<double>({50, 9}, 1, s, {}) == filled<double>({50, 9}, 1));
    CHECK(contains(thrown([&] { (void)nn::uniform<double>({3}, s, {.axis = 1}); }),
                   "[uniform] the array must have the axis of rows, 1; got shape (3,)"));
    CHECK(contains(thrown([&] { (void)nn::bernoulli<double>({3}, 0.5, s, {.axis = 1}); }),
                   "[bernoulli] the array must have the axis of rows, 1; got shape (3,)"));
    for (const double p : {-0.1, 1.1, std::nan("")})
        CHECK(contains(thrown([&] { (void)nn::bernoulli<double>({3}, p, s, {}); }),
                       "[bernoulli] a probability must be in [0, 1]; got "));
    const int line = __LINE__ + 1;
    const std::string none = thrown([] { (void)nn::source(); });
    CHECK(none == at(__FILE__, line) + "[random] numbers of training are drawn inside of an nn::Training; got none");
}

struct Mean {
    double mean, deviation;  // the deviation of the mean from what is expected, in standard deviations
};
Mean mean_of(const Array<double>& x, double expected, double variance) {
    double sum = 0;
    for (const double v : x) sum += v;
    const double n = double(x.size()), mean = sum / n;
    return {mean, (mean - expected) / std::sqrt(variance / n)};
}

TEST_CASE("numbers are uniform, and those of other seeds, steps, layers, times, rows and parts are independent") {
    const Shape shape{500, 200};
    const nn::Source s{5, 7, 0};
    const auto centred = [&](const nn::Source& from, const nn::Draw& d) {
        return Array<double>(nn::uniform<double>(shape, from, d) - 0.5);
    };
    const Array<double> x = centred(s, {1});
    CHECK(std::abs(mean_of(x, 0, 1.0 / 12).deviation) < 4);
    CHECK(std::abs(mean_of(x * x, 1.0 / 12, 1.0 / 180).deviation) < 4);
    std::array<double, 64> bins{};
    for (const double v : x) ++bins[std::size_t((v + 0.5) * 64)];
    double chi2 = 0;
    for (const double n : bins) chi2 += (n - 1e5 / 64) * (n - 1e5 / 64) / (1e5 / 64);
    CHECK(std::abs(chi2 - 63) < 4 * std::sqrt(2 * 63));
    const std::vector<std::pair<const char*, Array<double>>> others{
        {"seed", centred({6, 7, 0}, {1})},    {"step", centred({5, 8, 0}, {1})},
        {"layer", centred(s, {2})},           {"time", centred(s, {1, 1})},
        {"part", centred(s, {1, 0, 1})},      {"rows", centred({5, 7, 1}, {1})},
        {"swapped", centred({7, 5, 0}, {1})}, {"all steps", centred(s, {1, nn::Draw::all_steps})}};
    for (const auto& other : others) {
        const double off = mean_of(x * other.second, 0, 1.0 / 144).deviation;
        INFO(other.first, ", seeds 5 and 7: correlation is ", off, " standard deviations from 0");
        CHECK(std::abs(off) < 4);
    }
    for (const double p : {0.001, 0.1, 0.5, 0.9}) {
        const auto found = mean_of(nn::bernoulli<double>(shape, p, s, {3}), p, p * (1 - p));
        INFO("p ", p, ": mean ", found.mean);
        CHECK(std::abs(found.deviation) < 4);
    }
}

TEST_CASE("a training holds where it lives: on its thread, nested, and not in an evaluation") {
    CHECK(!nn::training());
    {
        const nn::Training outer({.seed = 1, .step = 2, .row = 3});
        CHECK((nn::training() && nn::source().seed == 1 && nn::source().step == 2 && nn::source().row == 3));
        {
            const nn::Training inner({.seed = 4});
            CHECK((nn::source().seed == 4 && nn::source().row == 0));
            const nn::Evaluation evaluation;
            CHECK(!nn::training());
        }
        CHECK(nn::source().seed == 1);
        bool elsewhere = true;
        std::thread([&] { elsewhere = nn::training(); }).join();
        CHECK(!elsewhere);
        CHECK_THROWS_AS(
            [] {
                const nn::Training t({.seed = 9});
                throw 1;
            }(),
            int);
        CHECK(nn::source().seed == 1);
    }
    CHECK(!nn::training());
}

constexpr std::size_t steps = 5, rows = 11;

// A recurrent network with dropout before and after, on rows [begin, end) of a batch; what it dropped is noted.
struct Task {
    nn::RNN<double> model{{3, 6, 2}, 7};
    nn::Dropout before{0.4, 1};
    nn::VariationalDropout after{0.3, 2};
    Array<double> xs = random_array<double>({steps, rows, 3}, 1);
    mutable Array<double> seen = zeros<double>({steps, rows, 3});

    Variable<double> operator()(std::size_t begin, std::size_t end) const {
        const Variable<double> x = slice(Variable<double>(xs), 1, std::ptrdiff_t(begin), std::ptrdiff_t(end));
        const Variable<double> dropped = before(x);
        for (std::size_t t = 0; t < steps; ++t)
            for (std::size_t r = begin; r < end; ++r)
                for (std::size_t i = 0; i < 3; ++i) seen(t, r, i) = dropped.value()(t, r - begin, i);
        const auto run = nn::unroll(model.cell, dropped, model.cell.initial(end - begin));
        return mean(square(model.readout(after(run.last))));
    }
};

TEST_CASE("a row has its bits on any number of threads and in shards of any size") {
    Task task;
    std::vector<Array<double>> whole;
    {
        const Tape tape;
        const nn::Training training({.seed = 3, .step = 9});
        const auto g = backward(task(0, rows));
        for (const auto& p : nn::wanted(task.model)) whole.push_back(g[p]);
    }
    const Array<double> expected = task.seen;
    CHECK(expected != task.xs);
    for (const std::size_t size : {1u, 2u, 3u, 4u, 11u, 50u}) {
        std::vector<Array<double>> one;
        for (const std::size_t threads : {1u, 2u, 3u})
            for (const bool inside : {false, true}) {  // the training is made by the caller, or by each shard
                INFO("shards of ", size, ", threads ", threads, ", inside ", inside, ", seeds 1, 3, 7 and 9");
                task.seen.fill(0);
                const auto loss = [&](std::size_t begin, std::size_t end) {
                    const nn::Training own({.seed = 3, .step = 9, .row = begin});
                    return task(begin, end);
                };
                const nn::Training training({.seed = 3, .step = 9});
                const auto g = inside ? nn::parallel_grad(task.model, rows, loss, {threads, size}).gradients
                                      : nn::parallel_grad(task.model, rows, task, {threads, size}).gradients;
                CHECK(same_bits(task.seen, expected));
                for (std::size_t i = 0; const auto& p : nn::wanted(task.model)) {
                    CHECK(distance(g[p], whole[i]) <= 1e-14);
                    if (one.size() < whole.size()) one.push_back(g[p]);
                    CHECK(same_bits(g[p], one[i++]));
                }
            }
    }
    const auto other = [&](std::uint64_t seed, std::uint64_t step) {
        const nn::Training training({.seed = seed, .step = step});
        (void)task(0, rows);
        return task.seen;
    };
    CHECK(same_bits(other(3, 9), expected));
    CHECK(other(3, 10) != expected);
    CHECK(other(4, 9) != expected);
}

static_assert(!std::default_initializable<nn::Training>, "one mask for all steps would be too easy to write");

TEST_CASE("a training has the seed and the step that it is given") {
    const auto drawn = [](const nn::TrainingStep& s) { return nn::uniform<double>({5}, {s.seed, s.step}, {}); };
    const nn::Training training(4, 7);
    CHECK(same_bits(nn::uniform<double>({5}, nn::source(), {}), drawn({.seed = 4, .step = 7})));
    const nn::Training inner({.seed = 4, .step = 8});
    CHECK(same_bits(nn::uniform<double>({5}, nn::source(), {}), drawn({.seed = 4, .step = 8})));
}

TEST_CASE("a checkpoint that is computed again, after the training's end, drops what it dropped") {
    const nn::RNN<double> model({3, 6, 2}, 7);
    const nn::Dropout drop(0.4, 1);
    const Array<double> xs = random_array<double>({steps, 2, 3}, 1);
    const auto segment = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        return [&, from, to](const Variable<double>& h) {
            Variable<double> s = h;
            for (std::ptrdiff_t t = from; t < to; ++t) s = drop(model.cell(select(Variable<double>(xs), 0, t), s), t);
            return s;
        };
    };
    const auto gradients = [&](bool again) {
        const Tape tape;
        const Variable<double> start = variable(zeros<double>({2, 6}));
        Variable<double> y;
        {
            const nn::Training training({.seed = 8, .step = 1, .row = 4});
            const auto inner = segment(2, 4);
            const auto nested = [&, inner](const Variable<double>& h) {
                return segment(4, 5)(again ? checkpoint<double>(inner, h) : inner(h));
            };
            const Variable<double> h = again ? checkpoint<double>(segment(0, 2), start) : segment(0, 2)(start);
            y = sum(square(again ? checkpoint<double>(nested, h) : nested(h)));
        }
        std::vector<Variable<double>> wanted = nn::wanted(model);
        wanted.push_back(start);
        const auto g = recorded_backward(y, wanted);
        std::vector<Array<double>> all;
        for (const auto& v : wanted) all.push_back(g[v].value());
        const auto second = backward(sum(square(g[model.cell.wh])), wanted);
        for (const auto& v : wanted) all.push_back(second[v]);
        CHECK(!nn::training());
        return all;
    };
    const auto plain = gradients(false), again = gradients(true);
    for (std::size_t i = 0; i < plain.size(); ++i) CHECK(distance(again[i], plain[i]) <= 1e-13);
    CHECK(distance(plain[1], zeros<double>({6, 6})) > 1e-3);
}

}  // namespace
}  // namespace xtape::test
