// SPDX-License-Identifier: BSD-3-Clause
// A model goes into a file and comes back, arrays of two types do, and a gradient in a file is compared.
#include <xtape/nn/io/io.hpp>
#include <xtape/nn/nn.hpp>

#include <cstdio>

using namespace xtape;

int main(int, char** argv) {
    const std::filesystem::path folder = std::filesystem::path(argv[0]).parent_path();
    nn::RNN<float> trained({.inputs = 1, .hidden = 4, .outputs = 2}, 1),
        read({.inputs = 1, .hidden = 4, .outputs = 2}, 2);
    const Variable<float> xs = filled<float>({3, 1, 1}, 0.5F);
    nn::io::write_safetensors(folder / "model.safetensors", nn::io::to_safetensors(trained));
    nn::io::from_safetensors(read, nn::io::read_safetensors(folder / "model.safetensors"));
    const bool model = trained(xs).value() == read(xs).value();

    const Array<std::int64_t> labels{3, 1, 4};
    nn::io::save_npz(folder / "data.npz", {{"xs", xs.value()}, {"labels", labels}}, nn::io::Packing::deflated);
    const bool arrays = nn::io::load_npz<float>(folder / "data.npz", "xs") == xs.value() &&
                        nn::io::load_npz<std::int64_t>(folder / "data.npz", "labels") == labels;

    nn::io::save_npz(folder / "gradients.npz", {{"x", Array<float>(2 * xs.value())}});
    const bool gradient =
        static_cast<bool>(compare_gradients([](const Variable<float>& x) { return sum(square(x)); },
                                            nn::io::NpzGradients(folder / "gradients.npz"), xs.value()));
    std::printf("the same model: %d, the same arrays: %d, the same gradient: %d\n", model, arrays, gradient);
    return !(model && arrays && gradient);
}
