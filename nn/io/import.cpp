// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <utility>

#include <xtape/nn/io/import.hpp>
#include <xtape/nn/io/system.hpp>

namespace xtape::nn::io {
namespace {

using Sizes = Safetensors::Shape;

Shape shape_of(const Sizes& sizes) { return Shape(sizes.begin(), sizes.end()); }

// The tensors of one layer.
template <class T> struct Layer {
    const Safetensors& file;
    std::string prefix, op;
    Where where;

    bool has(const std::string& name) const { return file.tensors.contains(prefix + name); }
    std::string shown_name(const std::string& name) const {
        return in_quotes(prefix + name) + (file.path.empty() ? "" : " of " + shown(file.path));
    }
    // None may be 0: then all other sizes of a layer are those of weights that the file has bytes for.
    const Sizes& sizes(const std::string& name, std::size_t many) const {
        const Sizes& all = file.at(prefix + name, where).shape;
        check(all.size() == many && !std::ranges::count(all, 0u), where, op, "tensor ", shown_name(name), " must have ",
              many, " sizes, none 0; got ", all, "; try another prefix");
        return all;
    }
    // H of nH, what n gates have in all.
    std::size_t hidden(const std::string& name, std::size_t all, std::size_t gates) const {
        check(all % gates == 0, where, op, "tensor ", shown_name(name), " must hold ", gates,
              " gates of one size; got ", all, " in all; try another kind of layer");
        return all / gates;
    }
    Array<T> get(const std::string& name, const Sizes& sizes) const {
        file.get(prefix + name, sizes, where);
        return array_of<T>(file, prefix + name, where);
    }
    Array<T> get_or_zeros(const std::string& name, const Sizes& sizes) const {
        return has(name) ? get(name, sizes) : zeros<T>(shape_of(sizes));
    }
};

std::size_t gates_of(Recurrent kind) { return kind == Recurrent::rnn ? 1 : kind == Recurrent::lstm ? 4 : 3; }

// Adds the second bias to the first, save what r multiplies in a GRU.
template <class T> void add_second_bias(RecurrentWeights<T>& weights, const T* second, Recurrent kind) {
    const std::size_t all = weights.b.size(), kept = kind == Recurrent::gru ? all / 3 : 0, summed = all - kept;
    for (std::size_t i = 0; i < summed; ++i) weights.b.data()[i] += second[i];
    weights.bn = Array<T>::from_shape({kept});
    std::copy(second + summed, second + all, weights.bn.data());
}

// Rows of z, r, n, each of H, become r, z, n.
template <class T> void exchange_first_two(Array<T>& gates, std::size_t hidden) {
    for (T *row = gates.data(), *end = row + gates.size(); row != end; row += 3 * hidden)
        std::swap_ranges(row, row + hidden, row + hidden);
}

template <class T> Array<T> reshaped(Array<T> a, const Shape& shape) {
    a.reshape(shape);
    return a;
}

// The i-th of three equal parts along the first axis.
template <class T> Array<T> third(const Array<T>& a, std::size_t i) {
    Shape shape = a.shape();
    shape[0] /= 3;
    Array<T> out = Array<T>::from_shape(shape);
    std::copy_n(a.data() + i * out.size(), out.size(), out.data());
    return out;
}

}  // namespace

template <class T> Array<T> array_of(const Safetensors& file, const std::string& name, Where where) {
    const Tensor& tensor = file.at(name, where);
    Array<T> a = Array<T>::from_shape(shape_of(tensor.shape));
    const auto convert = [&](auto values) {
        std::ranges::transform(values, a.data(), [](auto v) { return static_cast<T>(v); });
    };
    check(tensor.dtype == DType::F32 || tensor.dtype == DType::F64, where, "array_of", "tensor ", in_quotes(name),
          " must be F32 or F64; got ", name_of(tensor.dtype), "; try Safetensors::get");
    tensor.dtype == DType::F32 ? convert(tensor.values<float>(where)) : convert(tensor.values<double>(where));
    return a;
}

template <class T> Array<T> transposed(const Array<T>& w, Where where) {
    check(w.dimension() == 2, where, "transposed", "a weight must be (O, I); got ", w.shape(), "; try reshape");
    const std::size_t rows = w.shape(0), columns = w.shape(1);
    Array<T> out = Array<T>::from_shape({columns, rows});
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) out(j, i) = w(i, j);
    return out;
}

template <class T>
RecurrentWeights<T> from_torch(const Safetensors& file, Recurrent kind, const TorchLayer& layer, Where where) {
    const std::string end = "_l" + std::to_string(layer.layer) + (layer.reverse ? "_reverse" : "");
    const Layer<T> in{file, layer.prefix, "from_torch", where};
    const Sizes ih = in.sizes("weight_ih" + end, 2);
    const std::size_t all = ih[0], hidden = in.hidden("weight_ih" + end, all, gates_of(kind));
    const bool projects = kind == Recurrent::lstm && in.has("weight_hr" + end);
    const std::size_t state = projects ? in.sizes("weight_hr" + end, 2)[0] : hidden;
    RecurrentWeights<T> weights;
    weights.wx = transposed(in.get("weight_ih" + end, ih));
    weights.wh = transposed(in.get("weight_hh" + end, {all, state}));
    weights.b = in.get_or_zeros("bias_ih" + end, {all});
    weights.wp = projects ? transposed(in.get("weight_hr" + end, {state, hidden})) : zeros<T>({0, 0});
    add_second_bias(weights, in.get_or_zeros("bias_hh" + end, {all}).data(), kind);
    return weights;
}

template <class T>
RecurrentWeights<T> from_keras(const Safetensors& file, Recurrent kind, const std::string& prefix, Where where) {
    const Layer<T> in{file, prefix, "from_keras", where};
    const Sizes kernel = in.sizes("kernel", 2);
    const std::size_t all = kernel[1], hidden = in.hidden("kernel", all, gates_of(kind));
    RecurrentWeights<T> weights{
        in.get("kernel", kernel), in.get("recurrent_kernel", {hidden, all}), {}, zeros<T>({0}), zeros<T>({0, 0})};
    const bool twice = kind == Recurrent::gru && in.has("bias") && file.at(prefix + "bias").shape.size() == 2;
    Array<T> bias = twice ? in.get("bias", {2, all}) : in.get_or_zeros("bias", {all});
    if (kind == Recurrent::gru)
        for (Array<T>* gates : {&weights.wx, &weights.wh, &bias}) exchange_first_two(*gates, hidden);
    weights.b = Array<T>::from_shape({all});
    std::copy_n(bias.data(), all, weights.b.data());
    if (twice) add_second_bias(weights, bias.data() + all, kind);
    return weights;
}

template <class T>
AttentionWeights<T> attention_from_torch(const Safetensors& file, const std::string& prefix, Where where) {
    const Layer<T> in{file, prefix, "attention_from_torch", where};
    const std::size_t size = in.sizes("out_proj.weight", 2)[0];
    const Array<T> w = in.get("in_proj_weight", {3 * size, size}), b = in.get_or_zeros("in_proj_bias", {3 * size});
    return {transposed(third(w, 0)),
            transposed(third(w, 1)),
            transposed(third(w, 2)),
            transposed(in.get("out_proj.weight", {size, size})),
            third(b, 0),
            third(b, 1),
            third(b, 2),
            in.get_or_zeros("out_proj.bias", {size})};
}

template <class T>
AttentionWeights<T> attention_from_keras(const Safetensors& file, const std::string& prefix, Where where) {
    const Layer<T> in{file, prefix, "attention_from_keras", where};
    const auto projection = [&](const std::string& name) {  // (I, heads, K) and (heads, K) -> (I, heads K), (heads K,)
        const Sizes& s = in.sizes(name + "/kernel", 3);
        return std::pair(reshaped(in.get(name + "/kernel", s), {s[0], s[1] * s[2]}),
                         reshaped(in.get_or_zeros(name + "/bias", {s[1], s[2]}), {s[1] * s[2]}));
    };
    auto [wq, bq] = projection("query");
    auto [wk, bk] = projection("key");
    auto [wv, bv] = projection("value");
    const std::string output = "attention_output";
    const Sizes& s = in.sizes(output + "/kernel", 3);
    return {wq, wk, wv, reshaped(in.get(output + "/kernel", s), {s[0] * s[1], s[2]}),
            bq, bk, bv, in.get_or_zeros(output + "/bias", {s[2]})};
}

template Array<float> array_of(const Safetensors&, const std::string&, Where);
template Array<double> array_of(const Safetensors&, const std::string&, Where);
template Array<float> transposed(const Array<float>&, Where);
template Array<double> transposed(const Array<double>&, Where);
template RecurrentWeights<float> from_torch(const Safetensors&, Recurrent, const TorchLayer&, Where);
template RecurrentWeights<double> from_torch(const Safetensors&, Recurrent, const TorchLayer&, Where);
template RecurrentWeights<float> from_keras(const Safetensors&, Recurrent, const std::string&, Where);
template RecurrentWeights<double> from_keras(const Safetensors&, Recurrent, const std::string&, Where);
template AttentionWeights<float> attention_from_torch(const Safetensors&, const std::string&, Where);
template AttentionWeights<double> attention_from_torch(const Safetensors&, const std::string&, Where);
template AttentionWeights<float> attention_from_keras(const Safetensors&, const std::string&, Where);
template AttentionWeights<double> attention_from_keras(const Safetensors&, const std::string&, Where);

}  // namespace xtape::nn::io
