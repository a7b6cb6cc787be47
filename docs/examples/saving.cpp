// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/nn/io/safetensors.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;
using Lengths = std::vector<std::size_t>;

void save(const nn::Module auto& model, const std::filesystem::path& path) {
    nn::io::Safetensors file;
    for (const auto& [name, parameter] : nn::parameters(model)) {
        const Array<double>& w = parameter->value();
        file.tensors[name] =
            nn::io::tensor<double>(Lengths(w.shape().begin(), w.shape().end()), std::span(w.data(), w.size()));
    }
    nn::io::write_safetensors(path, file);  // whole, or not at all
}

void load(nn::Module auto& model, const std::filesystem::path& path) {
    const auto file = nn::io::read_safetensors(path);  // anybody's file: what breaks the rules is refused
    for (const auto& [name, parameter] : nn::parameters(model)) {
        const Shape shape = parameter->shape();
        parameter->set(array_from<double>(file.get<double>(name, Lengths(shape.begin(), shape.end())), shape));
    }
}

int main() {
    const auto path = std::filesystem::temp_directory_path() / "xtape_model.safetensors";
    nn::RNN<double> trained({.inputs = 1, .hidden = 4, .outputs = 2}, 1),
        read({.inputs = 1, .hidden = 4, .outputs = 2}, 2);
    save(trained, path);
    load(read, path);
    std::filesystem::remove(path);
    const Variable<double> xs = filled<double>({3, 1, 1}, 0.5);
    std::cout << (trained(xs).value() == read(xs).value() ? "the same model\n" : "another model\n");
}
