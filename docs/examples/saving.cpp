// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <xtape/nn/io/model.hpp>
#include <xtape/nn/nn.hpp>
using namespace xtape;

int main() {
    const auto path = std::filesystem::temp_directory_path() / "xtape_model.safetensors";
    nn::RNN<double> trained({.inputs = 1, .hidden = 4, .outputs = 2}, 1),
        read({.inputs = 1, .hidden = 4, .outputs = 2}, 2);
    nn::io::write_safetensors(path, nn::io::to_safetensors(trained));  // whole, or not at all
    nn::io::from_safetensors(read, nn::io::read_safetensors(path));  // anybody's file: what breaks the rules is refused
    std::filesystem::remove(path);
    const Variable<double> xs = filled<double>({3, 1, 1}, 0.5);
    std::cout << (trained(xs).value() == read(xs).value() ? "the same model\n" : "another model\n");
}
