// SPDX-License-Identifier: BSD-3-Clause
// Weights of other frameworks, by hand: which number goes where. tests/nn/reference computes with real ones.
#include <vector>

#include <xtape/nn/io/import.hpp>

#include "scratch.hpp"

using namespace xtape;
using namespace xtape::nn::io;

namespace {

using Sizes = Safetensors::Shape;

// 1, 2, 3, ... from `first` on: small whole numbers, which sum without rounding.
void add(Safetensors& file, const std::string& name, const Sizes& sizes, double first) {
    std::size_t size = 1;
    for (const std::size_t s : sizes) size *= s;
    std::vector<double> values(size);
    for (double& v : values) v = first++;
    file.tensors[name] = tensor<double>(sizes, values);
}

// Gates of one unit, so that block g of the columns is column g: weight_ih has row g = (2 g + 1, 2 g + 2).
Safetensors torch_file(std::size_t gates, const std::string& end) {
    Safetensors file;
    add(file, "rnn.weight_ih" + end, {gates, 2}, 1);
    add(file, "rnn.weight_hh" + end, {gates, 1}, 1);
    add(file, "rnn.bias_ih" + end, {gates}, 10);
    add(file, "rnn.bias_hh" + end, {gates}, 100);
    return file;
}

Safetensors keras_gru(const Sizes& bias) {
    Safetensors file;
    add(file, "gru/kernel", {1, 6}, 1);  // z z r r n n
    add(file, "gru/recurrent_kernel", {2, 6}, 1);
    add(file, "gru/bias", bias, 1);
    return file;
}

}  // namespace

TEST_CASE("Tensors of either type become arrays of either type, of their shape") {
    Safetensors file;
    file.tensors["w"] = tensor<float>({1, 2}, std::vector<float>{0.1f, -2});
    file.tensors["x"] = tensor<double>({}, std::vector<double>{0.1});
    file.tensors["none"] = tensor<double>({0, 4}, std::vector<double>{});
    file.tensors["steps"] = tensor<std::int64_t>({1}, std::vector<std::int64_t>{1});
    CHECK(array_of<double>(file, "w") == Array<double>{{double(0.1f), -2}});
    CHECK(array_of<float>(file, "w") == Array<float>{{0.1f, -2}});
    CHECK(array_of<float>(file, "x")() == 0.1f);
    CHECK(array_of<double>(file, "x").shape().empty());
    CHECK(array_of<double>(file, "none").shape() == Shape{0, 4});
    CHECK(contains(message([&] { array_of<float>(file, "steps"); }),
                   "[array_of] tensor 'steps' must be F32 or F64; got I64; try Safetensors::get"));
    CHECK(contains(message([&] { array_of<float>(file, "y"); }), "[get] these tensors must hold the tensor 'y'; got "));
    CHECK(transposed(Array<float>{{1, 2, 3}, {4, 5, 6}}) == Array<float>{{1, 4}, {2, 5}, {3, 6}});
    CHECK(transposed(transposed(Array<double>{{1, 2, 3}})) == Array<double>{{1, 2, 3}});
    CHECK(contains(message([&] { transposed(Array<float>{1, 2}); }), "[transposed] a weight must be (O, I); got (2,)"));
}

TEST_CASE("PyTorch's LSTM: gates stay in order, weights are transposed, biases added") {
    const auto w = from_torch<double>(torch_file(4, "_l0"), Recurrent::lstm, {.prefix = "rnn."});
    CHECK(w.wx == Array<double>{{1, 3, 5, 7}, {2, 4, 6, 8}});
    CHECK(w.wh == Array<double>{{1, 2, 3, 4}});
    CHECK(w.b == Array<double>{110, 112, 114, 116});
    CHECK(w.bn.shape() == Shape{0});
    CHECK(w.wp.shape() == Shape{0, 0});
}

TEST_CASE("PyTorch's LSTM with a projection: the state has its size") {
    Safetensors file;
    add(file, "weight_ih_l0", {8, 1}, 1);
    add(file, "weight_hh_l0", {8, 3}, 1);
    add(file, "weight_hr_l0", {3, 2}, 1);
    const auto w = from_torch<float>(file, Recurrent::lstm);
    CHECK(w.wh.shape() == Shape{3, 8});
    CHECK(w.wh(2, 1) == 6);
    CHECK(w.wp == Array<float>{{1, 3, 5}, {2, 4, 6}});
    CHECK(w.b == zeros<float>({8}));  // bias=False
}

TEST_CASE("PyTorch's GRU keeps the second bias of the candidate, which r multiplies") {
    const auto w = from_torch<double>(torch_file(3, "_l1_reverse"), Recurrent::gru, {"rnn.", 1, true});
    CHECK(w.wx == Array<double>{{1, 3, 5}, {2, 4, 6}});
    CHECK(w.b == Array<double>{110, 112, 12});
    CHECK(w.bn == Array<double>{102});
}

TEST_CASE("Keras's GRU: z, r, n become r, z, n, with one bias or two") {
    const auto before = from_keras<double>(keras_gru({6}), Recurrent::gru, "gru/");
    CHECK(before.wx == Array<double>{{3, 4, 1, 2, 5, 6}});
    CHECK(before.wh == Array<double>{{3, 4, 1, 2, 5, 6}, {9, 10, 7, 8, 11, 12}});
    CHECK(before.b == Array<double>{3, 4, 1, 2, 5, 6});
    CHECK(before.bn.shape() == Shape{0});
    const auto after = from_keras<double>(keras_gru({2, 6}), Recurrent::gru, "gru/");
    CHECK(after.wx == before.wx);
    CHECK(after.b == Array<double>{3 + 9, 4 + 10, 1 + 7, 2 + 8, 5, 6});
    CHECK(after.bn == Array<double>{11, 12});
}

TEST_CASE("Keras's LSTM and SimpleRNN are as ours; without biases they are 0") {
    Safetensors file;
    add(file, "kernel", {2, 4}, 1);
    add(file, "recurrent_kernel", {1, 4}, 1);
    const auto lstm = from_keras<float>(file, Recurrent::lstm, "");
    CHECK(lstm.wx == Array<float>{{1, 2, 3, 4}, {5, 6, 7, 8}});
    CHECK(lstm.b == zeros<float>({4}));
    add(file, "recurrent_kernel", {4, 4}, 1);
    add(file, "bias", {4}, 1);
    CHECK(from_keras<float>(file, Recurrent::rnn, "").b == Array<float>{1, 2, 3, 4});
}

TEST_CASE("Attention: PyTorch's thirds, and Keras's heads side by side") {
    Safetensors file;
    add(file, "in_proj_weight", {6, 2}, 1);
    add(file, "in_proj_bias", {6}, 1);
    add(file, "out_proj.weight", {2, 2}, 1);
    const auto torch = attention_from_torch<double>(file);
    CHECK(torch.wq == Array<double>{{1, 3}, {2, 4}});
    CHECK(torch.wk == Array<double>{{5, 7}, {6, 8}});
    CHECK(torch.wv == Array<double>{{9, 11}, {10, 12}});
    CHECK(torch.wo == Array<double>{{1, 3}, {2, 4}});
    CHECK((torch.bq == Array<double>{1, 2} && torch.bk == Array<double>{3, 4} && torch.bv == Array<double>{5, 6}));
    CHECK(torch.bo == zeros<double>({2}));
    for (const std::string name : {"query", "key", "value"}) add(file, "a/" + name + "/kernel", {3, 2, 2}, 1);
    add(file, "a/value/bias", {2, 2}, 1);
    add(file, "a/attention_output/kernel", {2, 2, 3}, 1);
    const auto keras = attention_from_keras<double>(file, "a/");
    CHECK(keras.wq == Array<double>{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
    CHECK(keras.wo.shape() == Shape{4, 3});
    CHECK(keras.wo(3, 0) == 10);
    CHECK((keras.bv == Array<double>{1, 2, 3, 4} && keras.bk == zeros<double>({4})));
}

TEST_CASE("Weights that are not those of such a layer are refused with the file's name") {
    const Scratch scratch;
    write_safetensors(scratch / "a", torch_file(4, "_l0"));
    const Safetensors file = read_safetensors(scratch / "a");
    const auto refused = [](const Safetensors& from, Recurrent kind, const TorchLayer& layer) {
        return message([&] { from_torch<double>(from, kind, layer); });
    };
    const std::string path = (scratch / "a").string();
    CHECK(contains(refused(file, Recurrent::lstm, {}),
                   path + " must hold the tensor 'weight_ih_l0'; got 'rnn.bias_hh_l0' (4,), "));
    CHECK(contains(refused(file, Recurrent::gru, {"rnn."}),
                   "[from_torch] tensor 'rnn.weight_ih_l0' of " + path +
                       " must hold 3 gates of one size; got 4 in all; try another kind of layer"));
    CHECK(contains(refused(file, Recurrent::rnn, {"rnn."}),
                   "'rnn.weight_hh_l0' of " + path + " must have the shape (4, 4); got (4, 1)"));
    Safetensors changed = file;
    add(changed, "rnn.weight_ih_l0", {4, 2, 1}, 1);
    CHECK(contains(refused(changed, Recurrent::lstm, {"rnn."}), "must have 2 sizes, none 0; got (4, 2, 1)"));
    changed = file;
    changed.tensors.erase("rnn.bias_hh_l0");
    CHECK(refused(changed, Recurrent::lstm, {"rnn."}).empty());
    CHECK(contains(message([&] {
                       from_keras<double>(keras_gru({3, 6}), Recurrent::gru, "gru/");
                   }),
                   "'gru/bias' of these tensors must have the shape (2, 6); got (3, 6)"));
}

TEST_CASE("Sizes that no weights stand behind ask for no memory") {
    Safetensors file;
    constexpr std::size_t many = std::size_t{1} << 50;
    file.tensors["weight_ih_l0"] = tensor<float>({4 * many, 0}, std::vector<float>{});
    file.tensors["weight_hh_l0"] = tensor<float>({4 * many, 0}, std::vector<float>{});
    file.tensors["weight_hr_l0"] = tensor<float>({0, many}, std::vector<float>{});
    CHECK(contains(message([&] { from_torch<float>(file, Recurrent::lstm); }),
                   "none 0; got (4503599627370496, 0); try another prefix"));
}
