// SPDX-License-Identifier: BSD-3-Clause
// What has no time, beside PyTorch's: values and gradients, in float and in double.
#include <xtape/nn/linear.hpp>

#include "fixture.hpp"

namespace xtape::test {
namespace {

template <class T> void compare_linear() {
    const Fixture<T> fixture("torch-linear");
    nn::Generator generator(1);
    nn::Linear<T> layer(4, 5, generator);
    layer.w.set(nn::io::transposed(fixture.parameter("weight")));
    layer.b.set(fixture.parameter("bias"));
    const Tape tape;
    const Variable<T> x = variable(fixture.input("x"));
    const Gradients<T> g = backward(fixture.total({{"y", layer(x)}}));
    fixture.check_gradient("inputs.x", g[x]);
    fixture.check_gradient("w", g[layer.w], nn::io::transposed(fixture.gradient("parameters.weight")));
    fixture.check_gradient("parameters.bias", g[layer.b]);
}

TEST_CASE("PyTorch's Linear has our outputs and gradients") {
    compare_linear<float>();
    compare_linear<double>();
}

template <class T> void compare_cross_entropy() {
    const Fixture<T> fixture("torch-cross-entropy");
    const Tape tape;
    const Variable<T> x = variable(fixture.input("x"));
    const Gradients<T> g = backward(fixture.total({{"y", cross_entropy(x, fixture.integers("labels"))}}));
    fixture.check_gradient("inputs.x", g[x]);
}

TEST_CASE("PyTorch's cross-entropy has our value and gradient") {
    compare_cross_entropy<float>();
    compare_cross_entropy<double>();
}

}  // namespace
}  // namespace xtape::test
