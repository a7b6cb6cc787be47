// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// By hand: what stands on top of the cells, the attention, the read-out and the losses.

#include <xtape/nn/analytic/attention.hpp>
#include <xtape/nn/analytic/sequence.hpp>

#include "sample.hpp"

namespace xtape::apps {

using Plain = xt::xarray<double>;
using PlainSaid = std::vector<Plain>;  // [direction]: H_t of all times, (T, B, H)

Plain product(const Plain& a, const Plain& b);  // (m, k) (k, n) -> (m, n), in plain loops
Plain transposed(const Plain& a);
void softmax_of_rows(Plain& a);

struct Head {
    Problem p;
    nn::analytic::GeneralAttention<double> attention;
    Plain v, c;

    Plain scores(std::size_t k, const PlainSaid& h) const;  // (B, K)
    // Adds what loss k says: dL_k/dH to d_h, and the gradients of the parameters to d.
    void backward(std::size_t k, const PlainSaid& h, const Indices& labels, PlainSaid& d_h, Head& d) const;

private:
    struct Read;
    Read read(std::size_t k, const PlainSaid& h) const;
};

}  // namespace xtape::apps
