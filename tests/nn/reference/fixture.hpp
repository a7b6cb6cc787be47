// SPDX-License-Identifier: BSD-3-Clause
// What PyTorch and Keras computed: tests/reference/README.md lists the files and the names of their tensors.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/io/import.hpp>
#include <xtape/nn/module.hpp>

#include "../../autodiff/support.hpp"

namespace xtape::test {

// Arrays by the names that a module of ours gives its parameters.
template <class T> using Named = std::map<std::string, Array<T>>;
template <class T> Named<T> named(const nn::io::RecurrentWeights<T>& w) {
    return {{"wx", w.wx}, {"wh", w.wh}, {"b", w.b}, {"bn", w.bn}, {"wp", w.wp}};
}
template <class T> Named<T> named(const nn::io::AttentionWeights<T>& w) {
    return {{"wq", w.wq}, {"wk", w.wk}, {"wv", w.wv}, {"wo", w.wo},
            {"bq", w.bq}, {"bk", w.bk}, {"bv", w.bv}, {"bo", w.bo}};
}
template <nn::Module M> void set_parameters(M& module, const Named<typename M::value_type>& weights) {
    for (const auto& [path, p] : nn::parameters(module)) p->set(weights.at(path));
}

// A file, in the precision of T: float's numbers come from the framework's floats, double's from its doubles.
template <class T> struct Fixture {
    // Of differences relative to the number where that is above 1, as `distance` has them.
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

    // 1 where there is a step, else 0, of a mask (B, T) of the file: (T, B)
    Array<T> steps(const std::string& key) const {
        const auto& shape = file.at(key).shape;
        const Indices values = integers(key);
        Array<T> mask = Array<T>::from_shape({shape[0], shape[1]});
        std::transform(values.begin(), values.end(), mask.data(), [](std::int64_t v) { return T(v); });
        return nn::io::transposed(mask);
    }
    bool has(const std::string& key) const { return file.tensors.contains(key); }

    // All inputs, as leaves.
    using Leaves = std::map<std::string, Variable<T>>;
    Leaves inputs() const {
        Leaves all;
        for (const std::string& key : keys("inputs.")) all.emplace(key, variable(input(key)));
        return all;
    }
    void check_output(const std::string& key, const Array<T>& ours) const {
        INFO(name, ", output ", key);
        CHECK(distance(ours, output(key)) <= output_tolerance);
    }
    // Compares the outputs; gives the sum of cotangent * output, whose gradients are the file's.
    using Output = std::pair<std::string, Variable<T>>;
    Variable<T> total(const std::vector<Output>& outputs) const {
        Variable<T> all = 0;
        for (const auto& [key, value] : outputs) {
            check_output(key, value.value());
            all = all + sum(value * cotangent(key));
        }
        INFO(name);
        CHECK(outputs.size() == keys("cotangents.").size());
        return all;
    }
    void check_gradient(const std::string& key, const Array<T>& ours, const Array<T>& theirs) const {
        INFO(name, ", gradient of ", key);
        CHECK(distance(ours, theirs) <= gradient_tolerance);
    }
    void check_inputs(const Gradients<T>& g, const Leaves& leaves) const {
        for (const auto& [key, leaf] : leaves) check_gradient("inputs." + key, g[leaf], gradient("inputs." + key));
    }
    // Of all parameters of a module, beside theirs in our layout and under our names.
    template <nn::Module M> void check_parameters(const Gradients<T>& g, const M& module, const Named<T>& theirs,
                                                  const std::string& which = "") const {
        for (const auto& [path, p] : nn::parameters(module)) check_gradient(which + path, g[*p], theirs.at(path));
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
    std::vector<std::string> keys(const std::string& kind) const {
        std::vector<std::string> all;
        for (const auto& [key, tensor] : file.tensors)
            if (key.starts_with(kind)) all.push_back(key.substr(kind.size()));
        return all;
    }
    // Our bias is the sum of two: its gradient is that of either, and import has added both.
    static Weights one_of_two_biases(Weights g) {
        for (std::size_t i = 0; i + g.bn.size() < g.b.size(); ++i) g.b.data()[i] /= 2;
        return g;
    }
};

// The files that a test compares a module with. They are known before any test runs: fixture_test.cpp reads the folder.
class Compared {
public:
    Compared(std::initializer_list<std::string> names) : names_(names) { all().insert(names.begin(), names.end()); }
    template <class F> void each(const F& compare) const {
        for (const std::string& name : names_) compare(Fixture<float>(name)), compare(Fixture<double>(name));
    }
    static std::set<std::string>& all() {
        static std::set<std::string> names;
        return names;
    }

private:
    std::vector<std::string> names_;
};

// (B, T, F) <-> (T, B, F): Keras has the batch first.
template <class T> Variable<T> batch_and_time_exchanged(const Variable<T>& xs) { return transpose(xs, {1, 0, 2}); }

}  // namespace xtape::test
