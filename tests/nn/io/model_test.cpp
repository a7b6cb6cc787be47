// SPDX-License-Identifier: BSD-3-Clause
// Models in files: parameters and buffers by path.
#include <xtape/nn/io/model.hpp>
#include <xtape/nn/nn.hpp>

#include "scratch.hpp"

namespace {

using namespace xtape;

auto network(std::uint64_t seed) {
    nn::Generator bits(seed);
    return nn::Sequential{nn::Linear<double>(3, 4, bits), nn::BatchNorm<double>(4), nn::Linear<double>(4, 2, bits)};
}

TEST_CASE("a model is saved and loaded whole, what it knows of batches included") {
    const Scratch scratch;
    auto trained = network(1), read = network(2);
    nn::Statistics statistics;
    const Variable<double> x(Array<double>{{1, 2, 3}, {3, 1, -2}, {0, 4, 1}});
    {
        const nn::Training training({.statistics = &statistics});
        (void)trained(x);
    }
    nn::update(trained, statistics);
    CHECK(trained(x).value() != read(x).value());
    nn::io::write_safetensors(scratch / "m.safetensors", nn::io::to_safetensors(trained));
    nn::io::from_safetensors(read, nn::io::read_safetensors(scratch / "m.safetensors"));
    CHECK(trained(x).value() == read(x).value());
    CHECK(std::get<1>(read.layers).mean == std::get<1>(trained.layers).mean);
}

TEST_CASE("a file without all of the model is refused, and nothing is changed") {
    auto model = network(1);
    const auto before = nn::io::to_safetensors(model);
    const auto refused = [&](const nn::io::Safetensors& file, const std::string& name) {
        const std::string text = message([&] { nn::io::from_safetensors(model, file); });
        INFO(text);
        CHECK(contains(text, name));
        CHECK(nn::io::to_safetensors(model).tensors == before.tensors);
    };
    for (const char* name : {"0.w", "1.mean", "2.b"}) {
        auto file = nn::io::to_safetensors(network(2));
        file.tensors.erase(name);
        refused(file, name);
        file.tensors[name] = nn::io::tensor<double>({1}, std::array{7.0});
        refused(file, name);
    }
    nn::Generator bits(1);
    refused(nn::io::to_safetensors(nn::Sequential{nn::Linear<float>(3, 4, bits)}), "0.w");
}

}  // namespace
