// SPDX-License-Identifier: BSD-3-Clause
// What PyTorch and Keras computed: tests/reference/README.md lists the files and the names of their tensors.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/io/import.hpp>

#include "../../autodiff/support.hpp"

namespace xtape::test {

// A file, in the precision of T: float's numbers come from the framework's floats, double's from its doubles.
template <class T> struct Fixture {
    static constexpr bool single = sizeof(T) == sizeof(float);
    static constexpr double output_tolerance = single ? 1e-6 : 1e-13, gradient_tolerance = single ? 1e-5 : 1e-13;

    explicit Fixture(std::string n)
        : name(std::move(n)), file(nn::io::read_safetensors(XTAPE_TEST_DATA "/reference/" + name + ".safetensors")) {}

    Array<T> input(const std::string& key) const { return nn::io::array_of<T>(file, "inputs." + key); }
    Array<T> parameter(const std::string& key) const { return nn::io::array_of<T>(file, "parameters." + key); }
    Array<T> cotangent(const std::string& key) const { return nn::io::array_of<T>(file, "cotangents." + key); }
    Array<T> output(const std::string& key) const { return nn::io::array_of<T>(file, precision + "outputs." + key); }
    Array<T> gradient(const std::string& key) const {  // key: "inputs.x", "parameters.weight_ih_l0"
        return nn::io::array_of<T>(file, precision + "gradients." + key);
    }
    // Lengths, labels, indices, and masks of 0 and 1, flat.
    Indices integers(const std::string& key) const {
        const auto values = file.at(key).template values<std::int64_t>();
        return Indices(values.begin(), values.end());
    }

    // Compares the outputs; gives the sum of cotangent * output, whose gradients are the file's.
    using Output = std::pair<std::string, Variable<T>>;
    Variable<T> total(std::initializer_list<Output> outputs) const {
        Variable<T> all = 0;
        for (const Output& given : outputs) {
            INFO(name, ", output ", given.first);
            CHECK(distance(given.second.value(), output(given.first)) <= output_tolerance);
            all = all + sum(given.second * cotangent(given.first));
        }
        return all;
    }
    void check_gradient(const std::string& key, const Array<T>& ours, const Array<T>& theirs) const {
        INFO(name, ", gradient of ", key);
        CHECK(distance(ours, theirs) <= gradient_tolerance);
    }
    void check_gradient(const std::string& key, const Array<T>& ours) const {
        check_gradient(key, ours, gradient(key));
    }

    // A layer's weights, and the gradients of the loss with respect to them, in our layout.
    using Weights = nn::io::RecurrentWeights<T>;
    Weights torch(nn::io::Recurrent kind, std::size_t layer = 0, bool reverse = false) const {
        return nn::io::from_torch<T>(file, kind, {"parameters.", layer, reverse});
    }
    Weights torch_gradients(nn::io::Recurrent kind, std::size_t layer = 0, bool reverse = false) const {
        const std::string all = precision + "gradients.parameters.";
        return one_of_two_biases(nn::io::from_torch<T>(file, kind, {all, layer, reverse}));
    }
    Weights keras(nn::io::Recurrent kind, const std::string& layer) const {
        return nn::io::from_keras<T>(file, kind, "parameters." + layer);
    }
    Weights keras_gradients(nn::io::Recurrent kind, const std::string& layer) const {
        auto g = nn::io::from_keras<T>(file, kind, precision + "gradients.parameters." + layer);
        return g.bn.size() ? one_of_two_biases(std::move(g)) : g;  // the only layer of two
    }

    std::string name;
    nn::io::Safetensors file;
    const std::string precision = single ? "float." : "double.";

private:
    // Our bias is the sum of two: its gradient is that of either, and import has added both.
    static Weights one_of_two_biases(Weights g) {
        for (std::size_t i = 0; i + g.bn.size() < g.b.size(); ++i) g.b.data()[i] /= 2;
        return g;
    }
};

// (B, T, F) <-> (T, B, F): Keras has the batch first.
template <class T> Variable<T> batch_and_time_exchanged(const Variable<T>& xs) { return transpose(xs, {1, 0, 2}); }

}  // namespace xtape::test
