// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/bidirectional.hpp>

#include <algorithm>

#include "apps/data/tasks.hpp"
#include "both_ways.hpp"
#include "networks.hpp"

namespace xtape::apps::memory {
namespace {

// Reads with one cell, or from both ends with two, and says something at each step: (T, B, I) -> (T, B, K).
struct Tagger {
    using value_type = float;
    Way way;
    std::vector<nn::RNNCell<float>> cells;
    nn::Readout<float> readout;

    Tagger(Way w, const nn::RNNSizes& sizes, nn::Generator&& generator)
        : way(w),
          cells(made(w == Way::both ? 2 : 1, sizes, generator)),
          readout(cells.size() * sizes.hidden, sizes.outputs, generator) {
        nn::name_parameters(*this);
    }
    V operator()(const V& xs) const {
        const V h = cells[0].initial(xs.value().shape()[1]);
        if (way == Way::both) return readout(nn::bidirectional(cells[0], cells[1], xs, h, h).outputs());
        return readout(nn::unroll(cells[0], xs, h, {.reverse = way == Way::backward}).outputs());
    }
    template <class F> void visit(F&& f) { f("cells", cells), f("readout", readout); }

private:
    static std::vector<nn::RNNCell<float>> made(std::size_t n, const nn::RNNSizes& sizes, nn::Generator& generator) {
        std::vector<nn::RNNCell<float>> all;
        while (all.size() < n) all.emplace_back(sizes.inputs, sizes.hidden, generator);
        return all;
    }
};

constexpr std::size_t bits = 2, classes = 4;  // one-hot bits; two of them

// Who reads one way has at least as many parameters as who reads both ways.
Tagger tagger(const Settings& s, Way way, std::uint64_t seed) {
    const auto made = [&](Way w, std::size_t hidden) {
        return Tagger(w, {bits, hidden, classes}, nn::Generator(seed));
    };
    Tagger both = made(Way::both, s.hidden);
    if (way == Way::both) return both;
    std::size_t hidden = s.hidden;
    while (nn::count(made(way, hidden)) < nn::count(both)) ++hidden;
    return made(way, hidden);
}

// Random bits. The label of step t has those of steps t - d and t + d, for d <= t < T - d.
Classification<float> two_sided(std::size_t steps, std::size_t d, std::size_t batch, std::uint64_t seed) {
    auto task = delayed_recall<float>(steps, 0, bits, batch, seed);
    task.labels.clear();
    for (std::size_t t = d; t + d < steps; ++t)
        for (std::size_t b = 0; b < batch; ++b)
            task.labels.push_back(2 * (task.xs(t - d, b, 1) > 0) + (task.xs(t + d, b, 1) > 0));
    return task;
}

// What is said of the steps that have labels: (N, classes)
V said(const Tagger& model, const Classification<float>& batch, std::size_t d) {
    const V all = model(batch.xs);
    const auto first = static_cast<std::ptrdiff_t>(model.way == Way::late ? 2 * d : d);
    const auto n = static_cast<std::ptrdiff_t>(batch.xs.shape()[0] - 2 * d);
    return reshape(slice(all, 0, first, first + n), {batch.labels.size(), classes});
}

void count_sides(Sides& sides, const Array<float>& scores, const Indices& labels) {
    const double one = 1 / static_cast<double>(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const float* row = scores.data() + i * classes;
        const std::int64_t answer = std::max_element(row, row + classes) - row;
        if (answer / 2 == labels[i] / 2) sides.before += one;
        if (answer % 2 == labels[i] % 2) sides.after += one;
    }
}

}  // namespace

Sides train(const Settings& s, const Reading& plan, std::uint64_t seed) {
    const auto data = [&](std::size_t step) {
        return two_sided(s.steps, plan.distance, step ? 32 : 256, (seed << 32) + step);
    };
    Tagger model = tagger(s, plan.way, seed);
    Sides sides;
    sides.parameters = nn::count(model);
    sides.learnt = learn(model, {.steps = s.training_steps}, data, [&](const Tagger& m, const auto& batch) {
        return classified(said(m, batch, plan.distance), batch.labels);
    });
    const NoGrad constants;
    const auto test = data(0);
    count_sides(sides, said(model, test, plan.distance).value(), test.labels);
    return sides;
}

}  // namespace xtape::apps::memory
