// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include <xtape/nn/io/safetensors.hpp>
#include <xtape/nn/module.hpp>

namespace xtape::nn::io {
namespace detail {

template <class T> std::vector<std::size_t> sizes(const Array<T>& a) { return {a.shape().begin(), a.shape().end()}; }

template <class T> Array<T> read(const Safetensors& file, const std::string& path, const Array<T>& like, Where where) {
    const std::span<const T> values = file.get<T>(path, sizes(like), where);
    Array<T> a = Array<T>::from_shape(like.shape());
    std::copy(values.begin(), values.end(), a.data());
    return a;
}

}  // namespace detail

// All that a model keeps, its parameters and buffers, under their paths.
template <Module M> Safetensors to_safetensors(const M& model, Where where = Where::here()) {
    using T = typename M::value_type;
    Safetensors file;
    const auto add = [&](const std::string& path, const Array<T>& a) {
        file.tensors[path] = tensor<T>(detail::sizes(a), std::span<const T>(a.data(), a.size()), where);
    };
    for (const auto& [path, parameter] : parameters(model)) add(path, parameter->value());
    for (const auto& [path, buffer] : buffers(model)) add(path, *buffer);
    return file;
}

// Takes it back. Throws Error, and changes nothing, unless the file has all of it with the same shapes and type.
template <Module M> void from_safetensors(M& model, const Safetensors& file, Where where = Where::here()) {
    using T = typename M::value_type;
    std::vector<Array<T>> weights, kept;
    for (const auto& [path, p] : parameters(model)) weights.push_back(detail::read(file, path, p->value(), where));
    for (const auto& [path, buffer] : buffers(model)) kept.push_back(detail::read(file, path, *buffer, where));
    for (std::size_t i = 0; const auto& [path, p] : parameters(model)) p->set(std::move(weights[i++]), where);
    for (std::size_t i = 0; const auto& [path, buffer] : buffers(model)) *buffer = std::move(kept[i++]);
}

}  // namespace xtape::nn::io
