// SPDX-License-Identifier: BSD-3-Clause
// Attention in several heads beside PyTorch's and Keras's: values and gradients, in float and in double.
#include <xtape/nn/attention.hpp>

#include "fixture.hpp"

namespace xtape::test {
namespace {

template <class T> Named<T> weights_of(const Fixture<T>& fixture, const std::string& prefix) {
    return named(fixture.name.starts_with("torch")
                     ? nn::io::attention_from_torch<T>(fixture.file, prefix + "parameters.")
                     : nn::io::attention_from_keras<T>(fixture.file, prefix + "parameters.attention/"));
}

// PyTorch's masks are 1 where there is nothing to see.
template <class T> nn::MultiHeadOptions options_of(const Fixture<T>& fixture) {
    nn::MultiHeadOptions options{.causal = contains(fixture.name, "causal")};
    if (fixture.has("key_padding_mask")) options.padding = nn::Padding(1 - fixture.steps("key_padding_mask"));
    if (fixture.has("attn_mask")) {
        const Array<T> seen_by = fixture.steps("attn_mask");  // (S, T): we have no other mask of both than this one
        for (std::size_t j = 0; j < seen_by.shape(0); ++j)
            for (std::size_t t = 0; t < seen_by.shape(1); ++t) CHECK((seen_by(j, t) == 1) == (j > t));
    }
    return options;
}

template <class T> void compare(const Fixture<T>& fixture) {
    const bool torch = fixture.name.starts_with("torch");  // it has the time first
    const auto turned = [&](const Variable<T>& v) { return torch ? v : batch_and_time_exchanged(v); };
    nn::Generator generator(1);
    nn::MultiHeadAttention<T> attention(6, 2, generator);
    set_parameters(attention, weights_of(fixture, ""));
    const Tape tape;
    const auto in = fixture.inputs();
    const auto [y, weights] =
        attention(turned(in.at("query")), turned(in.at("key")), turned(in.at("value")), options_of(fixture));
    if (torch) fixture.check_output("weights", weights.value());
    const Gradients<T> g = backward(fixture.total({{"y", turned(y)}}));
    fixture.check_inputs(g, in);
    fixture.check_parameters(g, attention, weights_of(fixture, fixture.precision + "gradients."));
}

const Compared torch{"torch-attention", "torch-attention-causal", "torch-attention-padding",
                     "torch-attention-causal-padding"};
TEST_CASE("PyTorch's MultiheadAttention, with every mask, is our MultiHeadAttention") {
    torch.each([]<class T>(const Fixture<T>& fixture) { compare(fixture); });
}

const Compared keras{"keras-attention", "keras-attention-causal"};
TEST_CASE("Keras's MultiHeadAttention, causal too, is ours") {
    keras.each([]<class T>(const Fixture<T>& fixture) { compare(fixture); });
}

}  // namespace
}  // namespace xtape::test
