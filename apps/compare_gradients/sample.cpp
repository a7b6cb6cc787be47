// SPDX-License-Identifier: BSD-3-Clause
#include "sample.hpp"

#include <xtape/nn/init.hpp>

#include <cmath>

namespace xtape::apps {

Indices Sample::labels_of(std::size_t k) const {
    const auto batch = std::ptrdiff_t(arguments.back().array.shape()[0]), from = std::ptrdiff_t(k) * batch;
    return Indices(labels.begin() + from, labels.begin() + from + batch);
}
std::vector<Array<double>> Sample::values() const {
    std::vector<Array<double>> all;
    for (const auto& [name, array] : arguments) all.push_back(array);
    return all;
}
Names Sample::names() const {
    Names all;
    for (const auto& [name, array] : arguments) all.push_back(name);
    return all;
}

Sample random_sample(const Problem& p, const std::vector<std::pair<std::string, Shape>>& cell, std::size_t fields) {
    nn::Generator generator(p.seed);
    Sample sample{};
    const auto add = [&](const std::string& name, const Shape& shape) {
        // x W has about the variance of x
        const bool matrix = shape.size() == 2 && sample.parameters == 0;
        const double largest = p.scale * (matrix ? std::sqrt(3 / double(shape[0])) : 1);
        Array<double> a = zeros<double>(shape);
        for (double& e : a) e = largest * (2 * static_cast<double>(generator() >> 11) * 0x1p-53 - 1);
        sample.arguments.push_back({name, std::move(a)});
    };
    for (std::size_t d = 0; d < p.directions(); ++d)
        for (const auto& [name, shape] : cell) add(p.prefix(d) + name, shape);
    if (p.model == Model::attention) add("wa", {p.hidden, p.hidden});
    add("v", {p.features(), p.classes});
    add("c", {p.classes});
    sample.parameters = sample.arguments.size();
    add("x", {p.steps, p.batch, p.inputs});
    for (std::size_t d = 0; d < p.directions(); ++d)
        for (std::size_t k = 0; k < fields; ++k) add(p.prefix(d) + (k == 0 ? "h0" : "c0"), {p.batch, p.hidden});
    for (std::size_t i = 0; i < p.steps * p.batch; ++i)
        sample.labels.push_back(static_cast<std::int64_t>(generator() % p.classes));
    return sample;
}

}  // namespace xtape::apps
