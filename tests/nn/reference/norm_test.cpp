// SPDX-License-Identifier: BSD-3-Clause
// Norms beside PyTorch's and Keras's: values and gradients, in float and in double.
#include <xtape/nn/batch_norm.hpp>

#include "fixture.hpp"

namespace xtape::test {
namespace {

using Names = std::map<std::string, std::string>;  // ours, theirs
const Names torch_names{{"g", "weight"}, {"b", "bias"}}, keras_names{{"g", "norm/gamma"}, {"b", "norm/beta"}};

template <class T, nn::Module M> void compare(const Fixture<T>& fixture, M& layer, const Names& names) {
    for (const auto& [path, p] : nn::parameters(layer)) p->set(fixture.parameter(names.at(path)));
    const Tape tape;
    const auto in = fixture.inputs();
    const Gradients<T> g = backward(fixture.total({{"y", layer(in.at("x"))}}));
    fixture.check_inputs(g, in);
    for (const auto& [path, p] : nn::parameters(layer)) {
        const std::string theirs = "parameters." + names.at(path);
        fixture.check_gradient(theirs, g[*p], fixture.gradient(theirs));
    }
}

const Compared torch_layer_norm{"torch-layer-norm"}, keras_layer_norm{"keras-layer-norm"};
TEST_CASE("PyTorch's LayerNorm and Keras's LayerNormalization are our LayerNorm") {
    torch_layer_norm.each([]<class T>(const Fixture<T>& fixture) {
        nn::LayerNorm<T> layer(5);
        compare(fixture, layer, torch_names);
    });
    keras_layer_norm.each([]<class T>(const Fixture<T>& fixture) {
        nn::LayerNorm<T> layer(5, T(1e-3));
        compare(fixture, layer, keras_names);
    });
}

const Compared rms_norm{"torch-rms-norm"};
TEST_CASE("PyTorch's RMSNorm is ours") {
    rms_norm.each([]<class T>(const Fixture<T>& fixture) {
        nn::RMSNorm<T> layer(5);
        compare(fixture, layer, torch_names);
    });
}

template <class T> nn::BatchNorm<T> batch_norm_of(const Fixture<T>& fixture) {
    nn::BatchNorm<T> layer(4);
    layer.mean = nn::io::array_of<T>(fixture.file, "buffers.running_mean");
    layer.variance = nn::io::array_of<T>(fixture.file, "buffers.running_var");
    return layer;
}
template <class T> void check_buffers(const Fixture<T>& fixture, const nn::BatchNorm<T>& layer) {
    fixture.check_output("running_mean", layer.mean);
    fixture.check_output("running_var", layer.variance);
}

const Compared batch_norm_train{"torch-batch-norm-train"}, batch_norm_eval{"torch-batch-norm-eval"};
TEST_CASE("PyTorch's BatchNorm1d in training is our BatchNorm in a Training, and update keeps the same") {
    batch_norm_train.each([]<class T>(const Fixture<T>& fixture) {
        nn::BatchNorm<T> layer = batch_norm_of(fixture);
        nn::Statistics statistics;
        {
            const nn::Training training({.statistics = &statistics});
            compare(fixture, layer, torch_names);
        }
        nn::update(layer, statistics);
        check_buffers(fixture, layer);
    });
}
TEST_CASE("PyTorch's BatchNorm1d in evaluation is our BatchNorm outside of a Training") {
    batch_norm_eval.each([]<class T>(const Fixture<T>& fixture) {
        nn::BatchNorm<T> layer = batch_norm_of(fixture);
        compare(fixture, layer, torch_names);
        check_buffers(fixture, layer);
    });
}

}  // namespace
}  // namespace xtape::test
