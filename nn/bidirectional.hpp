// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// A sequence read from both ends, each way by a cell of its own: Schuster and Paliwal 1997
template <State F, State B> struct Bidirectional {
    Unrolled<F> forward;
    Unrolled<B> backward;  // states[t] has read x_t ... x_{T-1}
    using V = Variable<scalar_of<F>>;

    // Both at each step: (T, B, Hf + Hb)
    V outputs(Where where = Where::here()) const {
        return concatenate({forward.outputs(where), backward.outputs(where)}, -1, where);
    }
    // What has read all of it: the forward cell at its last step, the backward one at step 0: (B, Hf + Hb).
    // outputs()[T - 1] is not that: there the backward cell has read one step only.
    V final_state(Where where = Where::here()) const {
        return concatenate({output(forward.last), output(backward.last)}, -1, where);
    }
};

// Sequences of different lengths are each read from their own end. xs (T, B, ...). `begin` is the number of the first
// step, for cells that are told it.
template <class CellF, class CellB, detail::Sequence X, class F, class B>
Bidirectional<detail::Start<F, X>, detail::Start<B, X>> bidirectional(const CellF& forward, const CellB& backward,
                                                                      const X& xs, const F& first, const B& last,
                                                                      const Padding& padding = {},
                                                                      std::ptrdiff_t begin = 0,
                                                                      Where where = Where::here()) {
    const auto read = [&](const char* name, const auto& cell, const auto& start, bool reverse) {
        const Frame frame(name);
        return unroll(cell, xs, start, {.padding = padding, .reverse = reverse, .begin = begin}, where);
    };
    return {read("bidirectional forward", forward, first, false), read("bidirectional backward", backward, last, true)};
}

}  // namespace xtape::nn
