// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include <xtape/nn/compare.hpp>

// The analytic side of compare_gradients from another program:
//     compare_gradients(f, nn::io::NpzGradients("gradients.npz"), {x, w}, {.names = {"x", "w"}})
//     nn::compare_gradients(loss, nn::io::NpzGradients("all.npz", "gradient/"), model)
namespace xtape::nn::io {

// The gradients in an npz file that may be anybody's: an array for each argument, under the argument's name (of a
// model, the parameter's path) behind `folder`; or arr_0, arr_1, ..., as numpy.savez calls what has no name, in the
// arguments' order. Other arrays must be outside of `folder`. Throws Error, when it is compared, with the file and the
// array: for one that is missing, or of no argument, or of another shape; for float32 where gradients are double; and
// for whatever load_npz refuses. No more memory is taken than the arguments have.
class NpzGradients {
public:
    // All arrays of the file, or those whose names begin with `folder`, such as "gradient/".
    explicit NpzGradients(std::filesystem::path path, std::string folder = "", Where where = Where::here())
        : path_(std::move(path)), folder_(std::move(folder)), where_(where) {}

    // Of arguments with the names and shapes of these arrays: what compare_gradients asks for.
    template <std::floating_point T> NamedArrays<T> gradients(const NamedArrays<T>& arguments) const;

private:
    std::filesystem::path path_;
    std::string folder_;
    Where where_;
};

}  // namespace xtape::nn::io
