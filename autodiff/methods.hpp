// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The gradient of a function that gives one number, by each way that the engine has.

#include <xtape/autodiff/gradcheck.hpp>

#include <string>
#include <vector>

namespace xtape {

template <class T> struct NamedArray {
    std::string name;
    Array<T> array;
};
template <class T> using NamedArrays = std::vector<NamedArray<T>>;
using Names = std::vector<std::string>;

// x, or x0, x1, ..., unless names are given, one for each: else throws Error.
Names argument_names(std::size_t count, const Names& names);

// Throws Error unless each of the names that are given, of `what`, is an argument's, and none comes twice; and unless
// they are `all` arguments'.
void check_names(std::string_view op, const std::string& what, const Names& arguments, const Names& given, bool all);
template <class T> Names names_of(const NamedArrays<T>& arrays) {
    Names all;
    for (const auto& item : arrays) all.push_back(item.name);
    return all;
}

// All throw Error where f gives more or fewer than one number.

// One sweep.
template <class T>
NamedArrays<T> reverse_mode(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const Names& names = {});

// One jvp for each element: by the same rules of derivation, through the gradient of a gradient.
template <class T>
NamedArrays<T> forward_mode(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const Names& names = {});

// From values of f alone: central differences, extrapolated to a step of 0 (Ridders 1982), where each element has the
// steps that serve it best. With how far off they may be; some 16 values of f for each element.
template <class T> struct Differences { NamedArrays<T> gradient, error; };
template <class T>
Differences<T> differences(const ManyToOne<T>& f, const std::vector<Array<T>>& inputs, const Names& names = {});

}  // namespace xtape
