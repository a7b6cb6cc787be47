// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops.hpp>
#include <xtape/nn/random.hpp>

namespace xtape::nn {

// y = x m / (1 - p), each m 0 with probability p, else 1: Srivastava et al. 2014. Active inside of a Training only;
// elsewhere y = x. Throws Error unless p is in [0, 1).
template <class T> Variable<T> dropout(const Variable<T>& x, double p, const Draw& draw, Where = Where::here());

// h = m before + (1 - m) next, each m 1 with probability p, else 0; outside of a Training h = p before + (1 - p) next,
// which is expected: Krueger et al. 2017. Throws Error unless p is in [0, 1).
template <class T> Variable<T> zoneout(const Variable<T>& next, const Variable<T>& before, double p, const Draw& draw,
                                       Where = Where::here());

// Throws Error unless p is in [0, 1).
void check_rate(double p, const char* op, Where where);

// An m for each number: x (B, ...) at step t, or x (T, B, ...) with 3 axes and more, of which the first step is t. The
// steps one by one have the same m as at once. Layers of a model have numbers, each another; they keep nothing else.
struct Dropout {
    double p;
    std::uint64_t layer;

    Dropout(double rate, std::uint64_t number, Where where = Where::here()) : p(rate), layer(number) {
        check_rate(p, "Dropout", where);
    }
    template <class T> Variable<T> operator()(const Variable<T>& x, Where where = Where::here()) const {
        return (*this)(x, 0, where);
    }
    template <class T>
    Variable<T> operator()(const Variable<T>& x, std::ptrdiff_t t, Where where = Where::here()) const {
        const Frame frame("Dropout");
        return dropout(x, p, {.layer = layer, .time = t, .axis = x.value().dimension() > 2 ? 1u : 0u}, where);
    }
    template <class F> void visit(F&&) {}
};

// The same m for all steps of a sequence (T, B, ...) of 3 axes and more, or x (B, ...) at any step: Gal and Ghahramani
// 2016
struct VariationalDropout {
    double p;
    std::uint64_t layer;

    VariationalDropout(double rate, std::uint64_t number, Where where = Where::here()) : p(rate), layer(number) {
        check_rate(p, "VariationalDropout", where);
    }
    template <class T> Variable<T> operator()(const Variable<T>& x, Where = Where::here()) const;
    template <class F> void visit(F&&) {}
};

}  // namespace xtape::nn
