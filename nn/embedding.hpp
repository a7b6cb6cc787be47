// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/init.hpp>
#include <xtape/nn/module.hpp>

namespace xtape::nn {

// y[...] = w[index[...]]            w (N, F), indices of any shape, in [0, N) -> (..., F)
// Rows of w are the vectors of N things, such as tokens; at first of length 1 on the average, U(-a, a) with
// a = sqrt(3 / F). Throws Error for an index out of range.
template <class T> struct Embedding {
    using value_type = T;
    Parameter<T> w;

    Embedding(std::size_t things, std::size_t features, Generator& generator);
    // of a list: (N) -> (N, F)
    Variable<T> operator()(const Indices& index, Where where = Where::here()) const {
        const Frame frame("Embedding");
        return take(w, index, 0, where);
    }
    // of whole numbers of any type: a list in a container, or an xtensor expression with its shape
    template <WholeNumbers I> Variable<T> operator()(const I& index, Where where = Where::here()) const {
        const Frame frame("Embedding");
        return take(w, index, 0, where);
    }
    template <class F> void visit(F&& f) { f("w", w); }
};

extern template struct Embedding<float>;
extern template struct Embedding<double>;

}  // namespace xtape::nn
