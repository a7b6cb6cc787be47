// SPDX-License-Identifier: BSD-3-Clause
// What has no time, beside PyTorch's: values and gradients, in float and in double.
#include <xtape/nn/embedding.hpp>
#include <xtape/nn/linear.hpp>

#include "fixture.hpp"

namespace xtape::test {
namespace {

template <class T> void compare_linear(const Fixture<T>& fixture) {
    nn::Generator generator(1);
    nn::Linear<T> layer(4, 5, generator);
    set_parameters(layer, {{"w", nn::io::transposed(fixture.parameter("weight"))}, {"b", fixture.parameter("bias")}});
    const Tape tape;
    const auto in = fixture.inputs();
    const Gradients<T> g = backward(fixture.total({{"y", layer(in.at("x"))}}));
    fixture.check_inputs(g, in);
    fixture.check_parameters(
        g, layer,
        {{"w", nn::io::transposed(fixture.gradient("parameters.weight"))}, {"b", fixture.gradient("parameters.bias")}});
}

const Compared linear_files{"torch-linear"};
TEST_CASE("PyTorch's Linear is ours, with the weight transposed") {
    linear_files.each([]<class T>(const Fixture<T>& fixture) { compare_linear(fixture); });
}

template <class T> void compare_embedding(const Fixture<T>& fixture) {
    nn::Generator generator(1);
    nn::Embedding<T> layer(7, 4, generator);
    layer.w.set(fixture.parameter("weight"));
    xt::xarray<std::int64_t> index = xt::zeros<std::int64_t>({2, 3});
    const Indices flat = fixture.integers("index");
    std::copy(flat.begin(), flat.end(), index.begin());
    const Tape tape;
    const Gradients<T> g = backward(fixture.total({{"y", layer(index)}}));
    fixture.check_parameters(g, layer, {{"w", fixture.gradient("parameters.weight")}});
}

const Compared embedding_files{"torch-embedding"};
TEST_CASE("PyTorch's Embedding is ours") {
    embedding_files.each([]<class T>(const Fixture<T>& fixture) { compare_embedding(fixture); });
}

template <class T> void compare_cross_entropy(const Fixture<T>& fixture, double smoothing) {
    const Tape tape;
    const auto in = fixture.inputs();
    const Variable<T> y = cross_entropy(in.at("x"), fixture.integers("labels"), {.smoothing = smoothing});
    fixture.check_inputs(backward(fixture.total({{"y", y}})), in);
}

const Compared cross_entropy_files{"torch-cross-entropy"}, smoothed_files{"torch-cross-entropy-smoothed"};
TEST_CASE("PyTorch's CrossEntropyLoss, with smoothing too, is our cross_entropy") {
    cross_entropy_files.each([]<class T>(const Fixture<T>& fixture) { compare_cross_entropy(fixture, 0); });
    smoothed_files.each([]<class T>(const Fixture<T>& fixture) { compare_cross_entropy(fixture, 0.1); });
}

}  // namespace
}  // namespace xtape::test
