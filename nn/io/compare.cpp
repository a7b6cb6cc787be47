// SPDX-License-Identifier: BSD-3-Clause
#include <set>

#include <xtape/nn/io/compare.hpp>
#include <xtape/nn/io/npz_file.hpp>

namespace xtape::nn::io {
namespace {

// What the arguments' arrays are called in the file.
Names names_in(const NpzFile& file, const std::string& folder, const Names& arguments) {
    const bool unnamed = file.entries().contains(folder + "arr_0") && !std::ranges::count(arguments, "arr_0");
    Names all;
    for (std::size_t k = 0; k < arguments.size(); ++k)
        all.push_back(folder + (unnamed ? "arr_" + std::to_string(k) : arguments[k]));
    return all;
}

void check_no_others(const NpzFile& file, const std::string& folder, const Names& names) {
    const std::set<std::string> known(names.begin(), names.end());
    Names expected;
    for (const std::string& name : names) expected.push_back(in_quotes(name));
    for (const auto& [name, entry] : file.entries())
        if (name.starts_with(folder) && !known.contains(name))
            file.source().refuse(
                "array " + in_quotes(name) + " must be of an argument, which would be called " + listed(expected),
                "no such argument", "its name, or a folder of gradients alone");
}

// Float gives a double's first digits, and no more.
template <class T> NpzFile::Accept like(const Array<T>& argument) {
    const std::vector<std::size_t> shape(argument.shape().begin(), argument.shape().end());
    return [shape](const NpyHeader& header, const Source& source) {
        if (header.shape != shape)
            source.refuse("the gradient must have the shape of its argument, " + text(shape), text(header.shape),
                          "reshape, or transpose, where it is written");
        if (npy_types[header.type] == "f4" && sizeof(T) > sizeof(float))
            source.refuse("the gradient must be of float64, as its argument is", "float32",
                          "float64 where it is computed, or compare in float");
    };
}

}  // namespace

template <std::floating_point T> NamedArrays<T> NpzGradients::gradients(const NamedArrays<T>& arguments) const {
    const NpzFile file("compare_gradients", path_, where_);
    const Names names = names_in(file, folder_, names_of(arguments));
    NamedArrays<T> all;
    for (std::size_t k = 0; k < names.size(); ++k)
        all.push_back({arguments[k].name, file.read<T>(names[k], like(arguments[k].array))});
    check_no_others(file, folder_, names);
    return all;
}

template NamedArrays<float> NpzGradients::gradients(const NamedArrays<float>&) const;
template NamedArrays<double> NpzGradients::gradients(const NamedArrays<double>&) const;

}  // namespace xtape::nn::io
